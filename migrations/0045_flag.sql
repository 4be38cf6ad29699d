-- Owner: quota/conduct.
-- The rules of conduct by version, what they flagged, and the switches that stop them.

-- A school's policy as it was from a moment on: rules, categories, ladder and breaker, as the
-- file of inkwell conduct rules has them. A change is a new version and none is ever changed,
-- so that every flag and step can be explained by the rules of its time. The first is the
-- defaults, kept when they are first looked at.
CREATE TABLE conduct_set (
    set_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    made_at   timestamptz NOT NULL,
    made_by   uuid,       -- a pseudonym; none for a command on the server and for the defaults
    content   jsonb       NOT NULL CHECK (jsonb_typeof(content) = 'object' AND content ?& ARRAY['rules', 'categories', 'ladder', 'breaker']),
    UNIQUE (school_id, set_id)
);
CALL guard_by_school('conduct_set');
GRANT SELECT, INSERT ON conduct_set TO inkwell_app;

-- Whether rules act at a school: before acts_from they only report; while off they do nothing.
CREATE TABLE conduct_school (
    school_id integer     PRIMARY KEY REFERENCES school,
    acts_from timestamptz NOT NULL,
    off_at    timestamptz,
    off_by    uuid,       -- none for a command on the server
    off_why   text        CHECK (length(off_why) BETWEEN 1 AND 500),
    CHECK ((off_at IS NULL) = (off_why IS NULL)),
    CHECK (off_at IS NOT NULL OR off_by IS NULL)
);
CALL guard_by_school('conduct_school');
GRANT SELECT, INSERT, UPDATE ON conduct_school TO inkwell_app;

-- Every school has four weeks in which rules only report.
CREATE FUNCTION open_conduct() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO conduct_school (school_id, acts_from) VALUES (NEW.school_id, coalesce(tx_now(), now()) + interval '28 days') ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER school_opens_conduct AFTER INSERT ON school FOR EACH ROW EXECUTE FUNCTION open_conduct();
SET LOCAL inkwell.system = 'migrate';
INSERT INTO conduct_school (school_id, acts_from) SELECT school_id, now() + interval '28 days' FROM school;

-- A flag on a person: by a version's rule, or by a member of staff. evidence names the rows
-- it was seen in ({"seen": ["delivery:41"], "numbers": {"pages": 140}}), never a title.
CREATE TABLE flag (
    flag_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL,
    person_id bigint      NOT NULL REFERENCES person,
    set_id    integer,    -- of a rule
    rule      integer     CHECK (rule > 0),
    raised_by bigint      REFERENCES person, -- or of staff
    kind      text        NOT NULL CHECK (kind ~ '^[a-z]+(-[a-z]+)*$'),
    category  text        NOT NULL CHECK (category ~ '^[a-z]+(-[a-z]+)*$'),
    route     text        NOT NULL CHECK (route IN ('automatic', 'notice', 'person', 'safeguarding')),
    raised_at timestamptz NOT NULL,
    bucket    bigint      NOT NULL, -- the stretch of time in which the rule flags a person once
    weight    integer     NOT NULL CHECK (weight BETWEEN 0 AND 100),
    decays_at timestamptz NOT NULL CHECK (decays_at > raised_at), -- its points go down evenly to none until then
    evidence  jsonb       NOT NULL CHECK (jsonb_typeof(evidence) = 'object' AND evidence <> '{}'),
    note      text        CHECK (length(note) BETWEEN 1 AND 500), -- staff's own words
    reported  boolean     NOT NULL DEFAULT false, -- in the weeks in which rules only report: it counts for nothing
    -- What a person made of it. A flag that was dismissed counts for nothing.
    outcome   text        CHECK (outcome IN ('upheld', 'dismissed', 'referred')),
    closed_at timestamptz CHECK (closed_at >= raised_at),
    closed_by bigint      REFERENCES person,
    closing   text        CHECK (length(closing) BETWEEN 1 AND 500),
    FOREIGN KEY (school_id, set_id) REFERENCES conduct_set (school_id, set_id),
    CHECK ((set_id IS NULL) = (rule IS NULL) AND (set_id IS NULL) = (raised_by IS NOT NULL)),
    CHECK ((note IS NOT NULL) = (raised_by IS NOT NULL)),
    CHECK ((outcome IS NULL) = (closed_at IS NULL) AND (closed_by IS NULL OR closed_at IS NOT NULL)),
    CHECK (closed_by <> person_id AND raised_by <> person_id)
);
CREATE UNIQUE INDEX flag_once ON flag (person_id, rule, bucket) WHERE rule IS NOT NULL;
CREATE INDEX flag_of_person ON flag (person_id, raised_at);
CREATE INDEX flag_by_rule ON flag (school_id, rule, raised_at);
CREATE INDEX flag_open ON flag (school_id, raised_at) WHERE closed_at IS NULL;
CALL guard_by_school('flag');
GRANT SELECT, INSERT, UPDATE (outcome, closed_at, closed_by, closing) ON flag TO inkwell_app;

-- A rule that hit too many at once: it flags nobody until somebody arms it again.
CREATE TABLE conduct_disarmed (
    disarmed_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer     NOT NULL,
    set_id      integer     NOT NULL,
    rule        integer     NOT NULL CHECK (rule > 0),
    year_group  smallint    NOT NULL CHECK (year_group BETWEEN -1 AND 14), -- -1 for none
    hit         integer     NOT NULL CHECK (hit > 0), -- people of that year within the hour
    of_people   integer     NOT NULL CHECK (of_people >= hit),
    at          timestamptz NOT NULL,
    told_at     timestamptz, -- IT was mailed
    armed_at    timestamptz CHECK (armed_at >= at),
    armed_by    uuid,
    FOREIGN KEY (school_id, set_id) REFERENCES conduct_set (school_id, set_id),
    CHECK (armed_at IS NOT NULL OR armed_by IS NULL)
);
CREATE UNIQUE INDEX conduct_disarmed_now ON conduct_disarmed (school_id, rule) WHERE armed_at IS NULL;
CALL guard_by_school('conduct_disarmed');
GRANT SELECT, INSERT, UPDATE (told_at, armed_at, armed_by) ON conduct_disarmed TO inkwell_app;

-- Words of the safeguarding lead: a title that has one, or a phrase, is a fact of its number.
CREATE TABLE title_word (
    word_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    word       text        NOT NULL CHECK (word ~ '^[[:alnum:]]+( [[:alnum:]]+)*$' AND word = lower(word) AND length(word) BETWEEN 2 AND 60),
    added_at   timestamptz NOT NULL,
    added_by   uuid        NOT NULL,
    removed_at timestamptz CHECK (removed_at >= added_at),
    removed_by uuid,
    CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);
CREATE UNIQUE INDEX title_word_once ON title_word (school_id, word) WHERE removed_at IS NULL;
CALL guard_by_school('title_word');
GRANT SELECT, INSERT, UPDATE (removed_at, removed_by) ON title_word TO inkwell_app;

-- What rules look at is found by its time, at a school and of a person.
CREATE INDEX fact_by_time ON fact (school_id, at);
CREATE INDEX delivery_by_time ON delivery (school_id, reserved_at);
CREATE INDEX delivery_by_person ON delivery (person_id, reserved_at);
CREATE INDEX job_by_end ON job (school_id, ended_at) WHERE state IN ('expired', 'cancelled');
