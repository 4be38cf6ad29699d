-- Owner: release.
-- Nothing: what was measured to be slow needed no change of the schema. The number stays,
-- for the runner wants them without gaps.
SELECT 1;
