-- Owner: quota/conduct.
-- Who writes an exam where and when, as a join sees it.

-- writes_exam asks this for one person; a query over a whole school joins it, since a function that
-- looks into tables is called for each row.
CREATE VIEW exam_desk WITH (security_invoker) AS
    SELECT e.school_id, p.person_id, s.station_id, e.begins_at, e.ends_at
      FROM exam e JOIN exam_person p USING (exam_id) JOIN exam_station s USING (exam_id)
     WHERE e.removed_at IS NULL;
GRANT SELECT ON exam_desk TO inkwell_app;
CREATE OR REPLACE FUNCTION writes_exam(person bigint, station integer, at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM exam_desk e WHERE e.person_id = person AND e.station_id = station AND e.begins_at <= at AND e.ends_at > at);

-- A bundle is what many have in common, and is decided once: a document that many print, a kiosk at
-- which many codes are tried. Each of them has a flag of their own in it, with their own evidence.
CREATE TABLE flag_bundle (
    bundle_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer     NOT NULL REFERENCES school,
    rule      integer     NOT NULL CHECK (rule > 0),
    same      bigint      NOT NULL, -- the first bits of the document's digest, or the kiosk and when
    opened_at timestamptz NOT NULL
);
CREATE INDEX flag_bundle_of ON flag_bundle (school_id, rule, same);
CALL guard_by_school('flag_bundle');
GRANT SELECT, INSERT ON flag_bundle TO inkwell_app;
ALTER TABLE flag ADD COLUMN bundle_id bigint REFERENCES flag_bundle;
CREATE INDEX flag_in_bundle ON flag (bundle_id) WHERE bundle_id IS NOT NULL;

-- A bundle is one matter, that of its first flag. What somebody refers after that was closed is another.
CREATE OR REPLACE FUNCTION open_matter() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.bundle_id IS NULL OR NOT EXISTS (SELECT FROM flag f JOIN matter m USING (flag_id)
         WHERE f.bundle_id = NEW.bundle_id AND (m.closed_at IS NULL OR NEW.outcome IS DISTINCT FROM 'referred')) THEN
        INSERT INTO matter (school_id, flag_id, person_id, opened_at) VALUES (NEW.school_id, NEW.flag_id, NEW.person_id, NEW.raised_at) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

-- Whom a matter is about: of a bundle, whoever's flag the safeguarding lead has.
CREATE VIEW matter_person WITH (security_invoker) AS
    SELECT m.matter_id, m.school_id, m.person_id FROM matter m
    UNION
    SELECT m.matter_id, m.school_id, g.person_id FROM matter m JOIN flag f USING (flag_id) JOIN flag g ON g.bundle_id = f.bundle_id
     WHERE g.route = 'safeguarding' OR g.outcome = 'referred';
GRANT SELECT ON matter_person TO inkwell_app;

-- A step that a rule's points reach and only a person may take waits for one. confirmed: it is in force
-- as the ladder has it, shortened: with an earlier end, dropped: it never was.
ALTER TABLE step
    ADD COLUMN decided_at timestamptz CHECK (decided_at >= taken_at),
    ADD COLUMN decided_by bigint REFERENCES person,
    ADD COLUMN decision   text CHECK (decision IN ('confirmed', 'shortened', 'dropped')),
    ADD COLUMN decided    text CHECK (length(btrim(decided)) BETWEEN 1 AND 500), -- why
    ADD CONSTRAINT step_decided CHECK (num_nulls(decided_at, decided_by, decision, decided) IN (0, 4)),
    ADD CONSTRAINT step_decidable CHECK (decision IS NULL OR held_back = 'person'),
    ADD CONSTRAINT step_own CHECK (decided_by <> person_id);
CREATE INDEX step_waits ON step (school_id, taken_at) WHERE held_back = 'person' AND decision IS NULL;
GRANT UPDATE (decided_at, decided_by, decision, decided) ON step TO inkwell_app;
