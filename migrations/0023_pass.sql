-- Owner: internal/school.
-- Lost badges, and passes in their place.

-- A lost badge is revoked, comes back at one click, and is nobody else's meanwhile.
ALTER TABLE badge ADD COLUMN lost boolean NOT NULL DEFAULT false CHECK (NOT lost OR revoked_at IS NOT NULL);
CREATE UNIQUE INDEX badge_lost ON badge (digest) WHERE lost;

-- Raised whenever a badge, a pass or a code of the person stops being good: who signed in
-- at a station before that has to sign in again.
ALTER TABLE person ADD COLUMN badge_version integer NOT NULL DEFAULT 1;

-- A pass stands for a badge until a moment and for so many pages: a text that a reader
-- of QR codes types, and a code for the keypad. Both are kept as keyed digests alone.
CREATE TABLE pass (
    pass_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    person_id  bigint      NOT NULL REFERENCES person,
    key_id     text        NOT NULL CHECK (length(key_id) BETWEEN 1 AND 32),
    digest     bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    code       bytea       NOT NULL CHECK (octet_length(code) = 32),
    pages      integer     NOT NULL CHECK (pages > 0),
    issued_at  timestamptz NOT NULL,
    issued_by  uuid, -- a pseudonym; none for a command on the server
    expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
    ended_at   timestamptz CHECK (ended_at >= issued_at)
);
CREATE INDEX pass_of_person ON pass (person_id) WHERE ended_at IS NULL;
CALL guard_by_school('pass');
GRANT SELECT, INSERT, UPDATE ON pass TO inkwell_app;

-- Owner: release. What came out on a pass counts against its pages.
ALTER TABLE delivery ADD COLUMN pass_id bigint REFERENCES pass;
CREATE INDEX delivery_on_pass ON delivery (pass_id) WHERE pass_id IS NOT NULL;
