-- Owner: findme.
-- To come.
SELECT 1;
