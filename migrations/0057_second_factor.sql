-- Owner: internal/signin.
-- Staff's second factor, the devices that need none for a while, and what a session was proven by.

-- A member of staff as somebody who signs in. sealed and pending are secrets of an authenticator app,
-- encrypted with a key outside the database: the one in force, and the one that is being set up.
CREATE TABLE staff_account (
    person_id    bigint      PRIMARY KEY REFERENCES person,
    school_id    integer     NOT NULL REFERENCES school,
    sealed       bytea       CHECK (octet_length(sealed) BETWEEN 32 AND 200),
    pending      bytea       CHECK (octet_length(pending) BETWEEN 32 AND 200),
    confirmed_at timestamptz,
    last_step    bigint      NOT NULL DEFAULT 0, -- no code of this step or an earlier one is taken again
    wrong        integer     NOT NULL DEFAULT 0 CHECK (wrong >= 0), -- wrong codes in a row
    wrong_at     timestamptz,
    barred_at    timestamptz,                    -- may not sign in since then
    CHECK ((sealed IS NULL) = (confirmed_at IS NULL)),
    CHECK ((wrong = 0) = (wrong_at IS NULL))
);
CALL guard_by_school('staff_account');
GRANT SELECT, INSERT, UPDATE ON staff_account TO inkwell_app;

CREATE TABLE recovery_code (
    digest    bytea       PRIMARY KEY CHECK (octet_length(digest) = 32), -- keyed
    school_id integer     NOT NULL REFERENCES school,
    person_id bigint      NOT NULL REFERENCES person,
    made_at   timestamptz NOT NULL,
    used_at   timestamptz
);
CREATE INDEX recovery_code_by_person ON recovery_code (person_id) WHERE used_at IS NULL;
CALL guard_by_school('recovery_code');
GRANT SELECT, INSERT, UPDATE ON recovery_code TO inkwell_app;

CREATE TABLE known_device (
    digest             bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
    school_id          integer     NOT NULL REFERENCES school,
    person_id          bigint      NOT NULL REFERENCES person,
    credential_version integer     NOT NULL,
    known_at           timestamptz NOT NULL,
    ends_at            timestamptz NOT NULL CHECK (ends_at > known_at),
    ended_at           timestamptz
);
CREATE INDEX known_device_by_person ON known_device (person_id) WHERE ended_at IS NULL;
CALL guard_by_school('known_device');
GRANT SELECT, INSERT, UPDATE ON known_device TO inkwell_app;

-- stage: open, or what it waits for: a code, or an authenticator app to be set up.
ALTER TABLE session
    ADD COLUMN session_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN stage      text NOT NULL DEFAULT 'open' CHECK (stage IN ('open', 'code', 'factor')),
    ADD COLUMN way        text NOT NULL DEFAULT 'password' CHECK (way IN ('password', 'sso')),
    ADD COLUMN factored   boolean NOT NULL DEFAULT false,
    ADD COLUMN browser    text NOT NULL DEFAULT '' CHECK (length(browser) <= 80),
    ADD COLUMN proven_at  timestamptz;
UPDATE session SET proven_at = started_at;
ALTER TABLE session ALTER COLUMN proven_at SET NOT NULL;

-- Staff with one of these roles sign in with a second factor.
ALTER TABLE school ADD COLUMN factor_roles text[] NOT NULL DEFAULT '{}';
