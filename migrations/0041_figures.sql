-- Owner: figures.
-- To come.
SELECT 1;
