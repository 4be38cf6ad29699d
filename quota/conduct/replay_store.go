package conduct

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

const eventColumns = ` AS all_of_them (what, id, person, at, pages, colour, document, station, building, word) `

// pastEvents are some people's events of a period, one person after the other, in their order.
func pastEvents(ctx context.Context, tx *db.Tx, people []school.PersonID, from, to time.Time) ([]rule.Event, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			(`+releasedEvents+` AND d.person_id = ANY ($1) AND d.reserved_at >= $2 AND d.reserved_at < $3 ORDER BY d.job_id, d.delivery_id)
			UNION ALL `+factEvents+` AND f.person_id = ANY ($1) AND f.at >= $2 AND f.at < $3
			UNION ALL `+leftEvents+` AND j.person_id = ANY ($1) AND j.ended_at >= $2 AND j.ended_at < $3)`+eventColumns+`
		 ORDER BY person, at, what, id`, people, from, to)
	return pgx.CollectRows(rows, scanEvent)
}

// pastSharedEvents are those of a whole school in a period that rules look at together.
func pastSharedEvents(ctx context.Context, tx *db.Tx, id school.ID, from, to time.Time) ([]rule.Event, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			(`+releasedEvents+` AND d.school_id = $1 AND d.reserved_at >= $2 AND d.reserved_at < $3 ORDER BY d.job_id, d.delivery_id)
			UNION ALL `+factEvents+` AND f.school_id = $1 AND f.at >= $2 AND f.at < $3 AND f.kind IN ('code-used', 'wrong-code'))`+eventColumns+`
		 ORDER BY at, what, id`, id, from, to)
	return pgx.CollectRows(rows, scanEvent)
}

// replayedPupils are the pupils of a school, with the registration class, or else the first class,
// that they were in at a time.
func replayedPupils(ctx context.Context, tx *db.Tx, id school.ID, at time.Time) ([]replayed, error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.person_id, btrim(p.given_name || ' ' || p.family_name), coalesce(p.year_group, $3), coalesce((
		           SELECT c.name FROM enrolment m JOIN class c USING (class_id)
		            WHERE m.person_id = p.person_id AND m.role = 'pupil' AND m.valid_from <= $2::date AND $2::date < m.valid_to
		            ORDER BY c.kind = 'registration' DESC, c.name LIMIT 1), ''),
		       let_off(p.person_id, $2)
		  FROM person p
		 WHERE p.school_id = $1 AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role = 'pupil')
		   AND NOT EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role <> 'pupil')
		 ORDER BY p.person_id`, id, at, school.NoYear)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p replayed, err error) {
		return p, row.Scan(&p.person, &p.name, &p.year, &p.class, &p.letOff)
	})
}

// usualPast is usualPages of each year group at the beginning of each of some weeks: a day counts for
// the four weeks, or five, that begin on it or within 28 days after.
func usualPast(ctx context.Context, tx *db.Tx, id school.ID, from, to int64) (map[usualAt]int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT year_group, week, percentile_disc(0.5) WITHIN GROUP (ORDER BY pages)::integer / 4 FROM (
			SELECT u.year_group, w.week, u.person_id, sum(u.impressions)::integer AS pages
			  FROM usage u, generate_series(greatest($2::integer, (u.day - date '1970-01-01' + 6) / 7), least($3::integer, (u.day - date '1970-01-01' + 28) / 7)) AS w (week)
			 WHERE u.school_id = $1 AND u.impressions > 0 AND u.day BETWEEN date '1970-01-01' + 7 * $2::integer - 28 AND date '1970-01-01' + 7 * $3::integer
			 GROUP BY 1, 2, 3) AS each_of_them
		 GROUP BY 1, 2`, id, from, to)
	all := map[usualAt]int{}
	var at usualAt
	var pages int
	_, err := pgx.ForEachRow(rows, []any{&at.year, &at.week, &pages}, func() error { all[at] = pages; return nil })
	return all, err
}
