-- Owner: quota/conduct.
-- Whether a person may print at all. The standing row is what release locks FOR
-- SHARE and suspension locks FOR UPDATE, so that no release commits after a
-- suspension has.

CREATE TABLE standing (
    person_id bigint  PRIMARY KEY REFERENCES person,
    school_id integer NOT NULL REFERENCES school,
    version   integer NOT NULL DEFAULT 0
);
CALL guard_by_school('standing');
GRANT SELECT, INSERT, UPDATE ON standing TO inkwell_app;

CREATE TABLE suspension (
    suspension_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id     integer     NOT NULL REFERENCES school,
    person_id     bigint      NOT NULL REFERENCES person,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    reason        text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    imposed_by    uuid        NOT NULL,
    lifted_at     timestamptz,
    lifted_by     uuid,
    CHECK (starts_at < ends_at),
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX suspension_by_person ON suspension (person_id) WHERE lifted_at IS NULL;
CALL guard_by_school('suspension');
GRANT SELECT, INSERT, UPDATE ON suspension TO inkwell_app;

-- What happened that a rule may look at later: a kind and numbers, no titles.
CREATE TABLE fact (
    fact_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    person_id bigint      NOT NULL REFERENCES person,
    at        timestamptz NOT NULL,
    kind      text        NOT NULL CHECK (kind ~ '^[a-z]+(-[a-z]+)*$'),
    object    text        CHECK (object ~ '^[a-z]+:[0-9a-z-]+$'),
    detail    jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object')
);
CREATE INDEX fact_by_person ON fact (person_id, at);
CALL guard_by_school('fact');
GRANT SELECT, INSERT ON fact TO inkwell_app;
