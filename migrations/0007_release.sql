-- Owner: release.
-- Printers, stations, queues, held jobs and their deliveries.

CREATE TABLE node (
    node_id    uuid        PRIMARY KEY,
    started_at timestamptz NOT NULL,
    beat_at    timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON node TO inkwell_app;

CREATE TABLE printer (
    printer_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id     integer     NOT NULL REFERENCES school,
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    room          text        NOT NULL DEFAULT '' CHECK (length(room) <= 100),
    uri           text        NOT NULL CHECK (uri ~ '^ipps?://'),
    state         text        NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'idle', 'processing', 'stopped', 'unreachable')),
    state_reasons text[]      NOT NULL DEFAULT '{}',
    seen_at       timestamptz,
    -- The node that drives this printer, and the fence: a write with an older
    -- epoch touches nothing.
    node_id       uuid,
    epoch         bigint      NOT NULL DEFAULT 0,
    UNIQUE (school_id, name)
);
CALL guard_by_school('printer');
GRANT SELECT, INSERT, UPDATE ON printer TO inkwell_app;

CREATE TABLE station (
    station_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer NOT NULL REFERENCES school,
    slug       text    NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name       text    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    printer_id integer NOT NULL REFERENCES printer
);
CALL guard_by_school('station');
GRANT SELECT, INSERT, UPDATE ON station TO inkwell_app;

CREATE TABLE queue (
    queue_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer NOT NULL REFERENCES school,
    path       text    NOT NULL UNIQUE CHECK (path ~ '^/ipp/[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*$'),
    name       text    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    kind       text    NOT NULL CHECK (kind IN ('hold', 'direct')),
    proof      text    NOT NULL CHECK (proof IN ('password', 'loopback')),
    printer_id integer REFERENCES printer,
    CHECK ((kind = 'direct') = (printer_id IS NOT NULL))
);
CALL guard_by_school('queue');
GRANT SELECT, INSERT, UPDATE ON queue TO inkwell_app;

-- One number everywhere: IPP job-id, kiosk, log, database.
CREATE TABLE job (
    job_id       integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    queue_id     integer     NOT NULL REFERENCES queue,
    person_id    bigint      NOT NULL REFERENCES person,
    proof        text        NOT NULL CHECK (proof IN ('password', 'loopback')),
    state        text        NOT NULL CHECK (state IN ('receiving', 'counting', 'held', 'released', 'done', 'cancelled', 'expired', 'refused')),
    reason       text        CHECK (reason ~ '^[a-z]+(-[a-z]+)*$'),
    title        text        CHECK (length(title) BETWEEN 1 AND 255),
    ticket       jsonb       NOT NULL CHECK (jsonb_typeof(ticket) = 'object'),
    format       text        CHECK (length(format) BETWEEN 1 AND 100),
    -- Names the document in the spool. Set while there is one, also for a job that
    -- has ended until its document is really gone.
    document     text        CHECK (document ~ '^[0-9a-f]{32}$'),
    digest       bytea       CHECK (octet_length(digest) = 32),
    bytes        bigint      CHECK (bytes >= 0),
    pages        integer     CHECK (pages > 0),
    impressions  integer     CHECK (impressions > 0),
    sheets       integer     CHECK (sheets > 0),
    price        bigint      CHECK (price >= 0),
    printed      integer     NOT NULL DEFAULT 0 CHECK (printed >= 0 AND printed <= impressions),
    -- The node that counts it, and how often that was begun: a document that takes
    -- a node down with it is not tried for ever.
    node_id      uuid,
    attempts     smallint    NOT NULL DEFAULT 0,
    submitted_at timestamptz NOT NULL,
    received_at  timestamptz,
    held_at      timestamptz,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    CHECK ((state IN ('done', 'cancelled', 'expired', 'refused')) = (ended_at IS NOT NULL)),
    CHECK (ended_at IS NULL OR title IS NULL),
    CHECK (state NOT IN ('counting', 'held', 'released') OR (document IS NOT NULL AND digest IS NOT NULL AND bytes IS NOT NULL)),
    CHECK (state NOT IN ('held', 'released', 'done') OR (impressions IS NOT NULL AND price IS NOT NULL AND held_at IS NOT NULL))
);
CREATE INDEX job_by_person ON job (person_id, job_id) WHERE ended_at IS NULL;
CREATE INDEX job_open_by_queue ON job (queue_id) WHERE ended_at IS NULL;
CREATE INDEX job_of_person ON job (person_id, job_id);
CREATE INDEX job_to_count ON job (job_id) WHERE state = 'counting';
CREATE INDEX job_to_expire ON job (expires_at) WHERE state IN ('receiving', 'counting', 'held');
CREATE INDEX job_to_shred ON job (job_id) WHERE ended_at IS NOT NULL AND document IS NOT NULL;
CREATE INDEX job_by_day ON job (school_id, submitted_at);
CREATE UNIQUE INDEX job_by_document ON job (document);
CALL guard_by_school('job');
GRANT SELECT, INSERT, UPDATE ON job TO inkwell_app;

CREATE TABLE delivery (
    delivery_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id      integer     NOT NULL REFERENCES school,
    job_id         integer     NOT NULL REFERENCES job,
    person_id      bigint      NOT NULL REFERENCES person,
    printer_id     integer     NOT NULL REFERENCES printer,
    station_id     integer     REFERENCES station,
    state          text        NOT NULL CHECK (state IN ('reserved', 'sending', 'printing', 'settled', 'void', 'unclear')),
    reason         text        CHECK (reason ~ '^[a-z]+(-[a-z]+)*$'),
    -- What the printer knows this delivery by; says nothing about whose it is.
    token          text        NOT NULL UNIQUE CHECK (token ~ '^[0-9a-f]{32}$'),
    first_page     integer     NOT NULL CHECK (first_page > 0),
    copies         integer     NOT NULL CHECK (copies > 0),
    impressions    integer     NOT NULL CHECK (impressions > 0),
    amount         bigint      NOT NULL CHECK (amount >= 0),
    printer_job    integer     CHECK (printer_job > 0),
    printer_uptime integer,
    epoch          bigint,
    tries          smallint    NOT NULL DEFAULT 0,
    not_before     timestamptz NOT NULL,
    printed        integer     CHECK (printed >= 0),
    charged        bigint      CHECK (charged >= 0 AND charged <= amount),
    reserved_at    timestamptz NOT NULL,
    sending_at     timestamptz,
    printing_at    timestamptz,
    ended_at       timestamptz,
    CHECK ((state IN ('settled', 'void')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'settled') = (charged IS NOT NULL AND printed IS NOT NULL))
);
CREATE UNIQUE INDEX delivery_open ON delivery (job_id) WHERE ended_at IS NULL;
CREATE INDEX delivery_of_job ON delivery (job_id);
CREATE INDEX delivery_to_send ON delivery (printer_id, delivery_id) WHERE state IN ('reserved', 'sending', 'printing');
CALL guard_by_school('delivery');
GRANT SELECT, INSERT, UPDATE ON delivery TO inkwell_app;

ALTER TABLE transfer ADD FOREIGN KEY (delivery_id) REFERENCES delivery;
