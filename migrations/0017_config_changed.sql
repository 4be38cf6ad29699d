-- Owner: release.
-- What a queue says of itself and what its printers can do is heard of too, and what IT
-- says to the owner of a job.

ALTER TABLE subscription DROP CONSTRAINT subscription_events_check;
ALTER TABLE subscription ADD CONSTRAINT subscription_events_check CHECK (cardinality(events) BETWEEN 1 AND 7
    AND events <@ '{job-created,job-completed,job-state-changed,job-config-changed,printer-state-changed,printer-stopped,printer-config-changed}');

CREATE OR REPLACE FUNCTION hear_of_job() RETURNS trigger
    LANGUAGE plpgsql AS $$
DECLARE
    happened text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        happened := '{job-created}';
    ELSIF NEW.ended_at IS NOT NULL THEN
        happened := '{job-completed}';
    ELSE
        IF NEW.state <> OLD.state OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.on_hold <> OLD.on_hold THEN
            happened := '{job-state-changed}';
        END IF;
        IF NEW.ticket <> OLD.ticket OR NEW.title IS DISTINCT FROM OLD.title OR NEW.message IS DISTINCT FROM OLD.message
           OR NEW.on_hold = OLD.on_hold AND NEW.hold_until IS DISTINCT FROM OLD.hold_until THEN
            happened := happened || 'job-config-changed'::text;
        END IF;
    END IF;
    INSERT INTO notification (school_id, subscription_id, event, at, job_id, state, reason, on_hold, impressions, printed)
    SELECT s.school_id, s.subscription_id, e.event, tx_now(), NEW.job_id, NEW.state, NEW.reason, NEW.on_hold, NEW.impressions, NEW.printed
      FROM subscription s, unnest(happened) AS e (event)
     WHERE (s.job_id = NEW.job_id
            OR s.job_id IS NULL AND s.queue_id = NEW.queue_id AND s.person_id = NEW.person_id
            OR s.whole AND s.queue_id = NEW.queue_id)
       AND (e.event = ANY (s.events) OR e.event <> 'job-config-changed' AND 'job-state-changed' = ANY (s.events));
    RETURN NULL;
END
$$;
DROP TRIGGER job_changed ON job;
CREATE CONSTRAINT TRIGGER job_changed AFTER UPDATE ON job
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state <> OLD.state OR OLD.ended_at IS NULL AND (NEW.reason IS DISTINCT FROM OLD.reason OR NEW.on_hold <> OLD.on_hold
          OR NEW.ticket <> OLD.ticket OR NEW.title IS DISTINCT FROM OLD.title OR NEW.message IS DISTINCT FROM OLD.message
          OR NEW.hold_until IS DISTINCT FROM OLD.hold_until))
    EXECUTE FUNCTION hear_of_job();

-- tell_of_queue records an event of a queue, as the queue is now, for all of its
-- subscriptions but those of jobs that have ended.
CREATE FUNCTION tell_of_queue(q queue, event text, wider text) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO notification (school_id, subscription_id, event, at, closed, paused, busy)
    SELECT s.school_id, s.subscription_id, event, tx_now(), q.closed, q.paused,
           q.kind = 'direct' AND EXISTS (SELECT FROM job j WHERE j.queue_id = q.queue_id AND j.ended_at IS NULL)
      FROM subscription s
     WHERE s.queue_id = q.queue_id AND s.events && ARRAY[event, wider]
       AND NOT EXISTS (SELECT FROM job j WHERE j.job_id = s.job_id AND j.ended_at IS NOT NULL)
$$;

CREATE OR REPLACE FUNCTION hear_of_queue() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.paused AND NOT OLD.paused THEN
        PERFORM tell_of_queue(NEW, 'printer-stopped', 'printer-state-changed');
    ELSIF NEW.paused <> OLD.paused OR NEW.closed <> OLD.closed THEN
        PERFORM tell_of_queue(NEW, 'printer-state-changed', 'printer-state-changed');
    END IF;
    IF NEW.name <> OLD.name OR NEW.info <> OLD.info OR NEW.location <> OLD.location OR NEW.message <> OLD.message THEN
        PERFORM tell_of_queue(NEW, 'printer-config-changed', 'printer-config-changed');
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER queue_switched ON queue;
CREATE CONSTRAINT TRIGGER queue_changed AFTER UPDATE ON queue
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.closed <> OLD.closed OR NEW.paused <> OLD.paused OR NEW.name <> OLD.name OR NEW.info <> OLD.info
          OR NEW.location <> OLD.location OR NEW.message <> OLD.message)
    EXECUTE FUNCTION hear_of_queue();

-- What is printed at a hold queue may come out at any printer of the school.
CREATE FUNCTION hear_of_printer() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_of_queue(q, 'printer-config-changed', 'printer-config-changed')
       FROM queue q WHERE q.school_id = NEW.school_id AND (q.kind = 'hold' OR q.printer_id = NEW.printer_id);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER printer_capable AFTER UPDATE ON printer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.capable_at IS DISTINCT FROM OLD.capable_at)
    EXECUTE FUNCTION hear_of_printer();
