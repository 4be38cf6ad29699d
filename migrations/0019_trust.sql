-- Owner: internal/school.
-- Schools of a trust, what people can be there, and people who are at several.

-- A role at the central office is held across the trust.
ALTER TABLE school ADD COLUMN kind text NOT NULL DEFAULT 'secondary'
    CHECK (kind IN ('primary', 'secondary', 'all-through', 'special', 'office'));

ALTER TABLE person_role DROP CONSTRAINT person_role_role_check,
    ADD CONSTRAINT person_role_role_check CHECK (role IN (
        'pupil', 'teacher', 'assistant', 'cover', 'reception', 'it', 'provider', 'print-room', 'exams', 'safeguarding',
        'head', 'coo', 'finance', 'data-protection', 'auditor', 'guest'));

-- A person row is somebody at one school: with a user name, a standing and an account
-- there, behind that school's wall. Rows with one individual are one human, whose badges
-- are good at each of those schools and dead at all of them at once.
CREATE SEQUENCE individual;
GRANT USAGE ON SEQUENCE individual TO inkwell_app;
ALTER TABLE person ADD COLUMN individual_id bigint NOT NULL DEFAULT nextval('individual'),
    ADD UNIQUE (individual_id, school_id);

ALTER TABLE class
    ADD COLUMN kind       text     NOT NULL DEFAULT 'teaching' CHECK (kind IN ('teaching', 'registration')),
    ADD COLUMN year_group smallint CHECK (year_group BETWEEN 0 AND 14),
    ADD COLUMN subject    text     CHECK (length(subject) BETWEEN 1 AND 100);
