-- Owner: release.
-- What the owner of a held job changed of it, and how it was before.

ALTER TABLE job
    -- Which of its pages, as it was counted first, carry colour: a bit each, from the lowest of
    -- the first byte on. NULL where that is not known page by page.
    ADD COLUMN tinted   bytea   CHECK (octet_length(tinted) <= 4096),
    -- Grows with each change: whoever has seen another one is told to look again.
    ADD COLUMN edition  integer NOT NULL DEFAULT 0 CHECK (edition >= 0),
    -- {"pages": [{"first": 1, "last": 2}], "number_up": 2, "grey": true, "sides": "...", "copies": 2}:
    -- what is otherwise than it came. NULL: nothing is.
    ADD COLUMN edit     jsonb,
    -- How it came: what undoing the change goes back to, ...
    ADD COLUMN before   jsonb,
    -- ... and the document of that in the spool, kept as long as there is a way back.
    ADD COLUMN original text    CHECK (original ~ '^[0-9a-f]{32}$'),
    -- Its document is still the original, and its figures say what the changed one will have.
    ADD COLUMN unmade   boolean NOT NULL DEFAULT false,
    ADD CHECK ((edit IS NULL) = (before IS NULL)),
    ADD CHECK (original IS NULL OR edit IS NOT NULL),
    ADD CHECK (NOT unmade OR edit IS NOT NULL),
    -- Nothing leaves before its document is what was asked for.
    ADD CHECK (NOT unmade OR state NOT IN ('released', 'done')),
    ADD CHECK (state NOT IN ('held', 'released') OR edit IS NULL OR original IS NOT NULL);
CREATE UNIQUE INDEX job_by_original ON job (original) WHERE original IS NOT NULL;
CREATE INDEX job_unmade ON job (job_id) WHERE unmade AND state = 'held';

-- What of its document a yes was asked for: with other pages it is none.
ALTER TABLE approval ADD COLUMN edit jsonb;

-- What comes out between the pupils of a class whose jobs are released together.
ALTER TABLE school ADD COLUMN class_sheets text NOT NULL DEFAULT 'none' CHECK (class_sheets IN ('none', 'separator'));
