-- Owner: quota.
-- Every movement is a transfer between two accounts, so all sums are zero by
-- construction. Transfers are only ever inserted, and at most once per
-- (delivery, kind), so a second charge is impossible, not unlikely.

CREATE TABLE account (
    account_id bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer NOT NULL REFERENCES school,
    kind       text    NOT NULL CHECK (kind IN ('person', 'shared', 'allowance', 'reserved', 'printed', 'lost')),
    person_id  bigint  REFERENCES person,
    name       text    CHECK (length(name) BETWEEN 1 AND 100),
    has_floor  boolean NOT NULL GENERATED ALWAYS AS (kind IN ('person', 'shared')) STORED,
    -- Cached for accounts with a floor alone: allowance, reserved, printed and
    -- lost must not become rows that every release waits for.
    balance    bigint  NOT NULL DEFAULT 0,
    CHECK (person_id IS NULL OR kind = 'person'),
    CONSTRAINT account_floor CHECK (balance >= 0 AND (has_floor OR balance = 0))
);
CREATE UNIQUE INDEX account_of_person ON account (person_id) WHERE kind = 'person';
CREATE UNIQUE INDEX account_of_school ON account (school_id, kind) WHERE kind NOT IN ('person', 'shared');
CALL guard_by_school('account');
GRANT SELECT ON account TO inkwell_app;
GRANT INSERT (school_id, kind, person_id, name) ON account TO inkwell_app;
GRANT UPDATE (name) ON account TO inkwell_app; -- also what FOR UPDATE asks for

CREATE TABLE transfer (
    transfer_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    xact         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    at           timestamptz NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('grant', 'reserve', 'settle', 'return', 'void', 'refund', 'charge', 'expire')),
    from_account bigint      NOT NULL REFERENCES account,
    to_account   bigint      NOT NULL REFERENCES account,
    amount       bigint      NOT NULL CHECK (amount > 0),
    delivery_id  bigint,
    key          text        CHECK (length(key) BETWEEN 1 AND 100),
    actor        uuid,
    CHECK (from_account <> to_account),
    CHECK ((delivery_id IS NULL) <> (key IS NULL)),
    CHECK ((kind IN ('reserve', 'settle', 'return', 'void')) = (delivery_id IS NOT NULL)),
    UNIQUE (delivery_id, kind),
    UNIQUE (school_id, key)
);
-- A reservation ends once: settled (with what was not printed returned) or void.
CREATE UNIQUE INDEX transfer_ends_once ON transfer (delivery_id) WHERE kind IN ('settle', 'void');
CREATE UNIQUE INDEX transfer_back_once ON transfer (delivery_id) WHERE kind IN ('return', 'void');
CREATE INDEX transfer_by_xact ON transfer (xact);
CREATE INDEX transfer_from ON transfer (from_account, transfer_id);
CREATE INDEX transfer_to ON transfer (to_account, transfer_id);
CALL guard_by_school('transfer');
GRANT SELECT ON transfer TO inkwell_app;
GRANT INSERT (school_id, at, kind, from_account, to_account, amount, delivery_id, key, actor) ON transfer TO inkwell_app;

-- The running role cannot write a balance; a transfer does, with its owner's
-- rights, lower account first as everywhere. FOR NO KEY UPDATE, because each of
-- several transfers at once already shares its account's key by its foreign key:
-- a stronger lock would have them wait for one another for ever.
CREATE FUNCTION move_balance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE account
       SET balance = balance + CASE account_id WHEN NEW.to_account THEN NEW.amount ELSE -NEW.amount END
     WHERE account_id IN (SELECT account_id FROM account
                           WHERE account_id IN (NEW.from_account, NEW.to_account)
                             AND has_floor
                           ORDER BY account_id FOR NO KEY UPDATE);
    RETURN NULL;
END
$$;
CREATE TRIGGER transfer_moves_balance AFTER INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION move_balance();

-- What a person printed on a school day, added to when a delivery settles.
CREATE TABLE usage (
    person_id   bigint  NOT NULL REFERENCES person,
    school_id   integer NOT NULL REFERENCES school,
    day         date    NOT NULL,
    jobs        integer NOT NULL CHECK (jobs >= 0),
    impressions bigint  NOT NULL CHECK (impressions >= 0),
    sheets      bigint  NOT NULL CHECK (sheets >= 0),
    PRIMARY KEY (person_id, day)
);
CREATE INDEX usage_by_day ON usage (school_id, day);
CALL guard_by_school('usage');
GRANT SELECT, INSERT, UPDATE ON usage TO inkwell_app;
