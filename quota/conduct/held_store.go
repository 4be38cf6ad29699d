package conduct

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// heldSteps are those that wait for somebody, of each pupil the last; only one, where its number is not 0.
func heldSteps(ctx context.Context, tx *db.Tx, a school.Actor, one StepID) ([]HeldStep, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			SELECT DISTINCT ON (t.person_id) t.step_id, t.school_id, t.person_id, t.set_id, t.rung, t.action, t.flag_id, t.points, t.reason, t.taken_at, t.ends_at,
			       p.given_name || ' ' || p.family_name, coalesce(p.year_group, -1), coalesce(r ->> 'name', '')
			  FROM step t JOIN flag f USING (flag_id) JOIN person p ON p.person_id = t.person_id
			  LEFT JOIN conduct_set s ON s.set_id = f.set_id
			  LEFT JOIN LATERAL jsonb_array_elements(s.content -> 'rules') r ON (r ->> 'rule')::integer = f.rule
			 WHERE t.school_id = $1 AND t.held_back = 'person' AND t.decision IS NULL AND t.taken_at > $5::timestamptz - $6::interval
			   AND f.outcome IS DISTINCT FROM 'dismissed' AND p.left_at IS NULL AND `+firstAsked+`
			 ORDER BY t.person_id, t.step_id DESC) AS last_of_each (step_id, school_id, person_id, set_id, rung, action, flag_id, points, reason, taken_at, ends_at, name, year, rule)
		 WHERE $7::bigint = 0 OR step_id = $7
		 ORDER BY taken_at, step_id LIMIT 200`, a.School, a.Person, a.May(school.ReviewAnyone), a.May(school.SeeConduct), tx.Now, waitsWithin, one)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h HeldStep, err error) {
		h.HeldBack = ForPerson
		return h, row.Scan(&h.ID, &h.School, &h.Person, &h.Set, &h.Rung, &h.Action, &h.Flag, &h.Points, &h.Reason, &h.Taken, &h.Ends, &h.Name, &h.Year, &h.Rule)
	})
}

// updateDecided keeps what was decided about a step, and about older ones of its pupil that still wait.
func updateDecided(ctx context.Context, tx *db.Tx, by school.Actor, held HeldStep, v Verdict, why string) error {
	_, err := tx.Exec(ctx, `
		UPDATE step SET decision = CASE WHEN step_id = $2 THEN $3 ELSE 'dropped' END, decided_at = $4, decided_by = $5, decided = $6
		 WHERE person_id = $1 AND step_id <= $2 AND held_back = 'person' AND decision IS NULL`, held.Person, held.ID, string(v), tx.Now, by.Person, why)
	return err
}
