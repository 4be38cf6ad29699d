package conduct

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// caseColumns are of withdrawals and of steps that withdrew nothing, each with the
// objection against it. A teacher's pause is no case, and nothing of safeguarding has a step.
const caseColumns = `
	SELECT x.suspension_id, x.step_id, x.person_id, p.given_name || ' ' || p.family_name, coalesce(p.year_group, -1), x.action, x.reason, x.starts_at, x.ends_at, x.lifted_at,
	       coalesce(i.given_name || ' ' || i.family_name, ''), coalesce((SELECT r ->> 'name' FROM conduct_set cs, jsonb_array_elements(cs.content -> 'rules') r
	           WHERE cs.set_id = x.set_id AND (r ->> 'rule')::integer = (SELECT f.rule FROM flag f WHERE f.flag_id = x.flags[1])), ''),
	       x.set_id, x.flags, x.objection, c.time_zone,
	       coalesce(o.objection_id, 0), coalesce(o.words, ''), o.made_at, coalesce(o.reviewer, 0), coalesce(v.given_name || ' ' || v.family_name, ''), o.due_at, coalesce(o.outcome, ''), o.decided_at, coalesce(o.reason, '')
	  FROM (SELECT s.school_id, s.suspension_id, 0::bigint AS step_id, s.person_id, s.action, s.reason, s.starts_at, s.ends_at, s.lifted_at, s.imposed_by, coalesce(s.set_id, 0) AS set_id, s.objection,
	               ARRAY(SELECT jsonb_array_elements_text(s.evidence -> 'flags')::bigint) AS flags, coalesce(s.order_id, 0) AS order_id
	          FROM suspension s
	        UNION ALL
	        SELECT t.school_id, 0, t.step_id, t.person_id, t.action, t.reason, t.taken_at, t.ends_at, NULL, NULL, t.set_id, '', ARRAY[t.flag_id], 0
	          FROM step t WHERE t.action IN ('notice', 'tutor') AND t.held_back IS NULL) x
	  JOIN person p USING (person_id) JOIN school c ON c.school_id = x.school_id
	  LEFT JOIN person i ON i.pseudonym = x.imposed_by
	  LEFT JOIN objection o ON o.suspension_id = x.suspension_id OR o.step_id = x.step_id
	  LEFT JOIN person v ON v.person_id = o.reviewer`

const noPause = ` AND NOT EXISTS (SELECT FROM conduct_order d WHERE d.order_id = x.order_id AND d.kind = 'pause')`

func scanCase(row pgx.CollectableRow) (c Case, err error) {
	var zone string
	var lifted, made, due, decided *time.Time
	o := &c.Objection
	err = row.Scan(&c.Suspension, &c.Step, &c.Person, &c.Name, &c.Year, &c.Action, &c.Reason, &c.Starts, &c.Ends, &lifted, &c.By, &c.Rule, &c.Version, &c.Flags, &c.How, &zone,
		&o.ID, &o.Words, &made, &o.Reviewer, &o.Name, &due, &o.Outcome, &decided, &o.Reason)
	if err != nil {
		return c, err
	}
	for to, from := range map[*time.Time]*time.Time{&c.Lifted: lifted, &o.Made: made, &o.Due: due, &o.Decided: decided} {
		if from != nil {
			*to = *from
		}
	}
	c.Ends, err = inZone(c.Ends, zone)
	return c, err
}

// casesOf are a person's that were not over at a time.
func casesOf(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, since time.Time) ([]Case, error) {
	rows, _ := tx.Query(ctx, caseColumns+` WHERE x.school_id = $1 AND x.person_id = $2 AND x.ends_at > $3 AND (x.lifted_at IS NULL OR x.lifted_at > $3)`+noPause+`
		 ORDER BY x.starts_at DESC, x.suspension_id DESC, x.step_id DESC LIMIT 50`, id, person, since)
	return pgx.CollectRows(rows, scanCase)
}

// openCases are those with an open objection; only one's, where its number is not 0.
func openCases(ctx context.Context, tx *db.Tx, id school.ID, one ObjectionID) ([]Case, error) {
	rows, _ := tx.Query(ctx, caseColumns+` WHERE x.school_id = $1 AND o.outcome IS NULL AND o.objection_id IS NOT NULL AND ($2 = 0 OR o.objection_id = $2)
		 ORDER BY o.due_at, o.objection_id`, id, one)
	return pgx.CollectRows(rows, scanCase)
}

// caseOf is the case of a withdrawal.
func caseOf(ctx context.Context, tx *db.Tx, id school.ID, which SuspensionID) ([]Case, error) {
	rows, _ := tx.Query(ctx, caseColumns+` WHERE x.school_id = $1 AND x.suspension_id = $2`, id, which)
	return pgx.CollectRows(rows, scanCase)
}

// casesSince are all of a school's, for its behaviour system.
func casesSince(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]Case, error) {
	rows, _ := tx.Query(ctx, caseColumns+` WHERE x.school_id = $1 AND x.starts_at >= $2`+noPause+` ORDER BY x.starts_at, x.suspension_id, x.step_id`, id, since)
	return pgx.CollectRows(rows, scanCase)
}

// partiesTo are whoever imposed a case, ordered it, confirmed it or raised a flag it rests on, and whose it is.
func partiesTo(ctx context.Context, tx *db.Tx, of Case) ([]school.PersonID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT $3::bigint
		UNION SELECT i.person_id FROM suspension s JOIN person i ON i.pseudonym IN (s.imposed_by, s.confirmed_by) WHERE s.suspension_id = $1
		UNION SELECT o.made_by FROM suspension s JOIN conduct_order o USING (order_id) WHERE s.suspension_id = $1
		UNION SELECT f.raised_by FROM flag f WHERE f.flag_id = ANY ($2) AND f.raised_by IS NOT NULL`, of.Suspension, of.Flags, of.Person)
	return pgx.CollectRows(rows, pgx.RowTo[school.PersonID])
}

// reviewersFor are who may be asked about a case, in order: those named for the year, those
// named for the school, the head, IT; never a party to it.
func reviewersFor(ctx context.Context, tx *db.Tx, id school.ID, of Case) ([]Reviewer, error) {
	parties, err := partiesTo(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	rows, _ := tx.Query(ctx, `
		SELECT p.person_id, p.given_name || ' ' || p.family_name, -1
		  FROM (SELECT person_id, min(rank) AS rank FROM (
		            SELECT person_id, CASE WHEN year_group IS NULL THEN 10 ELSE 0 END + place AS rank FROM reviewer WHERE school_id = $1 AND (year_group IS NULL OR year_group = $2)
		            UNION ALL SELECT person_id, CASE role WHEN 'head' THEN 20 ELSE 30 END FROM person_role WHERE school_id = $1 AND role IN ('head', 'it')) x
		         GROUP BY person_id) r
		  JOIN person p USING (person_id)
		 WHERE p.left_at IS NULL AND p.person_id <> ALL ($3)
		 ORDER BY r.rank, p.person_id`, id, of.Year, parties)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Reviewer])
}

func reviewers(ctx context.Context, tx *db.Tx, id school.ID) ([]Reviewer, error) {
	rows, _ := tx.Query(ctx, `
		SELECT r.person_id, p.given_name || ' ' || p.family_name, coalesce(r.year_group, -1)
		  FROM reviewer r JOIN person p USING (person_id) WHERE r.school_id = $1 ORDER BY r.year_group NULLS LAST, r.place`, id)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Reviewer])
}

func replaceReviewers(ctx context.Context, tx *db.Tx, id school.ID, year int, all []school.PersonID) error {
	_, err := tx.Exec(ctx, `DELETE FROM reviewer WHERE school_id = $1 AND coalesce(year_group, -1) = $2`, id, year)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO reviewer (school_id, year_group, place, person_id)
		SELECT $1, nullif($2::smallint, -1), n, p FROM unnest($3::bigint[]) WITH ORDINALITY u (p, n)`, id, year, all)
	return err
}

func insertObjection(ctx context.Context, tx *db.Tx, a school.Actor, of Case, o Objection) (id ObjectionID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO objection (school_id, person_id, suspension_id, step_id, words, made_at, reviewer, due_at)
		VALUES ($1, $2, nullif($3::bigint, 0), nullif($4::bigint, 0), $5, $6, $7, $8) RETURNING objection_id`,
		a.School, a.Person, of.Suspension, of.Step, o.Words, o.Made, o.Reviewer, o.Due).Scan(&id)
	return id, err
}

func closeObjection(ctx context.Context, tx *db.Tx, by school.Actor, id ObjectionID, v Verdict, until time.Time, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE objection SET outcome = $2, decided_at = $3, decided_by = $4, reason = $5, ends_at = CASE WHEN $2 = 'shortened' THEN $6::timestamptz END WHERE objection_id = $1`,
		id, string(v), tx.Now, by.Person, reason, until)
	return err
}

func closeFlags(ctx context.Context, tx *db.Tx, by school.Actor, all []FlagID, as Outcome, why string) error {
	_, err := tx.Exec(ctx, `UPDATE flag SET outcome = $2, closed_at = $3, closed_by = $4, closing = $5 WHERE flag_id = ANY ($1) AND outcome IS NULL`, all, string(as), tx.Now, by.Person, why)
	return err
}

func confirmSuspension(ctx context.Context, tx *db.Tx, by school.Actor, id SuspensionID) error {
	_, err := tx.Exec(ctx, `UPDATE suspension SET confirmed_at = $2, confirmed_by = $3 WHERE suspension_id = $1 AND confirmed_at IS NULL`, id, tx.Now, by.Pseudonym)
	return err
}

func shortenSuspension(ctx context.Context, tx *db.Tx, by school.Actor, id SuspensionID, until time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE suspension SET ends_at = $4, confirmed_at = coalesce(confirmed_at, $2), confirmed_by = coalesce(confirmed_by, $3) WHERE suspension_id = $1 AND lifted_at IS NULL`, id, tx.Now, by.Pseudonym, until)
	return err
}

func liftSuspension(ctx context.Context, tx *db.Tx, by school.Actor, id SuspensionID, why string) error {
	_, err := tx.Exec(ctx, `
		UPDATE suspension SET lifted_at = $2, lifted_by = $3, lift_reason = $4 WHERE suspension_id = $1 AND lifted_at IS NULL AND ends_at > $2`, id, tx.Now, by.Pseudonym, why)
	return err
}

// dueObjection is one that nobody has answered in time.
type dueObjection struct {
	School school.ID
	ID     ObjectionID
}

func overdue(ctx context.Context, tx *db.Tx) ([]dueObjection, error) {
	rows, _ := tx.Query(ctx, `SELECT school_id, objection_id FROM objection WHERE outcome IS NULL AND due_at <= $1 ORDER BY objection_id LIMIT 200`, tx.Now)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[dueObjection])
}

func passObjection(ctx context.Context, tx *db.Tx, id ObjectionID, next school.PersonID, due time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE objection SET reviewer = $2, due_at = $3 WHERE objection_id = $1 AND outcome IS NULL`, id, next, due)
	return err
}

// told are the flags on a person since a time, explained by the version of theirs; none of
// safeguarding.
func told(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, since time.Time) ([]Told, error) {
	rows, _ := tx.Query(ctx, `
		SELECT f.flag_id, f.raised_at, coalesce(k ->> 'title', f.category), coalesce(r ->> 'name', ''), coalesce(f.set_id, 0), coalesce(s.made_at, f.raised_at),
		       coalesce(r -> 'with', '{}'), coalesce(f.evidence -> 'numbers', '{}'), coalesce(b.given_name || ' ' || b.family_name, ''), coalesce(f.note, ''), f.reported, coalesce(f.outcome, ''), coalesce(f.closing, '')
		  FROM flag f
		  LEFT JOIN conduct_set s ON s.set_id = f.set_id
		  LEFT JOIN LATERAL jsonb_array_elements(s.content -> 'rules') r ON (r ->> 'rule')::integer = f.rule
		  LEFT JOIN LATERAL jsonb_array_elements(s.content -> 'categories') k ON k ->> 'name' = f.category
		  LEFT JOIN person b ON b.person_id = f.raised_by
		 WHERE f.school_id = $1 AND f.person_id = $2 AND f.raised_at >= $3 AND f.route <> 'safeguarding' AND f.outcome IS DISTINCT FROM 'referred'
		 ORDER BY f.raised_at DESC, f.flag_id DESC LIMIT 200`, id, person, since)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Told])
}
