-- Owner: internal/school.
-- Who asked for what is kept about them, and when they were answered: a month from the day it came.
CREATE TABLE data_request (
    request_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer     NOT NULL REFERENCES school,
    person_id   bigint      NOT NULL REFERENCES person,
    received_on date        NOT NULL,
    due_on      date        NOT NULL CHECK (due_on > received_on),
    entered_at  timestamptz NOT NULL,
    made_at     timestamptz, -- the file, last
    answered_at timestamptz CHECK (answered_at >= entered_at)
);
CREATE INDEX data_request_by_school ON data_request (school_id, due_on);
CREATE UNIQUE INDEX data_request_open ON data_request (person_id) WHERE answered_at IS NULL;
CALL guard_by_school('data_request');
GRANT SELECT, INSERT ON data_request TO inkwell_app;
GRANT UPDATE (made_at, answered_at) ON data_request TO inkwell_app;
