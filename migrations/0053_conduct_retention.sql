-- Owner: quota/conduct.
-- Flags go after 12 months, with what rests on them alone.

-- A decision is about a step that waited for one, and no other.
ALTER TABLE step
    DROP CONSTRAINT step_decidable,
    ADD CONSTRAINT step_decidable CHECK (decision IS NULL OR held_back IS NOT DISTINCT FROM 'person');

-- forget_conduct deletes what is older than a moment, of the schools in scope: withdrawals that ended, steps,
-- closed matters, flags, and what was said and decided about them. What still stands or waits stays, and a flag as
-- long as something rests on it. It is the owner's, for the running role deletes none of these. It says how
-- many flags went.
CREATE FUNCTION forget_conduct(before timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF before > coalesce(tx_now(), now()) - interval '300 days' THEN
        RAISE EXCEPTION 'what is younger than 300 days is not forgotten' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM objection o USING suspension s WHERE s.suspension_id = o.suspension_id AND s.ends_at < before;
    DELETE FROM suspension s WHERE s.ends_at < before AND NOT EXISTS (SELECT FROM objection o WHERE o.suspension_id = s.suspension_id);
    DELETE FROM objection o USING step t WHERE t.step_id = o.step_id AND t.ends_at < before;
    DELETE FROM step t WHERE t.ends_at < before AND NOT EXISTS (SELECT FROM suspension s WHERE s.step_id = t.step_id) AND NOT EXISTS (SELECT FROM objection o WHERE o.step_id = t.step_id);
    DELETE FROM sealed_look l USING sealed_document d, matter m WHERE d.job_id = l.job_id AND m.matter_id = d.matter_id AND m.closed_at < before;
    DELETE FROM sealed_document d USING matter m WHERE m.matter_id = d.matter_id AND m.closed_at < before;
    DELETE FROM matter m WHERE m.closed_at < before;
    DELETE FROM flag f WHERE f.raised_at < before
        AND (f.route <> 'person' OR f.closed_at IS NOT NULL OR EXISTS (SELECT FROM person p WHERE p.person_id = f.person_id AND p.left_at IS NOT NULL))
        AND NOT EXISTS (SELECT FROM step t WHERE t.flag_id = f.flag_id) AND NOT EXISTS (SELECT FROM matter m WHERE m.flag_id = f.flag_id)
        AND NOT EXISTS (SELECT FROM matter m JOIN flag g USING (flag_id) WHERE g.bundle_id = f.bundle_id)
        AND NOT EXISTS (SELECT FROM suspension s WHERE s.person_id = f.person_id AND s.evidence -> 'flags' @> to_jsonb(f.flag_id));
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM flag_bundle b WHERE b.opened_at < before AND NOT EXISTS (SELECT FROM flag f WHERE f.bundle_id = b.bundle_id);
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION forget_conduct(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_conduct(timestamptz) TO inkwell_app;
