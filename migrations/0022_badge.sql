-- Owner: internal/school.
-- Badges by the bytes of the card, whatever reader they are held to.

-- digest is of the card's bytes (part 'whole'), of what a list gave of them, or of a text
-- that is no card's. Rows from before have no part: they hold a digest of what was typed,
-- and become whole when the badge is next held to a reader.
ALTER TABLE badge
    ADD COLUMN part   text     CHECK (part IN ('whole', 'first3', 'first4', 'last3', 'last4', 'low10', 'low10-reversed', 'text')),
    ADD COLUMN length smallint CHECK (length BETWEEN 0 AND 16), -- bytes of a whole number, 0 for less
    ADD COLUMN last4  text     CHECK (last4 ~ '^[0-9a-z.:-]{1,4}$'),
    ADD COLUMN place  text     CHECK (length(place) BETWEEN 1 AND 100); -- the kiosk where its holder linked it
CREATE INDEX badge_linked_at ON badge (school_id, place, issued_at) WHERE place IS NOT NULL;

-- What readers that cut numbers off would tell of a badge that is known whole.
CREATE TABLE badge_part (
    badge_id  bigint  NOT NULL REFERENCES badge,
    school_id integer NOT NULL REFERENCES school,
    part      text    NOT NULL CHECK (part IN ('first3', 'first4', 'last3', 'last4', 'low10', 'low10-reversed')),
    digest    bytea   NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (badge_id, part)
);
CREATE INDEX badge_part_by_digest ON badge_part (digest);
CALL guard_by_school('badge_part');
GRANT SELECT, INSERT, DELETE ON badge_part TO inkwell_app;

-- How the reader of a station writes numbers; station '' is all others of the school.
-- No row means that any whole number is read, in every way it can be.
CREATE TABLE reader_profile (
    school_id integer NOT NULL REFERENCES school,
    station   text    NOT NULL CHECK (station ~ '^([a-z0-9]+(-[a-z0-9]+)*)?$'),
    form      text    NOT NULL CHECK (length(form) BETWEEN 1 AND 100),
    PRIMARY KEY (school_id, station)
);
CALL guard_by_school('reader_profile');
GRANT SELECT, INSERT, UPDATE, DELETE ON reader_profile TO inkwell_app;

-- A code may stand alone, without a name, where a school allows it: then a keyed digest
-- finds it. hash is as before, for name and code.
ALTER TABLE code ADD COLUMN alone bytea CHECK (octet_length(alone) = 32);
CREATE UNIQUE INDEX code_alone ON code (school_id, alone);

-- What a school allows. No row means the defaults. Its row is locked while a code is let
-- through, so that those who guess at once at many kiosks count one after the other.
CREATE TABLE proof_setting (
    school_id  integer     PRIMARY KEY REFERENCES school,
    code_alone boolean     NOT NULL DEFAULT false,
    enrol      boolean     NOT NULL DEFAULT false, -- an unknown badge may be linked at a kiosk
    staff_code boolean     NOT NULL DEFAULT true,  -- a badge of staff who have a code asks for it as well
    resumed_at timestamptz                         -- wrong codes before that were looked into
);
CALL guard_by_school('proof_setting');
GRANT SELECT, INSERT, UPDATE ON proof_setting TO inkwell_app;

-- One row per code that was let through and was not right. It is written before the code
-- is looked at, so that whoever breaks off has guessed as well. name is a keyed
-- digest of what was typed, whether there is such a person or not.
CREATE TABLE code_try (
    try_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    place     text        NOT NULL CHECK (length(place) BETWEEN 1 AND 100),
    name      bytea       NOT NULL CHECK (octet_length(name) = 32),
    at        timestamptz NOT NULL,
    cleared   boolean     NOT NULL DEFAULT false -- its person has proved themselves since: no delay any more
);
CREATE INDEX code_try_by_school ON code_try (school_id, at);
CREATE INDEX code_try_by_name ON code_try (school_id, name) WHERE NOT cleared;
CALL guard_by_school('code_try');
GRANT SELECT, INSERT, UPDATE, DELETE ON code_try TO inkwell_app;
