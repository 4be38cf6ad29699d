-- Owner: quota.
-- What every release and every settlement write names rows that all of them name: their school,
-- and the school's own accounts. A foreign key locks the row that it names (FOR KEY SHARE), and
-- many at once on one row wait for its page and write down each other's company, over and over.
-- None of those rows can be deleted, and none changes its key. So that is what is held here, and
-- the foreign keys of the busiest tables go. Which school it is, guard_by_school says of every row.

CREATE FUNCTION stays() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a row of % stays, and keeps its number', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
END
$$;
CREATE TRIGGER school_stays BEFORE DELETE OR UPDATE OF school_id ON school FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER account_stays BEFORE DELETE OR UPDATE OF account_id, school_id, purse ON account FOR EACH ROW EXECUTE FUNCTION stays();

ALTER TABLE audit    DROP CONSTRAINT audit_school_id_fkey;
ALTER TABLE change   DROP CONSTRAINT change_school_id_fkey;
ALTER TABLE delivery DROP CONSTRAINT delivery_school_id_fkey;
ALTER TABLE job      DROP CONSTRAINT job_school_id_fkey;
ALTER TABLE transfer DROP CONSTRAINT transfer_school_id_fkey;

-- Both ends of a transfer are accounts of its school and purse: the trigger that moves the
-- balances says so now. It goes from the lower account to the higher, as everybody does.
ALTER TABLE transfer
    DROP CONSTRAINT transfer_from_account_school_id_purse_fkey,
    DROP CONSTRAINT transfer_to_account_school_id_purse_fkey;
CREATE OR REPLACE FUNCTION move_balances() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT side.account_id, a.has_floor, sum(side.units)::bigint AS units
          FROM (SELECT to_account, school_id, purse, amount FROM made
                UNION ALL SELECT from_account, school_id, purse, -amount FROM made) AS side (account_id, school_id, purse, units)
          LEFT JOIN account a USING (account_id, school_id, purse)
         GROUP BY side.account_id, a.has_floor ORDER BY side.account_id
    LOOP
        IF moved.has_floor IS NULL THEN
            RAISE EXCEPTION 'both ends of a transfer are accounts of its school and purse' USING ERRCODE = 'foreign_key_violation';
        ELSIF moved.has_floor THEN
            UPDATE account SET balance = balance + moved.units WHERE account_id = moved.account_id;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- A person's standing is there with the person, so that locking it never has to make it.
CREATE FUNCTION open_standing_of_people() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO standing (person_id, school_id) SELECT person_id, school_id FROM new ORDER BY person_id ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER person_opens_standing AFTER INSERT ON person
    REFERENCING NEW TABLE AS new FOR EACH STATEMENT EXECUTE FUNCTION open_standing_of_people();
SET LOCAL inkwell.system = 'migrate';
INSERT INTO standing (person_id, school_id) SELECT person_id, school_id FROM person ORDER BY person_id ON CONFLICT DO NOTHING;

-- Where a statement reads many rows, whose they are is held against the scope once for each: what
-- the scope is, is found out once for the statement. It is the same wall.
DO $$
DECLARE
    busy regclass;
BEGIN
    FOREACH busy IN ARRAY '{account,delivery,transfer,usage,usage_tail,usage_total}'::regclass[] LOOP
        EXECUTE format($policy$ALTER POLICY by_school ON %s USING (
            school_id = (SELECT nullif(current_setting('inkwell.school', true), '')::integer)
            OR (SELECT current_setting('inkwell.system', true) <> ''))$policy$, busy);
    END LOOP;
END
$$;
