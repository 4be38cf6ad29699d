-- Owner: internal/school.
-- Badges by the bytes of the card, whatever reader they are held to.

-- digest is of the card's bytes (part 'whole'), of what a list gave of them, or of a text
-- that is no card's. Rows from before have no part: they hold a digest of what was typed,
-- and become whole when the badge is next held to a reader.
ALTER TABLE badge
    ADD COLUMN part   text     CHECK (part IN ('whole', 'first3', 'first4', 'last3', 'last4', 'low10', 'low10-reversed', 'text')),
    ADD COLUMN length smallint CHECK (length BETWEEN 0 AND 16), -- bytes of a whole number, 0 for less
    ADD COLUMN last4  text     CHECK (last4 ~ '^[0-9a-z.:-]{1,4}$');

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
