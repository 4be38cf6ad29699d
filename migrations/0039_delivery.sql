-- Owner: once.
-- To come.
SELECT 1;
