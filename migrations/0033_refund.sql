-- Owner: release; of recovery: quota.
-- Prints that went wrong and are paid back, and costs of damage and loss.

-- What the printer said of itself when it had ended the delivery: printer-state-reasons.
ALTER TABLE delivery ADD reported text[] NOT NULL DEFAULT '{}';
CREATE INDEX delivery_of_person ON delivery (person_id, ended_at) WHERE state = 'settled';

-- Somebody asks for what a delivery cost, once.
CREATE TABLE refund (
    refund_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer     NOT NULL REFERENCES school,
    delivery_id bigint      NOT NULL UNIQUE REFERENCES delivery,
    person_id   bigint      NOT NULL REFERENCES person,
    reason      text        NOT NULL CHECK (reason IN ('nothing', 'bad', 'wrong-printer', 'twice', 'other')),
    pages       integer     NOT NULL CHECK (pages > 0), -- impressions
    asked_at    timestamptz NOT NULL,
    granted     integer     CHECK (granted BETWEEN 0 AND pages), -- impressions; 0 of a no
    units       bigint      CHECK (units >= 0),                  -- that came back
    why         text        CHECK (length(why) BETWEEN 1 AND 200), -- of a no
    answered_by bigint      REFERENCES person,
    answered_at timestamptz,
    told_at     timestamptz, -- they read the answer
    CHECK ((granted IS NULL) = (answered_at IS NULL) AND (granted IS NULL) = (units IS NULL) AND (granted IS NULL) = (answered_by IS NULL)),
    CHECK ((why IS NOT NULL) = (granted IS NOT DISTINCT FROM 0)),
    CHECK (told_at IS NULL OR answered_at IS NOT NULL)
);
CREATE INDEX refund_of_person ON refund (person_id, asked_at);
CREATE INDEX refund_open ON refund (school_id, refund_id) WHERE answered_at IS NULL;
CALL guard_by_school('refund');
GRANT SELECT, INSERT, UPDATE ON refund TO inkwell_app;

-- What damage or loss costs, in pence: a record for finance that no page allowance pays.
CREATE TABLE recovery (
    recovery_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer     NOT NULL REFERENCES school,
    person_id   bigint      NOT NULL REFERENCES person,
    pence       bigint      NOT NULL CHECK (pence BETWEEN 1 AND 10000000),
    reason      text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    on_day      date        NOT NULL, -- it happened
    state       text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'invoiced', 'paid', 'waived')),
    added_by    bigint      NOT NULL REFERENCES person,
    added_at    timestamptz NOT NULL,
    changed_by  bigint      NOT NULL REFERENCES person,
    changed_at  timestamptz NOT NULL,
    CHECK (added_by <> person_id AND changed_by <> person_id)
);
CALL guard_by_school('recovery');
GRANT SELECT, INSERT ON recovery TO inkwell_app;
GRANT UPDATE (state, changed_by, changed_at) ON recovery TO inkwell_app;
