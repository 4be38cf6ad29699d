-- Owner: release.
-- Jobs that print only after their own code was given at the station (PWG
-- 5100.11, job-password). What is kept is a slow, keyed hash, and it goes when the
-- job ends.

ALTER TABLE job ADD COLUMN password text CHECK (length(password) BETWEEN 20 AND 200);
ALTER TABLE job ADD COLUMN password_scheme text CHECK (password_scheme ~ '^[a-z0-9]+(-[a-z0-9]+)*$');
ALTER TABLE job ADD COLUMN password_tries smallint NOT NULL DEFAULT 0 CHECK (password_tries >= 0);
ALTER TABLE job ADD CHECK ((password IS NULL) = (password_scheme IS NULL));
ALTER TABLE job ADD CHECK (ended_at IS NULL OR password IS NULL);
