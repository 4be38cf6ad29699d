-- Owner: internal/school.
-- Legal holds: about whom nothing is purged, why, and when somebody looks at it again.
CREATE TABLE legal_hold (
    hold_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    person_id  bigint      NOT NULL REFERENCES person,
    reason     text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    placed_at  timestamptz NOT NULL,
    placed_by  uuid,       -- pseudonym
    review_on  date        NOT NULL,
    reviews    integer     NOT NULL DEFAULT 0 CHECK (reviews >= 0),
    ended_at   timestamptz CHECK (ended_at >= placed_at),
    ended_by   uuid,
    end_reason text        CHECK (length(end_reason) BETWEEN 1 AND 1000),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX legal_hold_open ON legal_hold (person_id) WHERE ended_at IS NULL;
CREATE INDEX legal_hold_by_school ON legal_hold (school_id, review_on);
CALL guard_by_school('legal_hold');
GRANT SELECT, INSERT ON legal_hold TO inkwell_app;
GRANT UPDATE (review_on, reviews, ended_at, ended_by, end_reason) ON legal_hold TO inkwell_app;

-- on_hold is asked by every purge of what is about a person.
CREATE FUNCTION on_hold(person bigint) RETURNS boolean
    LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM legal_hold h WHERE h.person_id = person AND h.ended_at IS NULL) $$;

-- As in 0053, and nothing about somebody while a hold is on them.
CREATE OR REPLACE FUNCTION forget_conduct(before timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF before > coalesce(tx_now(), now()) - interval '300 days' THEN
        RAISE EXCEPTION 'what is younger than 300 days is not forgotten' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM objection o USING suspension s WHERE s.suspension_id = o.suspension_id AND s.ends_at < before AND NOT on_hold(s.person_id);
    DELETE FROM suspension s WHERE s.ends_at < before AND NOT on_hold(s.person_id) AND NOT EXISTS (SELECT FROM objection o WHERE o.suspension_id = s.suspension_id);
    DELETE FROM objection o USING step t WHERE t.step_id = o.step_id AND t.ends_at < before AND NOT on_hold(t.person_id);
    DELETE FROM step t WHERE t.ends_at < before AND NOT on_hold(t.person_id)
        AND NOT EXISTS (SELECT FROM suspension s WHERE s.step_id = t.step_id) AND NOT EXISTS (SELECT FROM objection o WHERE o.step_id = t.step_id);
    DELETE FROM sealed_look l USING sealed_document d, matter m, flag f WHERE d.job_id = l.job_id AND m.matter_id = d.matter_id AND f.flag_id = m.flag_id AND m.closed_at < before AND NOT on_hold(f.person_id);
    DELETE FROM sealed_document d USING matter m, flag f WHERE m.matter_id = d.matter_id AND f.flag_id = m.flag_id AND m.closed_at < before AND NOT on_hold(f.person_id);
    DELETE FROM matter m USING flag f WHERE f.flag_id = m.flag_id AND m.closed_at < before AND NOT on_hold(f.person_id);
    DELETE FROM flag f WHERE f.raised_at < before AND NOT on_hold(f.person_id)
        AND (f.route <> 'person' OR f.closed_at IS NOT NULL OR EXISTS (SELECT FROM person p WHERE p.person_id = f.person_id AND p.left_at IS NOT NULL))
        AND NOT EXISTS (SELECT FROM step t WHERE t.flag_id = f.flag_id) AND NOT EXISTS (SELECT FROM matter m WHERE m.flag_id = f.flag_id)
        AND NOT EXISTS (SELECT FROM matter m JOIN flag g USING (flag_id) WHERE g.bundle_id = f.bundle_id)
        AND NOT EXISTS (SELECT FROM suspension s WHERE s.person_id = f.person_id AND s.evidence -> 'flags' @> to_jsonb(f.flag_id));
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM flag_bundle b WHERE b.opened_at < before AND NOT EXISTS (SELECT FROM flag f WHERE f.bundle_id = b.bundle_id);
    RETURN gone;
END
$$;

-- Owner: internal/school. An exam window that is ended early has its stations until then.
GRANT UPDATE (during) ON exam_station TO inkwell_app;
