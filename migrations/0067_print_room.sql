-- Owner: release.
-- What the print room makes of documents that staff hand it.

-- The finishes that the print room offers, as the school calls them.
ALTER TABLE school ADD COLUMN room_finishes text[] NOT NULL DEFAULT '{stapled,hole-punched,folded,cut,laminated,bound}'
    CHECK (cardinality(room_finishes) <= 20);

-- It is the print room's to release; its owner takes it back first.
ALTER TABLE job ADD COLUMN in_print_room boolean NOT NULL DEFAULT false;

-- Whether it waits, prints or is printed, its job says.
CREATE TABLE room_ticket (
    room_ticket_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id      integer     NOT NULL REFERENCES school,
    job_id         integer     NOT NULL REFERENCES job,
    person_id      bigint      NOT NULL REFERENCES person, -- who asks
    due_at         timestamptz NOT NULL,
    copies         integer     NOT NULL CHECK (copies BETWEEN 1 AND 999),
    finish         text[]      NOT NULL CHECK (cardinality(finish) <= 20),
    paper          text        NOT NULL CHECK (length(paper) <= 80),
    note           text        NOT NULL CHECK (length(note) <= 200),
    payer          text        NOT NULL, -- the name of the account, as it was chosen
    was            jsonb       NOT NULL, -- the job's ticket before
    asked_at       timestamptz NOT NULL,
    ended_as       text        CHECK (ended_as IN ('done', 'returned', 'withdrawn')),
    ended_at       timestamptz CHECK (ended_at >= asked_at),
    ended_by       bigint      REFERENCES person,
    reason         text        NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    told_at        timestamptz CHECK (told_at >= ended_at), -- who asked has seen how it ended
    CHECK ((ended_as IS NULL) = (ended_at IS NULL) AND (ended_as IS NULL) = (ended_by IS NULL)),
    CHECK (reason = '' OR ended_as = 'returned')
);
CREATE UNIQUE INDEX room_ticket_open ON room_ticket (job_id) WHERE ended_at IS NULL;
CREATE INDEX room_ticket_waiting ON room_ticket (school_id, due_at) WHERE ended_at IS NULL;
CREATE INDEX room_ticket_ended ON room_ticket (school_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX room_ticket_of_person ON room_ticket (person_id, room_ticket_id);
CALL guard_by_school('room_ticket');
GRANT SELECT, INSERT, UPDATE (ended_as, ended_at, ended_by, reason, told_at, note, paper) ON room_ticket TO inkwell_app;
