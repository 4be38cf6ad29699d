-- What the kiosk's screens ask of a delivery, and what somebody has read there.

-- Its owner wants it out elsewhere: the printer is told to give it back as soon as it stands.
ALTER TABLE delivery ADD COLUMN recalled_at timestamptz;

-- When whoever asked has read the answer.
ALTER TABLE approval ADD COLUMN told_at timestamptz CHECK (told_at >= answered_at);
GRANT UPDATE (told_at) ON approval TO inkwell_app;
