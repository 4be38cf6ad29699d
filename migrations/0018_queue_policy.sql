-- Owner: release, but for school.generic_names, which is internal/school's.
-- What a queue asks of those who print to it, and what becomes of their jobs.

ALTER TABLE queue
    -- Who may use it, and who may print in colour: queue_right says who "some" are, so
    -- that one whose last row went is for nobody and not for everybody.
    ADD COLUMN users  text NOT NULL DEFAULT 'everybody' CHECK (users IN ('everybody', 'some')),
    ADD COLUMN colour text NOT NULL DEFAULT 'everybody' CHECK (colour IN ('everybody', 'some', 'nobody')),
    -- Ways to prove oneself that it does not take; what is not named it takes.
    ADD COLUMN untaken text[] NOT NULL DEFAULT '{}' CHECK (untaken <@ ARRAY['password', 'address', 'server', 'loopback', 'vouched']),
    -- What holds where a job says nothing.
    ADD COLUMN sides      text NOT NULL DEFAULT 'two-sided-long-edge' CHECK (sides IN ('one-sided', 'two-sided-long-edge')),
    ADD COLUMN color_mode text NOT NULL DEFAULT 'monochrome' CHECK (color_mode IN ('monochrome', 'color', 'auto')),
    -- Names that everybody uses, when nobody proves them: refused, or believed like any other.
    ADD COLUMN generic text NOT NULL DEFAULT 'refuse' CHECK (generic IN ('refuse', 'believe')),
    -- A queue that was removed is kept for the jobs that came by it.
    ADD COLUMN removed_at timestamptz,
    ADD CHECK (colour <> 'nobody' OR color_mode <> 'color'),
    DROP CONSTRAINT queue_path_key;
CREATE UNIQUE INDEX queue_by_path ON queue (path) WHERE removed_at IS NULL;

CREATE TABLE queue_right (
    queue_id   integer  NOT NULL REFERENCES queue,
    school_id  integer  NOT NULL REFERENCES school,
    act        text     NOT NULL CHECK (act IN ('use', 'colour')),
    role       text     CHECK (role ~ '^[a-z]+(-[a-z]+)*$'), -- a person's, or "staff" for all of theirs
    year_group smallint CHECK (year_group BETWEEN 0 AND 14),
    class_id   bigint   REFERENCES class,
    CHECK (num_nonnulls(role, year_group, class_id) = 1),
    UNIQUE (queue_id, act, role),
    UNIQUE (queue_id, act, year_group),
    UNIQUE (queue_id, act, class_id)
);
CALL guard_by_school('queue_right');
GRANT SELECT, INSERT, DELETE ON queue_right TO inkwell_app;

-- The printers that a queue's jobs can come out of; none named means every one.
CREATE TABLE queue_printer (
    queue_id   integer NOT NULL REFERENCES queue,
    school_id  integer NOT NULL REFERENCES school,
    printer_id integer NOT NULL REFERENCES printer,
    PRIMARY KEY (queue_id, printer_id)
);
CALL guard_by_school('queue_printer');
GRANT SELECT, INSERT, DELETE ON queue_printer TO inkwell_app;

-- What a queue's policy has made of a job otherwise than it was sent.
ALTER TABLE job ADD COLUMN touched text[] NOT NULL DEFAULT '{}' CHECK (touched <@ ARRAY['sides-default', 'colour-default', 'colour-withheld']);

-- User names that stand for whoever sits at a device: what Chromebooks, Raspberry Pis,
-- Macs, kiosks and shared Windows sign-ins call their one user.
ALTER TABLE school ADD COLUMN generic_names text[] NOT NULL
    DEFAULT '{admin,administrator,android,anonymous,chronos,classroom,computer,default,defaultuser0,guest,ipad,kiosk,lab,library,localuser,mobile,nobody,owner,pc,pi,print,public,pupil,pupils,root,shared,student,students,tablet,test,ubuntu,unknown,user,windows}'
    CHECK (cardinality(generic_names) <= 500);

-- A queue's defaults are its configuration, too.
CREATE OR REPLACE FUNCTION hear_of_queue() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.paused AND NOT OLD.paused THEN
        PERFORM tell_of_queue(NEW, 'printer-stopped', 'printer-state-changed');
    ELSIF NEW.paused <> OLD.paused OR NEW.closed <> OLD.closed THEN
        PERFORM tell_of_queue(NEW, 'printer-state-changed', 'printer-state-changed');
    END IF;
    IF NEW.name <> OLD.name OR NEW.info <> OLD.info OR NEW.location <> OLD.location OR NEW.message <> OLD.message
       OR NEW.sides <> OLD.sides OR NEW.color_mode <> OLD.color_mode OR NEW.colour <> OLD.colour THEN
        PERFORM tell_of_queue(NEW, 'printer-config-changed', 'printer-config-changed');
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER queue_changed ON queue;
CREATE CONSTRAINT TRIGGER queue_changed AFTER UPDATE ON queue
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.closed <> OLD.closed OR NEW.paused <> OLD.paused OR NEW.name <> OLD.name OR NEW.info <> OLD.info
          OR NEW.location <> OLD.location OR NEW.message <> OLD.message
          OR NEW.sides <> OLD.sides OR NEW.color_mode <> OLD.color_mode OR NEW.colour <> OLD.colour)
    EXECUTE FUNCTION hear_of_queue();

-- What becomes another printer is told at the queues whose jobs come out of it.
CREATE OR REPLACE FUNCTION hear_of_printer() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_of_queue(q, 'printer-config-changed', 'printer-config-changed')
       FROM queue q
      WHERE q.school_id = NEW.school_id AND q.removed_at IS NULL
        AND (q.printer_id = NEW.printer_id
             OR q.kind = 'hold' AND (NOT EXISTS (SELECT FROM queue_printer u WHERE u.queue_id = q.queue_id)
                                     OR EXISTS (SELECT FROM queue_printer u WHERE u.queue_id = q.queue_id AND u.printer_id = NEW.printer_id)));
    RETURN NULL;
END
$$;
