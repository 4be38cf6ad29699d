-- Owner: release.
-- Who wants to hear of jobs and queues (RFC 3995), and what has happened since. A
-- change is recorded by triggers, in the transaction that makes it: whatever moves
-- a job or turns a queue's switch, its subscribers hear of it or it did not happen.

CREATE TABLE subscription (
    subscription_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id       integer     NOT NULL REFERENCES school,
    queue_id        integer     NOT NULL REFERENCES queue,
    person_id       bigint      NOT NULL REFERENCES person,
    job_id          integer     REFERENCES job, -- NULL: of the queue
    whole           boolean     NOT NULL,       -- hears of everybody's jobs, not of its person's alone
    events          text[]      NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 6
                    AND events <@ '{job-created,job-completed,job-state-changed,job-config-changed,printer-state-changed,printer-stopped}'),
    user_data       bytea       NOT NULL CHECK (octet_length(user_data) <= 63),
    charset         text        NOT NULL CHECK (charset IN ('utf-8', 'us-ascii')),
    language        text        NOT NULL CHECK (language ~ '^[a-z]{2,3}$'),
    lease           integer     CHECK (lease BETWEEN 1 AND 67108863), -- seconds
    expires_at      timestamptz,
    -- The number of the latest numbered notification, and its time. Nobody waits for
    -- this row to change something: numbers are given when somebody looks.
    sequence        integer     NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    told_at         timestamptz,
    created_at      timestamptz NOT NULL,
    CHECK (job_id IS NULL OR NOT whole),
    CHECK ((job_id IS NULL) = (lease IS NOT NULL)),
    CHECK ((lease IS NULL) = (expires_at IS NULL))
);
CREATE INDEX subscription_of_job ON subscription (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX subscription_of_queue ON subscription (queue_id, person_id) WHERE job_id IS NULL;
CREATE INDEX subscription_of_whole_queue ON subscription (queue_id) WHERE whole;
CREATE INDEX subscription_of_person ON subscription (person_id);
CREATE INDEX subscription_to_expire ON subscription (expires_at) WHERE expires_at IS NOT NULL;
CALL guard_by_school('subscription');
GRANT SELECT, INSERT, UPDATE, DELETE ON subscription TO inkwell_app;

-- What a subscription is told, as things were right after the event. It is not tied
-- to its subscription by a key: a job must never wait for, or fail by, a subscription
-- that is being cancelled. What is left behind goes with the event's life.
CREATE TABLE notification (
    notification_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id       integer     NOT NULL,
    subscription_id integer     NOT NULL,
    sequence        integer     CHECK (sequence > 0), -- NULL until somebody looks
    event           text        NOT NULL CHECK (event ~ '^(job|printer)-[a-z-]+$'),
    at              timestamptz NOT NULL,
    -- of a job's event
    job_id          integer,
    state           text,
    reason          text,
    on_hold         boolean,
    impressions     integer,
    printed         integer,
    -- of a queue's event
    closed          boolean,
    paused          boolean,
    busy            boolean, -- a direct queue with jobs
    CHECK ((event LIKE 'job-%') = (job_id IS NOT NULL)),
    CHECK ((job_id IS NULL) = (state IS NULL) AND (job_id IS NULL) = (on_hold IS NULL) AND (job_id IS NULL) = (printed IS NULL)),
    CHECK ((job_id IS NULL) = (closed IS NOT NULL) AND (job_id IS NULL) = (paused IS NOT NULL) AND (job_id IS NULL) = (busy IS NOT NULL))
);
CREATE UNIQUE INDEX notification_in_order ON notification (subscription_id, sequence);
CREATE INDEX notification_new ON notification (subscription_id) WHERE sequence IS NULL;
CREATE INDEX notification_by_age ON notification (at);
CALL guard_by_school('notification');
GRANT SELECT, INSERT, UPDATE, DELETE ON notification TO inkwell_app;

-- tx_now is the one time of the transaction, as the program has set it.
CREATE FUNCTION tx_now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('inkwell.now', true), '')::timestamptz, now());

-- hear_of_job records what happened to a job for the job's own subscriptions, its
-- person's of the queue, and those of the whole queue.
CREATE FUNCTION hear_of_job() RETURNS trigger
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
        IF NEW.ticket <> OLD.ticket OR NEW.title IS DISTINCT FROM OLD.title THEN
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

-- Both wait for the end of the transaction: a subscription that comes with its job
-- hears of its creation, and of what follows in the order it happened.
CREATE CONSTRAINT TRIGGER job_created AFTER INSERT ON job
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION hear_of_job();
CREATE CONSTRAINT TRIGGER job_changed AFTER UPDATE ON job
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state <> OLD.state OR OLD.ended_at IS NULL AND (NEW.reason IS DISTINCT FROM OLD.reason OR NEW.on_hold <> OLD.on_hold
          OR NEW.ticket <> OLD.ticket OR NEW.title IS DISTINCT FROM OLD.title))
    EXECUTE FUNCTION hear_of_job();

-- A queue's event is heard by all of its subscriptions, those of its open jobs too.
CREATE FUNCTION hear_of_queue() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO notification (school_id, subscription_id, event, at, closed, paused, busy)
    SELECT s.school_id, s.subscription_id, e.event, tx_now(), NEW.closed, NEW.paused,
           NEW.kind = 'direct' AND EXISTS (SELECT FROM job j WHERE j.queue_id = NEW.queue_id AND j.ended_at IS NULL)
      FROM subscription s, (SELECT CASE WHEN NEW.paused AND NOT OLD.paused THEN 'printer-stopped' ELSE 'printer-state-changed' END AS event) AS e
     WHERE s.queue_id = NEW.queue_id
       AND (e.event = ANY (s.events) OR 'printer-state-changed' = ANY (s.events))
       AND NOT EXISTS (SELECT FROM job j WHERE j.job_id = s.job_id AND j.ended_at IS NOT NULL);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER queue_switched AFTER UPDATE ON queue
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.closed <> OLD.closed OR NEW.paused <> OLD.paused)
    EXECUTE FUNCTION hear_of_queue();
