-- Owner: quota; release owns the columns of printer, delivery and slip.
-- What printing costs, from when on.

-- A version holds from its time until the next one's. What has begun is never changed and
-- stays; one that was planned can be withdrawn before.
CREATE TABLE tariff (
    tariff_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    unit         text        NOT NULL CHECK (unit IN ('pages', 'pence')),
    base         jsonb       NOT NULL CHECK (jsonb_typeof(base) = 'object'),
    groups       jsonb       NOT NULL CHECK (jsonb_typeof(groups) = 'object'), -- by printer_group_id
    from_at      timestamptz NOT NULL,
    made_at      timestamptz NOT NULL,
    actor        uuid,
    withdrawn_at timestamptz,
    CHECK (from_at >= made_at),
    CHECK (withdrawn_at >= made_at AND withdrawn_at < from_at)
);
CREATE UNIQUE INDEX tariff_from ON tariff (school_id, from_at) WHERE withdrawn_at IS NULL;
CALL guard_by_school('tariff');
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON tariff TO inkwell_app;

-- Printers that have prices of their own together.
CREATE TABLE printer_group (
    printer_group_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id        integer NOT NULL REFERENCES school,
    name             text    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    UNIQUE (printer_group_id, school_id)
);
CREATE UNIQUE INDEX printer_group_name ON printer_group (school_id, lower(name));
CALL guard_by_school('printer_group');
GRANT SELECT, INSERT ON printer_group TO inkwell_app;

ALTER TABLE printer
    ADD COLUMN printer_group_id integer,
    ADD FOREIGN KEY (printer_group_id, school_id) REFERENCES printer_group (printer_group_id, school_id);

-- Why a delivery costs what it does, for ever: tariff_id is NULL where the school had set none,
-- and work NULL where none was kept: a page a side. Neither can be deleted, so no foreign key guards
-- them: each would have every release lock the same row.
ALTER TABLE delivery
    ADD COLUMN tariff_id        integer,
    ADD COLUMN printer_group_id integer,
    ADD COLUMN work             jsonb CHECK (jsonb_typeof(work) = 'object');

-- What its owner was shown; those of before have their job's price.
ALTER TABLE slip ADD COLUMN units bigint CHECK (units >= 0);
