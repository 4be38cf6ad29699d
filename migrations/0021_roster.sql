-- Owner: internal/school.
-- To come.
SELECT 1;
