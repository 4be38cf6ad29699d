-- Owner: internal/events.
-- What changed, for the poll that covers lost notifications. Rows live for minutes.

CREATE TABLE change (
    change_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    xact      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    topic     text        NOT NULL CHECK (topic ~ '^[a-z]+(:[0-9]+)?$'),
    at        timestamptz NOT NULL
);
CREATE INDEX change_by_xact ON change (xact);
CALL guard_by_school('change');
GRANT SELECT, DELETE ON change TO inkwell_app;
GRANT INSERT (school_id, topic, at) ON change TO inkwell_app;
