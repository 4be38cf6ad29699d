-- Owner: fleet.
-- To come.
SELECT 1;
