-- Owner: quota/conduct.
-- What people may do about printing rights, and what a pupil may do about what was done.

-- One decision over several pupils: IT over a class or a year, a teacher over the class
-- that they are teaching. Whom it meets has a suspension of it.
CREATE TABLE conduct_order (
    order_id   integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    kind       text        NOT NULL CHECK (kind IN ('withdrawal', 'pause')),
    class_id   bigint      REFERENCES class,
    year_group smallint    CHECK (year_group BETWEEN 0 AND 14),
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    reason     text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    made_by    bigint      NOT NULL REFERENCES person,
    lifted_at  timestamptz,
    lifted_by  uuid,
    CHECK (num_nonnulls(class_id, year_group) = 1),
    CHECK (kind = 'withdrawal' OR class_id IS NOT NULL AND ends_at <= starts_at + interval '1 day'),
    CHECK (starts_at < ends_at),
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX conduct_order_open ON conduct_order (school_id, ends_at) WHERE lifted_at IS NULL;
CREATE UNIQUE INDEX conduct_order_pause ON conduct_order (class_id, ends_at) WHERE kind = 'pause' AND lifted_at IS NULL;
CALL guard_by_school('conduct_order');
GRANT SELECT, INSERT, UPDATE (lifted_at, lifted_by) ON conduct_order TO inkwell_app;

ALTER TABLE suspension ADD COLUMN order_id integer REFERENCES conduct_order;
CREATE INDEX suspension_of_order ON suspension (order_id) WHERE order_id IS NOT NULL;

-- Who reviews, first to last: of a year group, and where that is null of every other case.
CREATE TABLE reviewer (
    school_id  integer  NOT NULL REFERENCES school,
    year_group smallint CHECK (year_group BETWEEN 0 AND 14),
    place      smallint NOT NULL CHECK (place BETWEEN 1 AND 5),
    person_id  bigint   NOT NULL REFERENCES person
);
CREATE UNIQUE INDEX reviewer_once ON reviewer (school_id, coalesce(year_group, -1), place);
CALL guard_by_school('reviewer');
GRANT SELECT, INSERT, DELETE ON reviewer TO inkwell_app;

-- What a pupil says against a withdrawal or a step, once for each, and what a person made
-- of it. The reviewer is named from the start; nobody decides about themselves.
CREATE TABLE objection (
    objection_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id     integer     NOT NULL REFERENCES school,
    person_id     bigint      NOT NULL REFERENCES person,
    suspension_id bigint      UNIQUE REFERENCES suspension,
    step_id       bigint      UNIQUE REFERENCES step,
    words         text        NOT NULL CHECK (length(words) BETWEEN 1 AND 1000),
    made_at       timestamptz NOT NULL,
    reviewer      bigint      NOT NULL REFERENCES person,
    due_at        timestamptz NOT NULL, -- unanswered it goes to the next one then
    outcome       text        CHECK (outcome IN ('confirmed', 'shortened', 'lifted')),
    decided_at    timestamptz CHECK (decided_at >= made_at),
    decided_by    bigint      REFERENCES person,
    reason        text        CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    ends_at       timestamptz, -- as shortened
    CHECK (num_nonnulls(suspension_id, step_id) = 1),
    CHECK (num_nonnulls(outcome, decided_at, decided_by, reason) IN (0, 4)),
    CHECK ((outcome = 'shortened') IS TRUE = (ends_at IS NOT NULL)),
    CHECK (reviewer <> person_id AND decided_by <> person_id)
);
CREATE INDEX objection_open ON objection (school_id, due_at) WHERE outcome IS NULL;
CREATE INDEX objection_of_person ON objection (person_id, made_at);
CALL guard_by_school('objection');
GRANT SELECT, INSERT, UPDATE (reviewer, due_at, outcome, decided_at, decided_by, reason, ends_at) ON objection TO inkwell_app;
