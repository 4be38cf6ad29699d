-- Owner: release.
-- What of a job carries colour, and which sizes its pages have.

ALTER TABLE job
    -- Those of its pages that carry colour when they are drawn; NULL until counted, and
    -- where it could not be told.
    ADD COLUMN colour_pages       integer CHECK (colour_pages BETWEEN 0 AND pages),
    -- Those of its impressions that come out in colour: none of a monochrome job's.
    ADD COLUMN colour_impressions integer CHECK (colour_impressions BETWEEN 0 AND impressions),
    -- [{"x": 210, "y": 297, "pages": 3}]: in millimetres, the shorter edge first. What the
    -- pages were made for; what they are printed on is the ticket's media.
    ADD COLUMN sizes              jsonb;
