-- Owner: release.
-- Jobs that are programs for a printer.

-- The pages that one in PostScript or PCL costs at most; 0 where the queue takes none.
ALTER TABLE queue ADD COLUMN programs integer NOT NULL DEFAULT 0 CHECK (programs BETWEEN 0 AND 5000);
