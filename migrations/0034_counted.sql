-- Owner: release.
-- To come.
SELECT 1;
