-- Owner: internal/db, but for school, which is internal/school's.
-- The running role, the walls between schools, and the row that says what this database is.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'inkwell_app') THEN
        CREATE ROLE inkwell_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
END
$$;

GRANT inkwell_app TO CURRENT_USER;

-- in_scope is the second wall (the first is the WHERE of each query): a
-- transaction sees the rows of the school it named, or all when it named a
-- system task, or none.
CREATE FUNCTION in_scope(school_id integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN school_id = nullif(current_setting('inkwell.school', true), '')::integer
        OR current_setting('inkwell.system', true) <> '';

-- guard_by_school puts the wall around a table with a school_id, for its owner too.
CREATE PROCEDURE guard_by_school(guarded regclass)
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY by_school ON %s USING (in_scope(school_id)) WITH CHECK (in_scope(school_id))', guarded);
END
$$;

CREATE TABLE installation (
    single          boolean     PRIMARY KEY DEFAULT true CHECK (single),
    installation_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    demo            boolean     NOT NULL,
    created_at      timestamptz NOT NULL
);
GRANT SELECT, INSERT ON installation TO inkwell_app;

CREATE TABLE school (
    school_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    time_zone text    NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64)
);
CALL guard_by_school('school');
GRANT SELECT, INSERT, UPDATE ON school TO inkwell_app;
