-- Owner: quota (rule_set, restriction, exemption), release (decision, approval).
-- Rules of what may be printed, who is let off them, and what was decided by them.

-- A school's rules as they were from a moment on: a change is a new set, none is ever
-- changed, so that what was decided can be explained by the rules of its time. No set is
-- the defaults.
CREATE TABLE rule_set (
    set_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    made_at   timestamptz NOT NULL,
    made_by   uuid,       -- a pseudonym; none for a command on the server
    last_rule integer     NOT NULL CHECK (last_rule >= 0) -- the highest number a rule ever had
);
CREATE INDEX rule_set_of_school ON rule_set (school_id, set_id DESC);
CALL guard_by_school('rule_set');
GRANT SELECT, INSERT ON rule_set TO inkwell_app;

-- A rule meets what all that is set in it holds for; what is null asks nothing.
CREATE TABLE restriction (
    set_id     integer    NOT NULL REFERENCES rule_set,
    school_id  integer    NOT NULL REFERENCES school,
    place      smallint   NOT NULL CHECK (place BETWEEN 1 AND 100), -- the first one that meets a job decides
    rule       integer    NOT NULL CHECK (rule > 0), -- its number at the school, wherever it moves
    name       text       NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    role       text,
    year_from  smallint   CHECK (year_from BETWEEN 0 AND 14),
    year_to    smallint   CHECK (year_to BETWEEN year_from AND 14),
    class_id   bigint     REFERENCES class,
    person_id  bigint     REFERENCES person,
    pages      integer    CHECK (pages BETWEEN 2 AND 100000), -- so many and more
    copies     integer    CHECK (copies BETWEEN 2 AND 1000),
    colour     integer    CHECK (colour BETWEEN 1 AND 100000),
    paper      text[]     CHECK (cardinality(paper) BETWEEN 1 AND 20),
    bells      text       CHECK (bells IN ('lessons', 'breaks', 'closed')),
    days       smallint[] CHECK (cardinality(days) BETWEEN 1 AND 7 AND days <@ ARRAY[0, 1, 2, 3, 4, 5, 6]::smallint[]),
    from_min   smallint   CHECK (from_min BETWEEN 0 AND 1439),
    until_min  smallint   CHECK (until_min BETWEEN 0 AND 1439 AND until_min <> from_min),
    printers   integer[]  CHECK (cardinality(printers) BETWEEN 1 AND 200),
    same_times smallint   CHECK (same_times BETWEEN 1 AND 100),
    same_hours smallint   CHECK (same_hours BETWEEN 1 AND 744),
    outcome    text       NOT NULL CHECK (outcome IN ('refuse', 'confirm', 'ask')),
    instead    text       CHECK (length(instead) BETWEEN 1 AND 200),
    PRIMARY KEY (set_id, place),
    UNIQUE (set_id, rule),
    CHECK ((year_from IS NULL) = (year_to IS NULL)),
    CHECK (person_id IS NULL OR role IS NULL AND year_from IS NULL AND class_id IS NULL),
    CHECK ((from_min IS NULL) = (until_min IS NULL)),
    CHECK ((same_times IS NULL) = (same_hours IS NULL)),
    CHECK (num_nonnulls(pages, copies, colour, paper, bells, days, from_min, printers, same_times) > 0)
);
CALL guard_by_school('restriction');
GRANT SELECT, INSERT ON restriction TO inkwell_app;

-- Who is let off a rule, or off all, why, and until when. Made by one person and recorded
-- by another, a second officer; what an officer made works from the start, what others
-- entered once it is recorded.
CREATE TABLE exemption (
    exemption_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    rule         integer     CHECK (rule > 0), -- none: all of them
    class_id     bigint      REFERENCES class,
    person_id    bigint      REFERENCES person,
    reason       text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '367 days'),
    made_by      bigint      REFERENCES person, -- none: a command on the server
    by_officer   boolean     NOT NULL,
    recorded_by  bigint      REFERENCES person,
    recorded_at  timestamptz CHECK (recorded_at >= starts_at),
    ended_at     timestamptz CHECK (ended_at >= starts_at), -- taken back
    CHECK (num_nonnulls(class_id, person_id) = 1),
    CHECK (by_officer = false OR made_by IS NOT NULL),
    CHECK ((recorded_by IS NULL) = (recorded_at IS NULL)),
    CHECK (recorded_by <> made_by)
);
CREATE INDEX exemption_in_force ON exemption (school_id, ends_at) WHERE ended_at IS NULL;
CALL guard_by_school('exemption');
GRANT SELECT, INSERT, UPDATE (recorded_by, recorded_at, ended_at) ON exemption TO inkwell_app;

-- A teacher's yes for a job as it is: with other figures it is none.
CREATE TABLE approval (
    approval_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer     NOT NULL REFERENCES school,
    job_id      integer     NOT NULL REFERENCES job,
    person_id   bigint      NOT NULL REFERENCES person, -- who asks
    set_id      integer     REFERENCES rule_set, -- none: the defaults
    rule        integer     NOT NULL CHECK (rule > 0), -- that said "ask"
    impressions integer     NOT NULL CHECK (impressions > 0),
    copies      integer     NOT NULL CHECK (copies > 0),
    sheets      integer     NOT NULL CHECK (sheets > 0),
    colour      integer     NOT NULL CHECK (colour >= 0),
    media       text        NOT NULL CHECK (length(media) BETWEEN 1 AND 255),
    asked_at    timestamptz NOT NULL,
    answer      text        CHECK (answer IN ('approved', 'returned', 'withdrawn')), -- withdrawn: asked again for the job as it was changed
    reason      text        CHECK (length(reason) BETWEEN 1 AND 200),
    answered_by bigint      REFERENCES person,
    answered_at timestamptz CHECK (answered_at >= asked_at),
    CHECK ((answer IS NULL) = (answered_at IS NULL) AND (answer IN ('approved', 'returned')) IS TRUE = (answered_by IS NOT NULL)),
    CHECK ((answer = 'returned') IS TRUE = (reason IS NOT NULL)),
    CHECK (answered_by <> person_id)
);
CREATE INDEX approval_of_job ON approval (job_id, approval_id);
CREATE UNIQUE INDEX approval_open ON approval (job_id) WHERE answer IS NULL;
CREATE INDEX approval_waiting ON approval (school_id, approval_id) WHERE answer IS NULL;
CALL guard_by_school('approval');
GRANT SELECT, INSERT, UPDATE (answer, reason, answered_by, answered_at) ON approval TO inkwell_app;

-- What a rule, an approval or an exemption had a part in. What none had a part in has no row.
CREATE TABLE decision (
    decision_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    job_id       integer     NOT NULL REFERENCES job,
    delivery_id  bigint      UNIQUE REFERENCES delivery, -- none: it was held back
    printer_id   integer     REFERENCES printer,         -- none: of a computer's question
    decided_at   timestamptz NOT NULL,
    set_id       integer     REFERENCES rule_set, -- none: the defaults
    rule         integer     CHECK (rule > 0), -- none: no other rule met it
    exemption_id integer     REFERENCES exemption,
    approval_id  bigint      REFERENCES approval,
    say          text        NOT NULL DEFAULT '' CHECK (length(say) <= 1000) -- as it was told
);
CREATE INDEX decision_of_job ON decision (job_id, decision_id);
CALL guard_by_school('decision');
GRANT SELECT, INSERT ON decision TO inkwell_app;
