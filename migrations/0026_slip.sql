-- Owner: release.
-- A runner's slip: one held job of its owner's may come out at one printer, once, into
-- other hands. A text that a reader of QR codes types, and a code for the keypad; both are
-- kept as keyed digests alone.
CREATE TABLE slip (
    slip_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    job_id     integer     NOT NULL REFERENCES job, -- whose owner made it
    printer_id integer     NOT NULL REFERENCES printer,
    key_id     text        NOT NULL CHECK (length(key_id) BETWEEN 1 AND 32),
    digest     bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    code       bytea       NOT NULL CHECK (octet_length(code) = 32),
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at AND expires_at <= made_at + interval '20 minutes'),
    used_at    timestamptz CHECK (used_at >= made_at AND used_at < expires_at),
    ended_at   timestamptz CHECK (ended_at >= made_at), -- by its owner, by a newer one, or because its time was over
    CHECK (used_at IS NULL OR ended_at IS NULL)
);
CREATE UNIQUE INDEX slip_of_job ON slip (job_id) WHERE used_at IS NULL AND ended_at IS NULL;
CREATE UNIQUE INDEX slip_by_code ON slip (school_id, code) WHERE used_at IS NULL AND ended_at IS NULL;
CALL guard_by_school('slip');
GRANT SELECT, INSERT, UPDATE (used_at, ended_at) ON slip TO inkwell_app;

-- A slip is good for one delivery.
ALTER TABLE delivery ADD COLUMN slip_id bigint REFERENCES slip;
CREATE UNIQUE INDEX delivery_by_slip ON delivery (slip_id) WHERE slip_id IS NOT NULL;
