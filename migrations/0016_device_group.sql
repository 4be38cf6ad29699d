-- Owner: internal/school.
-- Devices that share one printer address: a computer room, a cart of Chromebooks, a
-- print server. What they say of who is printing is a claim, or, of a trusted
-- server, believed. They are known by where they are, or by a certificate.

CREATE TABLE device_group (
    group_id     integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    slug         text        NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 40),
    name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    trusted      boolean     NOT NULL, -- a print server whose word about names is taken
    networks     cidr[]      NOT NULL,
    certificates bytea[]     NOT NULL, -- SHA-256 of client certificates
    added_at     timestamptz NOT NULL,
    removed_at   timestamptz CHECK (removed_at >= added_at),
    CHECK (cardinality(networks) + cardinality(certificates) BETWEEN 1 AND 100)
);
CREATE UNIQUE INDEX device_group_by_slug ON device_group (school_id, slug) WHERE removed_at IS NULL;
CALL guard_by_school('device_group');
GRANT SELECT, INSERT, UPDATE ON device_group TO inkwell_app;

-- What stands behind these marks in an address is no queue's.
ALTER TABLE queue ADD CHECK (path !~ '/[ug](/|$)');

-- Owner: release.
-- A job that a shared device sent in somebody's name is that person's claim to take or
-- to turn down. sent_from is kept until the job's row goes, for the report of a lie.
ALTER TABLE job DROP CONSTRAINT job_proof_check,
                ADD CONSTRAINT job_proof_check CHECK (proof IN ('password', 'address', 'server', 'loopback', 'vouched'));
ALTER TABLE job ADD COLUMN group_id integer REFERENCES device_group;
ALTER TABLE job ADD COLUMN sent_from inet;
ALTER TABLE job ADD CHECK ((group_id IS NULL) = (proof NOT IN ('server', 'vouched')));
CREATE INDEX job_open_by_device ON job (group_id, sent_from) WHERE ended_at IS NULL AND proof = 'vouched';
CREATE INDEX job_disowned ON job (school_id, ended_at) WHERE reason = 'disowned';
