-- Owner: quota.
-- What is printed and what is spared: by person and day at once, and in totals of schools, year
-- groups, printers, accounts and people within a minute.

SET LOCAL inkwell.system = 'migrate'; -- what was printed before is seen, of all schools

ALTER TABLE usage
    ADD year_group  smallint NOT NULL DEFAULT -1 CHECK (year_group BETWEEN -1 AND 14), -- the person's on that day; -1 for none
    ADD colour      bigint   NOT NULL DEFAULT 0 CHECK (colour >= 0),      -- of the impressions
    ADD amount      bigint   NOT NULL DEFAULT 0 CHECK (amount >= 0),      -- units paid, by whoever paid
    ADD duplex      bigint   NOT NULL DEFAULT 0 CHECK (duplex >= 0),      -- sheets that one-sided printing would have taken more
    ADD left_jobs   integer  NOT NULL DEFAULT 0 CHECK (left_jobs >= 0),   -- jobs that ended without paper, all or the rest of one
    ADD left_sheets bigint   NOT NULL DEFAULT 0 CHECK (left_sheets >= 0); -- what they would have taken

-- One row for each thing that happened, until it is folded into the totals: inserted with
-- what it tells of, deleted by the transaction that adds it to them. So nothing is counted
-- twice or not at all, and no total is a row that settlements wait for.
CREATE TABLE usage_tail (
    usage_id    bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   integer  NOT NULL REFERENCES school,
    day         date     NOT NULL,
    person_id   bigint   NOT NULL REFERENCES person,
    year_group  smallint NOT NULL,
    printer_id  integer  NOT NULL, -- 0 for none
    account_id  bigint   NOT NULL, -- that paid, unless it was the person's own: 0
    jobs        integer  NOT NULL,
    impressions bigint   NOT NULL,
    colour      bigint   NOT NULL,
    sheets      bigint   NOT NULL,
    amount      bigint   NOT NULL,
    duplex      bigint   NOT NULL,
    left_jobs   integer  NOT NULL,
    left_sheets bigint   NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CALL guard_by_school('usage_tail');
GRANT SELECT, INSERT, DELETE ON usage_tail TO inkwell_app;

CREATE INDEX usage_tail_of_school ON usage_tail (school_id);

-- Totals of a day or a month: of a school, or of one of its year groups, printers, accounts or
-- people. Months are there because a year of days is too long to add up on a page; the days of
-- people are usage.
CREATE TABLE usage_total (
    per         text     NOT NULL CHECK (per IN ('school', 'year', 'printer', 'account', 'person')),
    monthly     boolean  NOT NULL CHECK (monthly OR per <> 'person'),
    school_id   integer  NOT NULL REFERENCES school,
    day         date     NOT NULL CHECK (NOT monthly OR day = date_trunc('month', day)), -- of a month the first
    key         bigint   NOT NULL, -- year group, printer, account or person; 0 of the school
    jobs        integer  NOT NULL,
    impressions bigint   NOT NULL,
    colour      bigint   NOT NULL,
    sheets      bigint   NOT NULL,
    amount      bigint   NOT NULL,
    duplex      bigint   NOT NULL,
    left_jobs   integer  NOT NULL,
    left_sheets bigint   NOT NULL,
    PRIMARY KEY (per, monthly, school_id, day, key)
);
CALL guard_by_school('usage_total');
GRANT SELECT, INSERT, UPDATE ON usage_total TO inkwell_app;

-- What was printed before there were totals: nobody knows at which printer.
INSERT INTO usage_total (per, monthly, school_id, day, key, jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets)
SELECT p.per, p.monthly, u.school_id, p.day, p.key, sum(u.jobs), sum(u.impressions), 0, sum(u.sheets), 0, 0, 0, 0
  FROM usage u CROSS JOIN LATERAL (VALUES ('school', false, u.day, 0), ('school', true, date_trunc('month', u.day)::date, 0),
                                          ('person', true, date_trunc('month', u.day)::date, u.person_id)) AS p (per, monthly, day, key)
 GROUP BY p.per, p.monthly, u.school_id, p.day, p.key;
