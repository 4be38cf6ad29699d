-- Unused.
SELECT 1;
