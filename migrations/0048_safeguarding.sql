-- Owner: quota/conduct.
-- Matters of safeguarding: who is told of them in which order, and what was done. What
-- stands here is in no other table, no log and no count.

-- Who is told. With nobody named it is everybody with the role, and then the head.
CREATE TABLE safeguarding_line (
    school_id integer NOT NULL REFERENCES school,
    rank      text    NOT NULL CHECK (rank IN ('lead', 'deputy', 'head')),
    person_id bigint  NOT NULL REFERENCES person,
    mail      text    CHECK (length(mail) BETWEEN 3 AND 254), -- none: they look at the page
    PRIMARY KEY (school_id, person_id)
);
CALL guard_by_school('safeguarding_line');
GRANT SELECT, INSERT, DELETE ON safeguarding_line TO inkwell_app;

-- A matter is one flag. It is with the lead, then with the deputies, too, then with the head, until
-- somebody has acknowledged it.
CREATE TABLE matter (
    matter_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id       integer     NOT NULL REFERENCES school,
    flag_id         bigint      NOT NULL UNIQUE REFERENCES flag,
    person_id       bigint      NOT NULL REFERENCES person,
    opened_at       timestamptz NOT NULL,
    stage           smallint    NOT NULL DEFAULT 0 CHECK (stage BETWEEN 0 AND 3), -- 0: nobody was told yet
    climbs_at       timestamptz, -- to the next one; none: not told yet, acknowledged, or with the head
    mailed_stage    smallint    NOT NULL DEFAULT 0,
    acknowledged_at timestamptz CHECK (acknowledged_at >= opened_at),
    acknowledged_by bigint      REFERENCES person,
    closed_at       timestamptz CHECK (closed_at >= acknowledged_at),
    closed_by       bigint      REFERENCES person,
    handed_to       text        CHECK (length(btrim(handed_to)) BETWEEN 1 AND 200), -- none: no concern
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND (handed_to IS NULL OR closed_at IS NOT NULL)),
    CHECK (closed_at IS NULL OR acknowledged_at IS NOT NULL),
    CHECK (acknowledged_by <> person_id AND closed_by <> person_id)
);
CREATE INDEX matter_open ON matter (school_id, opened_at) WHERE closed_at IS NULL;
CREATE INDEX matter_climbs ON matter (climbs_at) WHERE acknowledged_at IS NULL;
CALL guard_by_school('matter');
GRANT SELECT, INSERT, UPDATE (stage, climbs_at, mailed_stage, acknowledged_at, acknowledged_by, closed_at, closed_by, handed_to) ON matter TO inkwell_app;

-- Whatever flags something of safeguarding opens a matter: no code path can forget it.
CREATE FUNCTION open_matter() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO matter (school_id, flag_id, person_id, opened_at) VALUES (NEW.school_id, NEW.flag_id, NEW.person_id, NEW.raised_at) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER flag_opens_matter AFTER INSERT ON flag FOR EACH ROW WHEN (NEW.route = 'safeguarding') EXECUTE FUNCTION open_matter();
CREATE TRIGGER flag_is_referred AFTER UPDATE ON flag FOR EACH ROW WHEN (NEW.outcome = 'referred' AND OLD.outcome IS DISTINCT FROM NEW.outcome) EXECUTE FUNCTION open_matter();

-- A document that was still held is kept, whatever becomes of its job, until the matter
-- is closed, or at most until a day.
CREATE TABLE sealed_document (
    job_id     integer     PRIMARY KEY REFERENCES job,
    school_id  integer     NOT NULL REFERENCES school,
    matter_id  bigint      NOT NULL REFERENCES matter,
    sealed_at  timestamptz NOT NULL,
    sealed_by  bigint      NOT NULL REFERENCES person,
    ends_at    timestamptz NOT NULL CHECK (ends_at > sealed_at AND ends_at <= sealed_at + interval '31 days')
);
CREATE INDEX sealed_document_of_matter ON sealed_document (matter_id);
CALL guard_by_school('sealed_document');
GRANT SELECT, INSERT, UPDATE (ends_at) ON sealed_document TO inkwell_app;

-- A look at a sealed document: one asks, a second one who is signed in as well confirms, and then
-- both may look for a while.
CREATE TABLE sealed_look (
    look_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    job_id       integer     NOT NULL REFERENCES sealed_document,
    asked_by     bigint      NOT NULL REFERENCES person,
    asked_at     timestamptz NOT NULL,
    witness      bigint      REFERENCES person,
    witnessed_at timestamptz CHECK (witnessed_at >= asked_at),
    CHECK (witness <> asked_by),
    CHECK ((witness IS NULL) = (witnessed_at IS NULL))
);
CREATE INDEX sealed_look_of_job ON sealed_look (job_id, asked_at);
CALL guard_by_school('sealed_look');
GRANT SELECT, INSERT, UPDATE (witness, witnessed_at) ON sealed_look TO inkwell_app;
