-- Owner: internal/signin.
-- How staff get in: a one-use invitation, then sessions known by a digest of their token.

CREATE TABLE invitation (
    digest     bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
    school_id  integer     NOT NULL REFERENCES school,
    person_id  bigint      NOT NULL REFERENCES person,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    used_at    timestamptz
);
CALL guard_by_school('invitation');
GRANT SELECT, INSERT, UPDATE ON invitation TO inkwell_app;

CREATE TABLE session (
    digest             bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
    school_id          integer     NOT NULL REFERENCES school,
    person_id          bigint      NOT NULL REFERENCES person,
    credential_version integer     NOT NULL,
    started_at         timestamptz NOT NULL,
    seen_at            timestamptz NOT NULL,
    ends_at            timestamptz NOT NULL CHECK (ends_at > started_at),
    ended_at           timestamptz
);
CREATE INDEX session_by_person ON session (person_id) WHERE ended_at IS NULL;
CALL guard_by_school('session');
GRANT SELECT, INSERT, UPDATE ON session TO inkwell_app;
