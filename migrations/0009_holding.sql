-- Owner: release.
-- Queues that IT has closed or paused, and jobs of a direct queue that wait for their owner's word.

ALTER TABLE queue ADD COLUMN closed boolean NOT NULL DEFAULT false;
ALTER TABLE queue ADD COLUMN paused boolean NOT NULL DEFAULT false;

ALTER TABLE job ADD COLUMN on_hold boolean NOT NULL DEFAULT false;
CREATE INDEX job_held_by_queue ON job (queue_id, job_id) WHERE state = 'held';
