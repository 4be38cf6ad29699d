-- Owner: internal/school.
-- People, what they are at a school, what they are taught, and how they prove who they are.

CREATE TABLE person (
    person_id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id          integer     NOT NULL REFERENCES school,
    pseudonym          uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    username           text        NOT NULL CHECK (username = lower(username) AND length(username) BETWEEN 1 AND 64),
    given_name         text        NOT NULL CHECK (length(given_name) BETWEEN 1 AND 100),
    family_name        text        NOT NULL CHECK (length(family_name) BETWEEN 1 AND 100),
    year_group         smallint    CHECK (year_group BETWEEN 0 AND 14),
    password_hash      text        CHECK (password_hash LIKE '$argon2id$%'),
    credential_version integer     NOT NULL DEFAULT 1 CHECK (credential_version > 0),
    left_at            timestamptz,
    UNIQUE (school_id, username)
);
CALL guard_by_school('person');
GRANT SELECT, INSERT, UPDATE ON person TO inkwell_app;

CREATE TABLE person_role (
    person_id bigint  NOT NULL REFERENCES person,
    school_id integer NOT NULL REFERENCES school,
    role      text    NOT NULL CHECK (role IN ('pupil', 'teacher', 'it')),
    PRIMARY KEY (person_id, school_id, role)
);
CALL guard_by_school('person_role');
GRANT SELECT, INSERT, DELETE ON person_role TO inkwell_app;

CREATE TABLE class (
    class_id  bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    name      text    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    UNIQUE (school_id, name)
);
CALL guard_by_school('class');
GRANT SELECT, INSERT, UPDATE ON class TO inkwell_app;

CREATE TABLE enrolment (
    class_id   bigint  NOT NULL REFERENCES class,
    person_id  bigint  NOT NULL REFERENCES person,
    school_id  integer NOT NULL REFERENCES school,
    role       text    NOT NULL CHECK (role IN ('pupil', 'teacher')),
    valid_from date    NOT NULL,
    valid_to   date    NOT NULL,
    PRIMARY KEY (class_id, person_id, valid_from),
    CHECK (valid_from < valid_to)
);
CREATE INDEX enrolment_by_person ON enrolment (person_id);
CALL guard_by_school('enrolment');
GRANT SELECT, INSERT, UPDATE ON enrolment TO inkwell_app;

-- A badge is known by a keyed digest alone; the key is outside the database.
CREATE TABLE badge (
    badge_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    person_id  bigint      NOT NULL REFERENCES person,
    key_id     text        NOT NULL CHECK (length(key_id) BETWEEN 1 AND 32),
    digest     bytea       NOT NULL CHECK (octet_length(digest) = 32),
    issued_at  timestamptz NOT NULL,
    revoked_at timestamptz CHECK (revoked_at >= issued_at)
);
CREATE UNIQUE INDEX badge_in_force ON badge (digest) WHERE revoked_at IS NULL;
CREATE INDEX badge_by_person ON badge (person_id);
CALL guard_by_school('badge');
GRANT SELECT, INSERT, UPDATE ON badge TO inkwell_app;

CREATE TABLE code (
    person_id bigint      PRIMARY KEY REFERENCES person,
    school_id integer     NOT NULL REFERENCES school,
    key_id    text        NOT NULL CHECK (length(key_id) BETWEEN 1 AND 32),
    hash      text        NOT NULL CHECK (hash LIKE '$argon2id$%'),
    set_at    timestamptz NOT NULL
);
CALL guard_by_school('code');
GRANT SELECT, INSERT, UPDATE, DELETE ON code TO inkwell_app;

-- One row per wrong proof, so that ceilings hold across restarts and nodes.
-- place is where it was tried ("kiosk:library", "ipp"), never who.
CREATE TABLE guess (
    guess_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    place     text        NOT NULL CHECK (length(place) BETWEEN 1 AND 100),
    person_id bigint      REFERENCES person,
    at        timestamptz NOT NULL
);
CREATE INDEX guess_by_place ON guess (school_id, place, at);
CREATE INDEX guess_by_person ON guess (person_id, at);
CALL guard_by_school('guess');
GRANT SELECT, INSERT, DELETE ON guess TO inkwell_app;
