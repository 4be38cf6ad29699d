-- Owner: watch.
-- To come.
SELECT 1;
