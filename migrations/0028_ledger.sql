-- Owner: quota.
-- Two purses, accounts for staff's own use and for centres, and transfers that leave neither
-- their purse nor their school.

SET LOCAL inkwell.system = 'migrate'; -- what is there is seen and moved, of all schools

-- A purse is what an account counts in: what printing costs, or pages in colour. An account
-- is of one purse, and a person may have one of each.
ALTER TABLE account
    ADD COLUMN purse     text NOT NULL DEFAULT 'pages' CHECK (purse IN ('pages', 'colour')),
    ADD COLUMN closed_at timestamptz,
    DROP CONSTRAINT account_kind_check,
    DROP CONSTRAINT account_check,
    DROP CONSTRAINT account_floor,
    DROP COLUMN has_floor;
ALTER TABLE account
    ADD COLUMN has_floor boolean NOT NULL GENERATED ALWAYS AS (kind IN ('person', 'shared', 'personal')) STORED,
    -- personal: a member of staff's own use. centre: shared, without a limit: recorded and no more.
    ADD CHECK (kind IN ('person', 'personal', 'shared', 'centre', 'allowance', 'reserved', 'printed', 'lost')),
    ADD CHECK (person_id IS NULL OR kind IN ('person', 'personal')),
    ADD CHECK (purse = 'pages' OR kind NOT IN ('personal', 'shared', 'centre')),
    ADD CONSTRAINT account_floor CHECK (balance >= 0 AND (has_floor OR balance = 0)),
    ADD UNIQUE (account_id, school_id, purse);
DROP INDEX account_of_person, account_of_school;
CREATE UNIQUE INDEX account_of_person ON account (person_id, kind, purse) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX account_of_school ON account (school_id, kind, purse) WHERE kind IN ('allowance', 'reserved', 'printed', 'lost');
GRANT INSERT (purse), UPDATE (closed_at) ON account TO inkwell_app;

ALTER TABLE transfer
    ADD COLUMN purse text NOT NULL DEFAULT 'pages',
    DROP CONSTRAINT transfer_from_account_fkey,
    DROP CONSTRAINT transfer_to_account_fkey,
    DROP CONSTRAINT transfer_delivery_id_kind_key,
    ADD FOREIGN KEY (from_account, school_id, purse) REFERENCES account (account_id, school_id, purse),
    ADD FOREIGN KEY (to_account, school_id, purse) REFERENCES account (account_id, school_id, purse),
    ADD UNIQUE (delivery_id, kind, purse);
DROP INDEX transfer_ends_once, transfer_back_once;
CREATE UNIQUE INDEX transfer_ends_once ON transfer (delivery_id, purse) WHERE kind IN ('settle', 'void');
CREATE UNIQUE INDEX transfer_back_once ON transfer (delivery_id, purse) WHERE kind IN ('return', 'void');
GRANT INSERT (purse) ON transfer TO inkwell_app;

-- Balances move once a statement, however many transfers it makes, lower account first as
-- everywhere: a grant to a class takes its accounts in the order that a release does.
DROP TRIGGER transfer_moves_balance ON transfer;
DROP FUNCTION move_balance();
CREATE FUNCTION move_balances() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    WITH moved AS (
        SELECT account_id, sum(units)::bigint AS units
          FROM (SELECT to_account, amount FROM made UNION ALL SELECT from_account, -amount FROM made) AS sides (account_id, units)
         GROUP BY account_id
    ), locked AS (
        SELECT account_id FROM account
         WHERE account_id IN (SELECT account_id FROM moved) AND has_floor
         ORDER BY account_id FOR NO KEY UPDATE
    )
    UPDATE account a SET balance = a.balance + moved.units
      FROM moved JOIN locked USING (account_id)
     WHERE a.account_id = moved.account_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER transfer_moves_balances AFTER INSERT ON transfer
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION move_balances();

-- Accounts are opened with whom they belong to, so that no movement of units has to.
CREATE FUNCTION open_accounts_of_schools() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO account (school_id, kind, purse)
    SELECT school_id, k, p
      FROM new, unnest('{allowance,reserved,printed,lost}'::text[]) AS k, unnest('{pages,colour}'::text[]) AS p
     ORDER BY school_id, k, p
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER school_opens_accounts AFTER INSERT ON school
    REFERENCING NEW TABLE AS new FOR EACH STATEMENT EXECUTE FUNCTION open_accounts_of_schools();
INSERT INTO account (school_id, kind, purse)
SELECT school_id, k, p
  FROM school, unnest('{allowance,reserved,printed,lost}'::text[]) AS k, unnest('{pages,colour}'::text[]) AS p
 ORDER BY school_id, k, p
    ON CONFLICT DO NOTHING;

CREATE FUNCTION open_accounts_of_people() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO account (school_id, kind, person_id)
    SELECT school_id, 'person', person_id FROM new ORDER BY person_id
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER person_opens_accounts AFTER INSERT ON person
    REFERENCING NEW TABLE AS new FOR EACH STATEMENT EXECUTE FUNCTION open_accounts_of_people();
INSERT INTO account (school_id, kind, person_id)
SELECT school_id, 'person', person_id FROM person ORDER BY person_id
    ON CONFLICT DO NOTHING;

-- Colour is a ceiling of its own: so many of the pages in colour. Without a number there is
-- none. What has been given stays as it is until the next period.
ALTER TABLE allowance ADD COLUMN colour bigint CHECK (colour BETWEEN 0 AND 1000000);
ALTER TABLE allowance_given ADD COLUMN colour bigint CHECK (colour >= 0);

-- How many of a delivery's impressions are in colour.
ALTER TABLE delivery ADD COLUMN colour integer NOT NULL DEFAULT 0 CHECK (colour BETWEEN 0 AND impressions);
