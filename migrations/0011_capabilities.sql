-- Owner: release.
-- What each printer can do, as it says itself, and when a queue was last switched.

-- capabilities is NULL until the printer was asked for the first time;
-- capable_at is when what it can do with a job last changed, asked_at when it last
-- answered, config_time the printer-config-change-time of that answer.
ALTER TABLE printer ADD COLUMN capabilities jsonb CHECK (jsonb_typeof(capabilities) = 'object' AND length(capabilities::text) <= 65536);
ALTER TABLE printer ADD COLUMN capable_at timestamptz;
ALTER TABLE printer ADD COLUMN asked_at timestamptz;
ALTER TABLE printer ADD COLUMN config_time integer NOT NULL DEFAULT 0 CHECK (config_time >= 0);

ALTER TABLE queue ADD COLUMN switched_at timestamptz;
