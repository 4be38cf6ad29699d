-- Owner: quota, but for queue.account_id, which is release's.
-- Accounts that several people may have a job charged to: a department's, a class's, an
-- event's, an exam's. Their names and balances, and whether they are closed, stand in account.

CREATE TABLE shared_account (
    account_id bigint      PRIMARY KEY REFERENCES account,
    school_id  integer     NOT NULL REFERENCES school,
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- What a computer names it by (job-account-id). The two words are everybody's own.
    code       text        NOT NULL CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(code) <= 40 AND code NOT IN ('own', 'personal')),
    sort       text        NOT NULL CHECK (sort IN ('department', 'class', 'event', 'exam')),
    class_id   bigint      REFERENCES class, -- whose budget it is: its teachers give of it
    until      timestamptz,                  -- it pays for nothing from then on
    added_at   timestamptz NOT NULL,
    removed_at timestamptz,
    CHECK ((sort = 'class') = (class_id IS NOT NULL))
);
CREATE UNIQUE INDEX shared_account_by_code ON shared_account (school_id, code) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX shared_account_by_name ON shared_account (school_id, lower(name)) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX shared_account_of_class ON shared_account (class_id) WHERE removed_at IS NULL;
CALL guard_by_school('shared_account');
GRANT SELECT, INSERT, UPDATE ON shared_account TO inkwell_app;

-- Who may charge it: everybody for whom all that a row names holds. Without a row, nobody.
CREATE TABLE account_user (
    account_id bigint   NOT NULL REFERENCES shared_account,
    school_id  integer  NOT NULL REFERENCES school,
    role       text     CHECK (role ~ '^[a-z]+(-[a-z]+)*$'), -- a person's, or "staff" for all of theirs
    year_from  smallint CHECK (year_from BETWEEN 0 AND 14),
    year_to    smallint CHECK (year_to BETWEEN year_from AND 14),
    class_id   bigint   REFERENCES class,
    person_id  bigint   REFERENCES person,
    CHECK ((year_from IS NULL) = (year_to IS NULL)),
    CHECK (person_id IS NULL OR role IS NULL AND year_from IS NULL AND class_id IS NULL)
);
CREATE UNIQUE INDEX account_user_once ON account_user
    (account_id, coalesce(role, ''), coalesce(year_from, -1), coalesce(year_to, -1), coalesce(class_id, 0), coalesce(person_id, 0));
CALL guard_by_school('account_user');
GRANT SELECT, INSERT, DELETE ON account_user TO inkwell_app;

-- Classes whose pupils print on an account unless they choose otherwise.
CREATE TABLE class_account (
    class_id   bigint  PRIMARY KEY REFERENCES class,
    school_id  integer NOT NULL REFERENCES school,
    account_id bigint  NOT NULL REFERENCES shared_account
);
CREATE INDEX class_account_of ON class_account (account_id);
CALL guard_by_school('class_account');
GRANT SELECT, INSERT, DELETE ON class_account TO inkwell_app;

-- What pays for the jobs of a queue unless their owner chooses otherwise.
ALTER TABLE queue ADD COLUMN account_id bigint REFERENCES shared_account;
