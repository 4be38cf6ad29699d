-- Owner: quota.
-- Who gets nothing of a period has that on record, since what was left over of the one before ends for them, too; and is given
-- when an allowance of theirs comes in the middle of it.
ALTER TABLE allowance_given DROP CONSTRAINT allowance_given_pages_check, ADD CONSTRAINT allowance_given_pages_check CHECK (pages >= 0);
GRANT UPDATE (pages, colour, given_at) ON allowance_given TO inkwell_app;
