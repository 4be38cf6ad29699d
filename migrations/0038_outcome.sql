-- Owner: faults.
-- To come.
SELECT 1;
