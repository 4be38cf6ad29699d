-- Owner: quota/conduct.
-- Flags go after 12 months, with what rests on them alone.

-- A decision is about a step that waited for one, and no other.
ALTER TABLE step
    DROP CONSTRAINT step_decidable,
    ADD CONSTRAINT step_decidable CHECK (decision IS NULL OR held_back IS NOT DISTINCT FROM 'person');
