-- Owner: release.
-- What printers have counted in their lives, read once a night, beside what we sent them.

CREATE TABLE printer_count (
    printer_id  integer     NOT NULL REFERENCES printer,
    school_id   integer     NOT NULL REFERENCES school,
    day         date        NOT NULL, -- the school's, that had ended
    read_at     timestamptz NOT NULL,
    counter     bigint      CHECK (counter >= 0), -- impressions; NULL: it has no counter
    source      text        NOT NULL CHECK (source IN ('', 'ipp', 'snmp')),
    device      text        NOT NULL CHECK (length(device) <= 120), -- what tells it from another; '' is not known
    ours        bigint      NOT NULL CHECK (ours >= 0), -- impressions of our deliveries since the reading before
    unaccounted bigint      CHECK (unaccounted >= 0), -- NULL: it cannot be said, for the reason of note
    note        text        NOT NULL CHECK (note ~ '^([a-z]+(-[a-z]+)*)?$'),
    PRIMARY KEY (printer_id, day),
    CHECK ((unaccounted IS NULL) = (note <> ''))
);
CALL guard_by_school('printer_count');
GRANT SELECT, INSERT ON printer_count TO inkwell_app;

-- Reading asks for what a printer was given between two nights.
CREATE INDEX delivery_of_printer ON delivery (printer_id, sending_at) WHERE sending_at IS NOT NULL;
