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
