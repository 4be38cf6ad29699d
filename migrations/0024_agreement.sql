-- Owner: internal/school.
-- The acceptable-use agreement, by version: who has signed it, and each answer.

-- A version is in force from a day until a later one of the same audience is. From
-- blocks_on on, who has not signed it cannot print; before, and without, they are reminded.
CREATE TABLE agreement (
    agreement_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    version      text        NOT NULL CHECK (length(version) BETWEEN 1 AND 40),
    audience     text        NOT NULL CHECK (audience IN ('pupils', 'adults')),
    clauses      smallint    NOT NULL CHECK (clauses BETWEEN 0 AND 20), -- questions to be answered yes or no
    parent       boolean     NOT NULL CHECK (NOT parent OR audience = 'pupils'), -- a parent signs too
    starts_on    date        NOT NULL,
    blocks_on    date        CHECK (blocks_on >= starts_on),
    added_at     timestamptz NOT NULL,
    UNIQUE (school_id, version),
    UNIQUE (school_id, audience, starts_on)
);
CALL guard_by_school('agreement');
GRANT SELECT, INSERT, UPDATE (blocks_on) ON agreement TO inkwell_app;

-- What was on a form, as it was recorded; the last one of a signatory counts. Nothing
-- here is changed afterwards.
CREATE TABLE signature (
    signature_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id    integer     NOT NULL REFERENCES school,
    agreement_id integer     NOT NULL REFERENCES agreement,
    person_id    bigint      NOT NULL REFERENCES person,
    signatory    text        NOT NULL CHECK (signatory IN ('self', 'parent')),
    answers      boolean[]   NOT NULL,
    agreed       boolean     NOT NULL GENERATED ALWAYS AS (true = ALL (answers)) STORED, -- a "no" is not signed
    signed_on    date        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    recorded_by  uuid        -- a pseudonym; none for a command on the server
);
CREATE INDEX signature_of_person ON signature (person_id, agreement_id, signatory, signature_id);
CALL guard_by_school('signature');
GRANT SELECT, INSERT ON signature TO inkwell_app;

-- agreement_for is the version a person has to have signed on a day, if there is one.
CREATE FUNCTION agreement_for(person bigint, school integer, day date) RETURNS agreement
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT a.* FROM agreement a
         WHERE a.school_id = school AND a.starts_on <= day
           AND a.audience = CASE WHEN EXISTS (SELECT FROM person_role r WHERE r.person_id = person AND r.school_id = school AND r.role = 'pupil')
                                 THEN 'pupils' ELSE 'adults' END
         ORDER BY a.starts_on DESC LIMIT 1;
    END;

-- has_signed says whether the person, and a parent where one has to, said yes to all of it.
CREATE FUNCTION has_signed(person bigint, a agreement) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN NOT EXISTS (
        SELECT FROM unnest(CASE WHEN a.parent THEN ARRAY['self', 'parent'] ELSE ARRAY['self'] END) AS needed (signatory)
         WHERE NOT coalesce((SELECT s.agreed FROM signature s
                              WHERE s.person_id = person AND s.agreement_id = a.agreement_id AND s.signatory = needed.signatory
                              ORDER BY s.signature_id DESC LIMIT 1), false));

-- agreement_bars says whether the person cannot print because a form is missing. Most
-- schools only remind, and then it looks no further.
CREATE FUNCTION agreement_bars(person bigint, school integer, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    today date;
    a agreement;
BEGIN
    IF NOT EXISTS (SELECT FROM agreement b WHERE b.school_id = school AND b.blocks_on IS NOT NULL) THEN
        RETURN false;
    END IF;
    SELECT (at AT TIME ZONE c.time_zone)::date INTO today FROM public.school c WHERE c.school_id = agreement_bars.school;
    a := agreement_for(person, school, today);
    RETURN coalesce(a.blocks_on <= today AND NOT has_signed(person, a), false);
END
$$;
