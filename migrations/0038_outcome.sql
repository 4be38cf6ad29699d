-- Owner: release.
-- What the printer said of a delivery, beside our own count (impressions, work, colour). NULL where it said
-- nothing: many printers leave most of it out.
ALTER TABLE delivery
    ADD said_impressions integer CHECK (said_impressions >= 0), -- job-impressions-completed
    ADD said_sheets      integer CHECK (said_sheets >= 0),      -- job-media-sheets-completed
    ADD said_colour      integer CHECK (said_colour >= 0),      -- of job-impressions-completed-col
    -- printer-impressions-completed, of its whole life: before the first word, and how far it went until the end.
    ADD counter          integer CHECK (counter > 0),
    ADD said_counter     integer;

-- Whether a printer stopped for others too is looked up whenever one has stopped.
CREATE INDEX fact_by_kind ON fact (school_id, kind, at);
