-- Owner: release.
-- The bytes of a raster or a JPEG picture as they were sent, kept beside the document that was
-- made of them, for printers that take them as they are. Both have the same pages.

ALTER TABLE job
    ADD COLUMN sent        text  CHECK (sent ~ '^[0-9a-f]{32}$'),
    ADD COLUMN sent_digest bytea CHECK (length(sent_digest) = 32),
    -- What all its pages are: {"type": "srgb_8", "dpi": 600, "width": 4960, "height": 7015}.
    ADD COLUMN sent_kind   jsonb,
    ADD CHECK ((sent IS NULL) OR (sent_digest IS NOT NULL AND sent_kind IS NOT NULL));
CREATE UNIQUE INDEX job_by_sent ON job (sent) WHERE sent IS NOT NULL;
