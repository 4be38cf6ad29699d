-- Owner: internal/school.
-- At which school a badge was reported lost: that one has it found again, not another of its holder's.
ALTER TABLE badge ADD COLUMN lost_at integer REFERENCES school;
