package conduct

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

const stepColumns = `t.step_id, t.school_id, t.person_id, t.set_id, t.rung, t.action, t.flag_id, t.points, t.reason, t.taken_at, t.ends_at,
	CASE WHEN t.decision IN ('confirmed', 'shortened') THEN '' ELSE coalesce(t.held_back, '') END, t.seen_at`

func scanStep(row pgx.CollectableRow) (s Step, err error) {
	var seen *time.Time
	err = row.Scan(&s.ID, &s.School, &s.Person, &s.Set, &s.Rung, &s.Action, &s.Flag, &s.Points, &s.Reason, &s.Taken, &s.Ends, &s.HeldBack, &seen)
	if seen != nil {
		s.Seen = *seen
	}
	return s, err
}

// waitsWithin is how long a step waits for somebody who decides.
const waitsWithin = 28 * 24 * time.Hour

// standingSteps are those of a person that have not ended, and were not taken back, and what waits for somebody.
func standingSteps(ctx context.Context, tx *db.Tx, person school.PersonID) ([]Step, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+stepColumns+` FROM step t LEFT JOIN suspension s USING (step_id) JOIN flag f ON f.flag_id = t.flag_id
		 WHERE t.person_id = $1 AND t.taken_at <= $2 AND t.decision IS DISTINCT FROM 'dropped'
		   AND (coalesce(s.ends_at, t.ends_at) > $2 OR t.held_back = 'person' AND t.decision IS NULL AND t.taken_at > $2::timestamptz - $3::interval) AND s.lifted_at IS NULL AND f.outcome IS DISTINCT FROM 'dismissed'
		 ORDER BY t.taken_at, t.step_id`, person, tx.Now, waitsWithin)
	return pgx.CollectRows(rows, scanStep)
}

func insertStep(ctx context.Context, tx *db.Tx, s *Step) error {
	return tx.QueryRow(ctx, `
		INSERT INTO step (school_id, person_id, set_id, rung, action, flag_id, points, reason, taken_at, ends_at, held_back)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11, '')) RETURNING step_id`,
		s.School, s.Person, s.Set, s.Rung, s.Action, s.Flag, s.Points, s.Reason, s.Taken, s.Ends, s.HeldBack).Scan(&s.ID)
}

// endLesser ends what rules alone have withdrawn from a person and is no more than the step that
// stands in its place.
func endLesser(ctx context.Context, tx *db.Tx, person school.PersonID, by rule.Action) error {
	_, err := tx.Exec(ctx, `
		UPDATE suspension SET lifted_at = $2, lift_reason = 'A later step stands in its place.'
		 WHERE person_id = $1 AND set_id IS NOT NULL AND confirmed_at IS NULL AND lifted_at IS NULL AND ends_at > $2
		   AND (NOT $3 OR action = 'teacher-release')`, person, tx.Now, by == rule.TeacherRelease)
	return err
}

// ofRules are suspensions of rules alone that are in force, of one rule since a time or of all.
const ofRules = `
	FROM suspension s JOIN step t USING (step_id) JOIN flag f USING (flag_id)
	WHERE s.school_id = $1 AND s.confirmed_at IS NULL AND s.lifted_at IS NULL AND s.ends_at > $2 AND ($3 = 0 OR f.rule = $3) AND s.starts_at >= $4`

func stoppedByRules(ctx context.Context, tx *db.Tx, id school.ID, n rule.Number, since time.Time) ([]school.PersonID, error) {
	rows, _ := tx.Query(ctx, `SELECT DISTINCT s.person_id `+ofRules+` ORDER BY s.person_id`, id, tx.Now, n, since)
	return pgx.CollectRows(rows, pgx.RowTo[school.PersonID])
}

func endRules(ctx context.Context, tx *db.Tx, id school.ID, people []school.PersonID, n rule.Number, since time.Time, why string) error {
	_, err := tx.Exec(ctx, `
		UPDATE suspension SET lifted_at = $2, lift_reason = $6
		 WHERE suspension_id IN (SELECT s.suspension_id `+ofRules+` AND s.person_id = ANY ($5))`, id, tx.Now, n, since, people, why)
	return err
}

// lockJudgement has a school's rules be applied by one hand at a time.
func lockJudgement(ctx context.Context, tx *db.Tx, id school.ID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('conduct judgement'), $1)`, id)
	return err
}

// hitBy is how many pupils of a year group a rule has flagged since a time, and how many there are.
func hitBy(ctx context.Context, tx *db.Tx, id school.ID, n rule.Number, year int, since time.Time) (hit, of int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(DISTINCT f.person_id) FROM flag f JOIN person p USING (person_id)
		         WHERE f.school_id = $1 AND f.rule = $2 AND f.raised_at > $4 AND f.outcome IS DISTINCT FROM 'dismissed'
		           AND coalesce(p.year_group, $5) = $3),
		       (SELECT count(*) FROM person p WHERE p.school_id = $1 AND p.left_at IS NULL AND coalesce(p.year_group, $5) = $3
		           AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role = 'pupil'))`,
		id, n, year, since, school.NoYear).Scan(&hit, &of)
	return hit, max(of, hit), err
}

func insertDisarmed(ctx context.Context, tx *db.Tx, id school.ID, d Disarmed) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO conduct_disarmed (school_id, set_id, rule, year_group, hit, of_people, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		id, d.Set, d.Rule, d.Year, d.Hit, d.Of, d.At)
	return err
}

// dismissOf takes back the flags that a rule has raised since a time.
func dismissOf(ctx context.Context, tx *db.Tx, id school.ID, n rule.Number, since time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE flag SET outcome = 'dismissed', closed_at = $4, closing = 'The rule hit too many at once and was stopped.'
		 WHERE school_id = $1 AND rule = $2 AND raised_at > $3 AND outcome IS NULL`, id, n, since, tx.Now)
	return err
}

func updateArmed(ctx context.Context, tx *db.Tx, id school.ID, n rule.Number, by school.Pseudonym) (bool, error) {
	done, err := tx.Exec(ctx, `UPDATE conduct_disarmed SET armed_at = $3, armed_by = nullif($4, '')::uuid WHERE school_id = $1 AND rule = $2 AND armed_at IS NULL`, id, n, tx.Now, by)
	return done.RowsAffected() > 0, err
}

// takeToTell are the rules that were stopped and whom nobody was told of; they count as told.
func takeToTell(ctx context.Context, tx *db.Tx, id school.ID) ([]Disarmed, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE conduct_disarmed SET told_at = $2 WHERE school_id = $1 AND told_at IS NULL AND armed_at IS NULL
		RETURNING disarmed_id, set_id, rule, year_group, hit, of_people, at`, id, tx.Now)
	return pgx.CollectRows(rows, scanDisarmed)
}

// tellAgain has them told of after all.
func tellAgain(ctx context.Context, tx *db.Tx, all []Disarmed) error {
	ids := make([]DisarmedID, len(all))
	for i, d := range all {
		ids[i] = d.ID
	}
	_, err := tx.Exec(ctx, `UPDATE conduct_disarmed SET told_at = NULL WHERE disarmed_id = ANY ($1)`, ids)
	return err
}
