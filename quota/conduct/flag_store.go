package conduct

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

const flagColumns = `f.flag_id, f.school_id, f.person_id, coalesce(f.set_id, 0), coalesce(f.rule, 0), coalesce(f.raised_by, 0), f.kind, f.category, f.route,
	f.raised_at, f.weight, f.decays_at, f.evidence, coalesce(f.note, ''), f.reported, coalesce(f.outcome, ''), f.closed_at, coalesce(f.closed_by, 0), coalesce(f.closing, '')`

func scanFlag(row pgx.CollectableRow) (f Flag, err error) {
	var closed *time.Time
	err = row.Scan(&f.ID, &f.School, &f.Person, &f.Set, &f.Rule, &f.By, &f.Kind, &f.Category, &f.Route,
		&f.Raised, &f.Weight, &f.Decays, &f.Evidence, &f.Note, &f.Reported, &f.Outcome, &closed, &f.ClosedBy, &f.Closing)
	if closed != nil {
		f.Closed = *closed
	}
	return f, err
}

// flagsOf are a person's flags that were raised since a time, oldest first.
func flagsOf(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) ([]Flag, error) {
	rows, _ := tx.Query(ctx, `SELECT `+flagColumns+` FROM flag f WHERE f.person_id = $1 AND f.raised_at >= $2 ORDER BY f.raised_at, f.flag_id`, person, since)
	return pgx.CollectRows(rows, scanFlag)
}

// insertFlag writes a flag, and says whether it was not there before.
func insertFlag(ctx context.Context, tx *db.Tx, f *Flag, bucket int64) (bool, error) {
	rows, _ := tx.Query(ctx, `
		INSERT INTO flag (school_id, person_id, set_id, rule, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note, reported, bundle_id)
		VALUES ($1, $2, nullif($3, 0), nullif($4, 0), nullif($5::bigint, 0), $6, $7, $8, $9, $10, $11, $12, $13, nullif($14, ''), $15, nullif($16::bigint, 0))
		    ON CONFLICT (person_id, rule, bucket) WHERE rule IS NOT NULL DO NOTHING RETURNING flag_id`,
		f.School, f.Person, f.Set, f.Rule, f.By, f.Kind, f.Category, f.Route, f.Raised, bucket, f.Weight, f.Decays, f.Evidence, f.Note, f.Reported, f.Bundle)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[FlagID])
	if err != nil || len(ids) == 0 {
		return false, err
	}
	f.ID = ids[0]
	return true, nil
}

// raisedLast says when rules last flagged people of a school, since a time.
func raisedLast(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) (map[rule.Number]map[rule.Person]time.Time, error) {
	rows, _ := tx.Query(ctx, `SELECT rule, person_id, max(raised_at) FROM flag WHERE school_id = $1 AND rule IS NOT NULL AND raised_at >= $2 GROUP BY 1, 2`, id, since)
	all := map[rule.Number]map[rule.Person]time.Time{}
	var n rule.Number
	var p rule.Person
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&n, &p, &at}, func() error {
		if all[n] == nil {
			all[n] = map[rule.Person]time.Time{}
		}
		all[n][p] = at
		return nil
	})
	return all, err
}

// subject is what a judgement has to know of a person.
type subject struct {
	pseudonym school.Pseudonym
	pupil     bool
	year      int
	letOff    bool // all rules
}

func subjectOf(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) (s subject, err error) {
	err = tx.QueryRow(ctx, `
		SELECT p.pseudonym, coalesce(p.year_group, $4), let_off(p.person_id, $3),
		       EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role = 'pupil')
		       AND NOT EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role <> 'pupil')
		  FROM person p WHERE p.school_id = $1 AND p.person_id = $2`, id, person, tx.Now, school.NoYear).Scan(&s.pseudonym, &s.year, &s.letOff, &s.pupil)
	return s, err
}

// forget deletes what is older than a moment, and says how many flags that were.
func forget(ctx context.Context, tx *db.Tx, before time.Time) (gone int64, err error) {
	err = tx.QueryRow(ctx, `SELECT forget_conduct($1)`, before).Scan(&gone)
	return gone, err
}
