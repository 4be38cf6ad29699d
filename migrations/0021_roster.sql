-- Owner: internal/roster, but for departure, which is internal/school's.
-- Whom a source of people calls what, how its columns are read, and what each import did.

-- Who somebody is to a source: a human across the trust, so there is no wall here. Ids are
-- the source's own; where it has none, a user name stands for one. A UPN is kept as a keyed
-- digest alone; the key is outside the database.
CREATE TABLE roster_identity (
    source        text   NOT NULL CHECK (source ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(source) <= 40),
    sourced_id    text   NOT NULL CHECK (length(sourced_id) BETWEEN 1 AND 255),
    individual_id bigint NOT NULL,
    upn_digest    bytea  CHECK (octet_length(upn_digest) = 32),
    PRIMARY KEY (source, sourced_id),
    UNIQUE (source, individual_id)
);
CREATE INDEX roster_identity_by_upn ON roster_identity (upn_digest) WHERE upn_digest IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON roster_identity TO inkwell_app;

CREATE TABLE roster_school (
    school_id  integer NOT NULL REFERENCES school,
    source     text    NOT NULL,
    sourced_id text    NOT NULL CHECK (length(sourced_id) BETWEEN 1 AND 255),
    PRIMARY KEY (source, sourced_id),
    UNIQUE (source, school_id)
);
CALL guard_by_school('roster_school');
GRANT SELECT, INSERT, UPDATE ON roster_school TO inkwell_app;

-- Somebody at a school whom a source keeps true, and the roles that came from it. Who is
-- not here was added by hand, and no source can make them leave.
CREATE TABLE roster_place (
    person_id bigint  PRIMARY KEY REFERENCES person,
    school_id integer NOT NULL REFERENCES school,
    source    text    NOT NULL,
    roles     text[]  NOT NULL
);
CALL guard_by_school('roster_place');
GRANT SELECT, INSERT, UPDATE ON roster_place TO inkwell_app;

CREATE TABLE roster_class (
    class_id   bigint  PRIMARY KEY REFERENCES class,
    school_id  integer NOT NULL REFERENCES school,
    source     text    NOT NULL,
    sourced_id text    NOT NULL CHECK (length(sourced_id) BETWEEN 1 AND 255),
    UNIQUE (source, sourced_id)
);
CALL guard_by_school('roster_class');
GRANT SELECT, INSERT, UPDATE ON roster_class TO inkwell_app;

-- How the columns of a school's own export are read, under a name.
CREATE TABLE roster_mapping (
    name    text        PRIMARY KEY CHECK (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(name) <= 40),
    role    text        NOT NULL CHECK (role IN ('pupil', 'teacher', 'assistant', 'cover')),
    columns jsonb       NOT NULL CHECK (jsonb_typeof(columns) = 'object'),
    made_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON roster_mapping TO inkwell_app;

-- What came of each import: numbers, and bad rows by file, line and reason without a name.
CREATE TABLE roster_run (
    run_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    source   text        NOT NULL,
    by       text        NOT NULL CHECK (by IN ('command', 'schedule')),
    origin   text        NOT NULL CHECK (length(origin) BETWEEN 1 AND 1000),
    digest   bytea       NOT NULL CHECK (octet_length(digest) = 32),
    outcome  text        NOT NULL CHECK (outcome IN ('applied', 'unchanged', 'stopped', 'refused')),
    counts   jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(counts) = 'object'),
    bad_rows integer     NOT NULL CHECK (bad_rows >= 0),
    reasons  text[]      NOT NULL DEFAULT '{}'
);
GRANT SELECT, INSERT ON roster_run TO inkwell_app;

-- Who has left, and from when on they are to be erased.
CREATE TABLE departure (
    person_id   bigint      PRIMARY KEY REFERENCES person,
    school_id   integer     NOT NULL REFERENCES school,
    left_at     timestamptz NOT NULL,
    erase_on    date        NOT NULL,
    returned_at timestamptz CHECK (returned_at >= left_at)
);
CREATE INDEX departure_due ON departure (erase_on) WHERE returned_at IS NULL;
CALL guard_by_school('departure');
GRANT SELECT, INSERT, UPDATE ON departure TO inkwell_app;

-- An enrolment that was never in force is taken back, not ended.
GRANT DELETE ON enrolment TO inkwell_app;

-- Somebody is enrolled at the class's own school: the wall holds within a row, too, and
-- two checks stand in for three.
ALTER TABLE person ADD UNIQUE (person_id, school_id);
ALTER TABLE class ADD UNIQUE (class_id, school_id);
ALTER TABLE enrolment
    DROP CONSTRAINT enrolment_school_id_fkey,
    DROP CONSTRAINT enrolment_class_id_fkey,
    DROP CONSTRAINT enrolment_person_id_fkey,
    ADD CONSTRAINT enrolment_of_class FOREIGN KEY (class_id, school_id) REFERENCES class (class_id, school_id),
    ADD CONSTRAINT enrolment_of_person FOREIGN KEY (person_id, school_id) REFERENCES person (person_id, school_id);
