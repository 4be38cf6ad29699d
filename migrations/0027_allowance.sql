-- Owner: quota.
-- What people get to spend, and from when to when.

-- How a school gives: no row is the defaults.
CREATE TABLE allowance_policy (
    school_id integer PRIMARY KEY REFERENCES school,
    per       text    NOT NULL CHECK (per IN ('term', 'month', 'week', 'day')),
    combine   text    NOT NULL CHECK (combine IN ('highest', 'sum')), -- of several allowances that hold for one person
    carry     bigint  NOT NULL CHECK (carry BETWEEN 0 AND 1000000)    -- what is left over and stays, at most
);
CALL guard_by_school('allowance_policy');
GRANT SELECT, INSERT, UPDATE ON allowance_policy TO inkwell_app;

-- Pages for whom all that is named holds; with nothing named, for everybody.
CREATE TABLE allowance (
    allowance_id integer  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer  NOT NULL REFERENCES school,
    role         text,
    year_from    smallint CHECK (year_from BETWEEN 0 AND 14),
    year_to      smallint CHECK (year_to BETWEEN year_from AND 14),
    class_id     bigint   REFERENCES class,
    person_id    bigint   REFERENCES person,
    pages        bigint   NOT NULL CHECK (pages BETWEEN 0 AND 1000000),
    CHECK ((year_from IS NULL) = (year_to IS NULL)),
    CHECK (person_id IS NULL OR role IS NULL AND year_from IS NULL AND class_id IS NULL)
);
CREATE UNIQUE INDEX allowance_of_audience ON allowance
    (school_id, coalesce(role, ''), coalesce(year_from, -1), coalesce(year_to, -1), coalesce(class_id, 0), coalesce(person_id, 0));
CALL guard_by_school('allowance');
GRANT SELECT, INSERT, UPDATE, DELETE ON allowance TO inkwell_app;

-- Once per person and period, whatever the clock, the node and the hour say. Never changed.
CREATE TABLE allowance_given (
    person_id bigint      NOT NULL REFERENCES person,
    school_id integer     NOT NULL REFERENCES school,
    per       text        NOT NULL CHECK (per IN ('term', 'month', 'week', 'day')),
    starts_on date        NOT NULL,
    pages     bigint      NOT NULL CHECK (pages > 0),
    given_at  timestamptz NOT NULL,
    PRIMARY KEY (person_id, per, starts_on)
);
CALL guard_by_school('allowance_given');
GRANT SELECT, INSERT ON allowance_given TO inkwell_app;
