-- Owner: release.
-- What is wrong with printers: as they say themselves, and as people beside them do.

-- What the school's inventory calls the printer.
ALTER TABLE printer ADD COLUMN asset text NOT NULL DEFAULT '' CHECK (length(asset) <= 60);
-- IT has stopped our sending to it. NULL: it is in use.
ALTER TABLE printer ADD COLUMN paused_at timestamptz;

CREATE TABLE printer_fault (
    printer_fault_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id        integer     NOT NULL REFERENCES school,
    printer_id       integer     NOT NULL REFERENCES printer,
    kind             text        NOT NULL CHECK (kind ~ '^[a-z]+(-[a-z]+)*$'),
    alert            boolean     NOT NULL, -- the printer itself says so now, or said so last
    reports          integer     NOT NULL DEFAULT 0 CHECK (reports >= 0), -- of people
    first_at         timestamptz NOT NULL,
    last_at          timestamptz NOT NULL,
    mailed_at        timestamptz,
    ended_at         timestamptz,
    ended_by         bigint      REFERENCES person, -- NULL: by itself
    CHECK (ended_by IS NULL OR ended_at IS NOT NULL)
);
-- One of a kind is open at a time.
CREATE UNIQUE INDEX printer_fault_open ON printer_fault (printer_id, kind) WHERE ended_at IS NULL;
CREATE INDEX printer_fault_to_mail ON printer_fault (printer_fault_id) WHERE ended_at IS NULL AND mailed_at IS NULL;
CREATE INDEX printer_fault_of_printer ON printer_fault (printer_id, printer_fault_id);
CALL guard_by_school('printer_fault');
GRANT SELECT, INSERT, UPDATE, DELETE ON printer_fault TO inkwell_app;

-- Who said so: once a day for a printer and a kind, kept for a month.
CREATE TABLE printer_report (
    person_id  bigint      NOT NULL REFERENCES person,
    printer_id integer     NOT NULL REFERENCES printer,
    kind       text        NOT NULL,
    day        date        NOT NULL,
    school_id  integer     NOT NULL REFERENCES school,
    PRIMARY KEY (person_id, printer_id, kind, day)
);
CREATE INDEX printer_report_by_day ON printer_report (day);
CALL guard_by_school('printer_report');
GRANT SELECT, INSERT, DELETE ON printer_report TO inkwell_app;

-- When the last mail about a school's printers went out.
CREATE TABLE fault_mail (
    school_id integer     PRIMARY KEY REFERENCES school,
    sent_at   timestamptz NOT NULL
);
CALL guard_by_school('fault_mail');
GRANT SELECT, INSERT, UPDATE ON fault_mail TO inkwell_app;
