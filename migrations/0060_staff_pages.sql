-- Owner: internal/audit.
-- The record as people read it: what was done at a school lately, and when somebody last
-- read of it.
CREATE INDEX audit_by_school ON audit (school_id, at DESC, audit_id DESC);
CREATE INDEX audit_by_reader ON audit (actor, at) WHERE act = 'record-viewed';
