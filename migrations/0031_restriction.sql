-- Owner: quota.
-- To come.
SELECT 1;
