-- Owner: quota.
-- What is printed and what is spared, by person and day at once, and by school, year group,
-- printer and account within a minute.

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

-- Totals of a day of a school: of all of it, or of one year group, printer or account.
CREATE TABLE usage_total (
    per         text     NOT NULL CHECK (per IN ('school', 'year', 'printer', 'account')),
    school_id   integer  NOT NULL REFERENCES school,
    day         date     NOT NULL,
    key         bigint   NOT NULL, -- year group, printer or account; 0 of the school
    jobs        integer  NOT NULL,
    impressions bigint   NOT NULL,
    colour      bigint   NOT NULL,
    sheets      bigint   NOT NULL,
    amount      bigint   NOT NULL,
    duplex      bigint   NOT NULL,
    left_jobs   integer  NOT NULL,
    left_sheets bigint   NOT NULL,
    PRIMARY KEY (per, school_id, day, key)
);
CALL guard_by_school('usage_total');
GRANT SELECT, INSERT, UPDATE ON usage_total TO inkwell_app;

-- What was printed before there were totals.
INSERT INTO usage_total (per, school_id, day, key, jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets)
SELECT 'school', school_id, day, 0, sum(jobs), sum(impressions), 0, sum(sheets), 0, 0, 0, 0 FROM usage GROUP BY school_id, day;
