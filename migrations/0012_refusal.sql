-- Owner: release.
-- Queues that refuse at the computer what they would otherwise hold, what IT says of
-- a queue and of a job, and holds that end by themselves.

ALTER TABLE queue ADD COLUMN refuses boolean NOT NULL DEFAULT false;
-- What IT sets over IPP: printer-info (the queue's name unless it is set),
-- printer-location and printer-message-from-operator.
ALTER TABLE queue ADD COLUMN info text NOT NULL DEFAULT '' CHECK (length(info) <= 127);
ALTER TABLE queue ADD COLUMN location text NOT NULL DEFAULT '' CHECK (length(location) <= 127);
ALTER TABLE queue ADD COLUMN message text NOT NULL DEFAULT '' CHECK (length(message) <= 127);
ALTER TABLE queue ADD COLUMN message_at timestamptz;

-- job-message-from-operator: what IT says to the job's owner.
ALTER TABLE job ADD COLUMN message text CHECK (length(message) BETWEEN 1 AND 127);
-- job-hold-until as it was given, while the job is on hold, and when that ends; NULL
-- for a hold that only its owner ends.
ALTER TABLE job ADD COLUMN hold_until text CHECK (length(hold_until) BETWEEN 1 AND 20);
ALTER TABLE job ADD COLUMN hold_ends timestamptz;
ALTER TABLE job ADD CHECK (hold_ends IS NULL OR on_hold);
CREATE INDEX job_hold_to_end ON job (hold_ends) WHERE state = 'held' AND hold_ends IS NOT NULL;
