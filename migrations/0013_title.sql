-- Owner: release.
-- A title is its owner's, and goes when the job ends. The planner's statistics would
-- keep samples of it beyond that, and nothing is ever looked up by it.

ALTER TABLE job ALTER COLUMN title SET STATISTICS 0;
