package conduct

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// lockStandingNext locks a person's standing row with the transaction's next statement, and
// says after that whether there was one.
func lockStandingNext(tx *db.Tx, person school.PersonID, strength string) *bool {
	there := new(bool)
	tx.Later("SELECT version FROM standing WHERE person_id = $1 "+strength, []any{person}, func(rows pgx.Rows) error {
		*there = rows.Next()
		rows.Close()
		return rows.Err()
	})
	return there
}

// lockStanding locks a person's standing row, making it first where it is missing.
func lockStanding(ctx context.Context, tx *db.Tx, person school.PersonID, strength string) error {
	lock := "SELECT version FROM standing WHERE person_id = $1 " + strength
	var version int
	err := tx.QueryRow(ctx, lock, person).Scan(&version)
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO standing (person_id, school_id)
		SELECT person_id, school_id FROM person WHERE person_id = $1
		    ON CONFLICT DO NOTHING`, person)
	if err != nil {
		return fmt.Errorf("open standing: %w", err)
	}
	return tx.QueryRow(ctx, lock, person).Scan(&version)
}

const suspensionColumns = `s.suspension_id, s.person_id, s.starts_at, s.ends_at, s.reason, s.objection, s.action, coalesce(s.imposed_by::text, ''),
	coalesce(s.set_id, 0), coalesce(s.step_id, 0), s.evidence -> 'flags', s.confirmed_at IS NOT NULL, coalesce(s.order_id, 0), o.kind IS NOT DISTINCT FROM 'pause', c.time_zone`

func scanSuspension(row pgx.Row) (s Suspension, err error) {
	var zone string
	if err = row.Scan(&s.ID, &s.Person, &s.Starts, &s.Ends, &s.Reason, &s.Objection, &s.Action, &s.By, &s.Set, &s.Step, &s.Flags, &s.Confirmed, &s.Order, &s.Pause, &zone); err != nil {
		return s, err
	}
	s.Ends, err = inZone(s.Ends, zone)
	return s, err
}

func inZone(at time.Time, zone string) (time.Time, error) {
	local, err := school.ZoneNamed(zone)
	if err != nil {
		return at, err
	}
	return at.In(local), nil
}

// askInForce asks for the suspension that stops a person in a way: one that leaves them nothing
// first, then that which lasts longest. What a rule alone withdrew stops nobody who is let off all rules,
// and nothing stops an exam.
func askInForce(tx *db.Tx, person school.PersonID, way Way) db.Answer[[]Suspension] {
	at := way.At
	if at.IsZero() {
		at = tx.Now
	}
	return db.Ask(tx, db.All(func(row pgx.CollectableRow) (Suspension, error) { return scanSuspension(row) }), `
		SELECT `+suspensionColumns+`
		  FROM suspension s JOIN school c USING (school_id) LEFT JOIN conduct_order o USING (order_id)
		 WHERE s.person_id = $1 AND s.lifted_at IS NULL AND s.starts_at <= $2 AND s.ends_at > $2
		   AND NOT ($3 AND s.action = 'teacher-release')
		   AND NOT (s.set_id IS NOT NULL AND s.confirmed_at IS NULL AND let_off(s.person_id, $2))
		   AND NOT ($4 <> 0 AND writes_exam(s.person_id, $4, $5))
		 ORDER BY s.action = 'teacher-release', s.ends_at DESC LIMIT 1`, person, tx.Now, way.Teacher, way.Station, at)
}

func allInForce(ctx context.Context, tx *db.Tx, id school.ID) ([]Suspension, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+suspensionColumns+`
		  FROM suspension s JOIN school c USING (school_id) LEFT JOIN conduct_order o USING (order_id)
		 WHERE s.school_id = $1 AND s.lifted_at IS NULL AND s.starts_at <= $2 AND s.ends_at > $2
		 ORDER BY s.ends_at, s.suspension_id`, id, tx.Now)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Suspension, error) { return scanSuspension(row) })
}

// insertSuspension begins one when it starts, or now.
func insertSuspension(ctx context.Context, tx *db.Tx, id school.ID, s Suspension) error {
	evidence := map[string]any{"said": "reason"}
	if len(s.Flags) > 0 {
		evidence = map[string]any{"flags": s.Flags}
	}
	if s.Starts.Before(tx.Now) {
		s.Starts = tx.Now
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, objection, action, imposed_by, set_id, step_id, evidence, confirmed_by, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::uuid, nullif($9, 0), nullif($10::bigint, 0), $11, nullif($12, '')::uuid, CASE WHEN $12 <> '' THEN $13::timestamptz END)`,
		id, s.Person, s.Starts, s.Ends, s.Reason, s.Objection, s.Action, s.By, s.Set, s.Step, evidence, s.Confirmer, tx.Now)
	return err
}

// liftAll lifts what is in force and says how many suspensions that were.
func liftAll(ctx context.Context, tx *db.Tx, person school.PersonID, by school.Pseudonym) (int64, error) {
	done, err := tx.Exec(ctx, `
		UPDATE suspension SET lifted_at = $2, lifted_by = $3
		 WHERE person_id = $1 AND lifted_at IS NULL AND ends_at > $2`, person, tx.Now, by)
	return done.RowsAffected(), err
}

// insertTooFew keeps that a person was refused for too few pages, unless it was kept within a
// minute: a computer asks again and again by itself.
func insertTooFew(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO fact (school_id, person_id, at, kind)
		SELECT $1, $2, $3, 'too-few'
		 WHERE NOT EXISTS (SELECT FROM fact f WHERE f.person_id = $2 AND f.kind = 'too-few' AND f.at > $3::timestamptz - interval '1 minute')`, id, person, tx.Now)
	return err
}

// insertTitleFacts goes with the transaction's next statement. A title is compared as words of
// letters and digits, so that neither case nor punctuation hides one.
func insertTitleFacts(tx *db.Tx, id school.ID, jobs []int32, claims bool) {
	tx.Later(`
		INSERT INTO fact (school_id, person_id, at, kind, object, detail)
		SELECT j.school_id, j.person_id, $3, 'title-word', 'job:' || j.job_id, jsonb_build_object('word', w.word_id)
		  FROM job j JOIN title_word w ON w.school_id = j.school_id AND w.removed_at IS NULL
		   AND ' ' || regexp_replace(lower(j.title), '[^[:alnum:]]+', ' ', 'g') || ' ' LIKE '% ' || w.word || ' %'
		 WHERE j.school_id = $1 AND j.job_id = ANY ($2) AND ($4 OR j.proof IN ('password', 'address'))
		   AND NOT EXISTS (SELECT FROM fact f WHERE f.person_id = j.person_id AND f.kind = 'title-word' AND f.object = 'job:' || j.job_id AND f.detail = jsonb_build_object('word', w.word_id))`,
		[]any{id, jobs, tx.Now, claims}, nil)
}

func insertFact(ctx context.Context, tx *db.Tx, f Fact) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO fact (school_id, person_id, at, kind, object, detail)
		VALUES ($1, $2, $3, $4, nullif($5, ''), $6)`, f.School, f.Person, tx.Now, f.Kind, f.Object, f.Detail)
	return err
}
