-- Owner: internal/school.
-- A personal printer address: the path of one person's one device, which no stranger
-- can guess. Of its 128 random bits only a digest is kept.

CREATE TABLE address (
    address_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    person_id  bigint      NOT NULL REFERENCES person,
    device     text        NOT NULL CHECK (length(device) BETWEEN 1 AND 60),
    digest     bytea       NOT NULL CHECK (octet_length(digest) = 32),
    issued_at  timestamptz NOT NULL,
    seen_on    date,       -- the last day it was used
    revoked_at timestamptz CHECK (revoked_at >= issued_at)
);
CREATE UNIQUE INDEX address_by_digest ON address (digest);
CREATE INDEX address_of_person ON address (person_id) WHERE revoked_at IS NULL;
CALL guard_by_school('address');
GRANT SELECT, INSERT, UPDATE ON address TO inkwell_app;

ALTER TABLE job DROP CONSTRAINT job_proof_check,
                ADD CONSTRAINT job_proof_check CHECK (proof IN ('password', 'address', 'loopback'));
