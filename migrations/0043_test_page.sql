-- Owner: release.
-- Test pages, and printers that only their own kiosk releases to.

-- What comes out of a printer for IT to look at is a job like any other: of whoever asked for it,
-- by a queue of the school's that has no address, since it was never open.
ALTER TABLE queue DROP CONSTRAINT queue_kind_check,
                  ADD CONSTRAINT queue_kind_check CHECK (kind IN ('hold', 'direct', 'test')),
                  ADD CHECK (kind <> 'test' OR removed_at IS NOT NULL);
CREATE UNIQUE INDEX queue_of_test_pages ON queue (school_id) WHERE kind = 'test';
ALTER TABLE job DROP CONSTRAINT job_proof_check,
                ADD CONSTRAINT job_proof_check CHECK (proof IN ('password', 'address', 'server', 'loopback', 'vouched', 'session', 'badge', 'code', 'pass', 'host'));

-- Jobs are released to it from beside it alone: by its own kiosk, one that serves it, or
-- computers that are paired with it.
ALTER TABLE printer ADD COLUMN only_beside boolean NOT NULL DEFAULT false;
