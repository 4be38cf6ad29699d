-- Owner: quota/conduct.
-- The ladder: what a person's points brought, and what withdraws printing rights.

-- A step is taken once for a flag, by the version of its time. One that was only reported, or
-- that a person has to decide about, did nothing.
CREATE TABLE step (
    step_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL,
    person_id bigint      NOT NULL REFERENCES person,
    set_id    integer     NOT NULL,
    rung      smallint    NOT NULL CHECK (rung > 0), -- of that version's ladder, from 1
    action    text        NOT NULL CHECK (action IN ('notice', 'tutor', 'teacher-release', 'withdrawal', 'review')),
    flag_id   bigint      NOT NULL REFERENCES flag, -- that brought it
    points    integer     NOT NULL CHECK (points >= 0), -- then
    reason    text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500), -- the person reads it
    taken_at  timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL CHECK (ends_at > taken_at),
    held_back text        CHECK (held_back IN ('report-only', 'breaker', 'exempt', 'person')), -- why it did nothing; NULL if it did
    seen_at   timestamptz CHECK (seen_at >= taken_at), -- a notice, by its reader
    UNIQUE (flag_id),
    FOREIGN KEY (school_id, set_id) REFERENCES conduct_set (school_id, set_id)
);
CREATE INDEX step_of_person ON step (person_id, taken_at);
CREATE INDEX step_of_school ON step (school_id, taken_at);
CALL guard_by_school('step');
GRANT SELECT, INSERT, UPDATE (seen_at) ON step TO inkwell_app;

-- A withdrawal has a reason, evidence, an author who is a person or a rule's version, an end,
-- and a way to object: without any of these there is none. teacher-release: what is theirs comes out
-- through a teacher alone.
ALTER TABLE suspension
    ADD COLUMN action       text NOT NULL DEFAULT 'withdrawal' CHECK (action IN ('withdrawal', 'teacher-release')),
    ADD COLUMN step_id      bigint UNIQUE REFERENCES step, -- of a rule's
    ADD COLUMN set_id       integer, -- the version whose rule is its author
    ADD COLUMN evidence     jsonb NOT NULL DEFAULT '{"said": "reason"}', -- {"flags": [7]}; {"said": "reason"}: its author stands for it
    ADD COLUMN objection    text NOT NULL DEFAULT 'Ask your tutor for a review.' CHECK (length(btrim(objection)) BETWEEN 5 AND 300),
    ADD COLUMN confirmed_at timestamptz, -- by a person
    ADD COLUMN confirmed_by uuid,
    ADD COLUMN lift_reason  text CHECK (length(lift_reason) BETWEEN 1 AND 500),
    ALTER COLUMN imposed_by DROP NOT NULL,
    DROP CONSTRAINT suspension_check1,
    ADD CONSTRAINT suspension_lifted CHECK (lifted_at IS NOT NULL OR lifted_by IS NULL AND lift_reason IS NULL), -- by nobody: the switch
    ADD CONSTRAINT suspension_reason CHECK (length(btrim(reason)) > 0),
    ADD CONSTRAINT suspension_author CHECK ((imposed_by IS NULL) = (set_id IS NOT NULL) AND (set_id IS NULL) = (step_id IS NULL)),
    ADD CONSTRAINT suspension_evidence CHECK (jsonb_typeof(evidence) = 'object' AND evidence <> '{}'
        AND (set_id IS NULL OR jsonb_typeof(evidence -> 'flags') = 'array' AND evidence -> 'flags' <> '[]') IS TRUE),
    ADD CONSTRAINT suspension_confirmed CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    -- A rule's own is short: two school days, with the longest holiday between them.
    ADD CONSTRAINT suspension_bounded CHECK (ends_at <= starts_at + CASE WHEN set_id IS NOT NULL AND confirmed_at IS NULL THEN interval '70 days' ELSE interval '367 days' END),
    ADD FOREIGN KEY (school_id, set_id) REFERENCES conduct_set (school_id, set_id);
ALTER TABLE suspension ALTER COLUMN evidence DROP DEFAULT, ALTER COLUMN objection DROP DEFAULT;
CREATE INDEX suspension_of_school ON suspension (school_id, starts_at);

-- let_off says whether an exemption lets a person off all rules at a time, by name or in a class.
CREATE FUNCTION let_off(person bigint, at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM exemption e JOIN person p ON p.person_id = person AND p.school_id = e.school_id
                    WHERE e.rule IS NULL AND e.ended_at IS NULL AND e.starts_at <= at AND e.ends_at > at AND (e.by_officer OR e.recorded_at IS NOT NULL)
                      AND (e.person_id = person OR EXISTS (SELECT FROM enrolment m WHERE m.class_id = e.class_id AND m.person_id = person
                           AND m.valid_from <= at::date AND at::date < m.valid_to)));

-- writes_exam says whether a person writes an exam at a station at a time.
CREATE FUNCTION writes_exam(person bigint, station integer, at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM exam e JOIN exam_person p ON p.exam_id = e.exam_id AND p.person_id = person
                     JOIN exam_station s ON s.exam_id = e.exam_id AND s.station_id = station
                    WHERE e.begins_at <= at AND e.ends_at > at AND e.removed_at IS NULL);

-- Who released it for its owner: a teacher, for the class in front of them.
ALTER TABLE delivery ADD COLUMN released_by bigint REFERENCES person;
