package quota

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// addUse adds to the person's day, and tells the totals of it.
func addUse(ctx context.Context, tx *db.Tx, u Use, f Figures) error {
	_, err := tx.Exec(ctx, `
		WITH told AS (
			INSERT INTO usage_tail (school_id, day, year_group, printer_id, account_id, jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets)
			SELECT $2, $3, coalesce(year_group, -1), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM person WHERE person_id = $1
			RETURNING year_group)
		INSERT INTO usage AS u (person_id, school_id, day, year_group, jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets)
		SELECT $1, $2, $3, year_group, $6, $7, $8, $9, $10, $11, $12, $13 FROM told
		    ON CONFLICT (person_id, day) DO UPDATE
		   SET jobs = u.jobs + excluded.jobs, impressions = u.impressions + excluded.impressions, colour = u.colour + excluded.colour,
		       sheets = u.sheets + excluded.sheets, amount = u.amount + excluded.amount, duplex = u.duplex + excluded.duplex,
		       left_jobs = u.left_jobs + excluded.left_jobs, left_sheets = u.left_sheets + excluded.left_sheets`,
		u.Person, u.School, u.Day, u.Printer, u.Account, f.Jobs, f.Impressions, f.Colour, f.Sheets, f.Amount, f.Duplex, f.LeftJobs, f.LeftSheets)
	return err
}

// fold moves the oldest rows of the tail into the totals, in the transaction, and says how
// many those were. Another that folds just now is not waited for: 0.
func fold(ctx context.Context, tx *db.Tx, most int) (n int, err error) {
	err = tx.QueryRow(ctx, `
		WITH taken AS (
			DELETE FROM usage_tail WHERE usage_id IN (SELECT usage_id FROM usage_tail ORDER BY usage_id LIMIT $1)
			RETURNING *),
		added AS (
			INSERT INTO usage_total AS u (per, school_id, day, key, jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets)
			SELECT p.per, t.school_id, t.day, p.key, sum(t.jobs), sum(t.impressions), sum(t.colour), sum(t.sheets), sum(t.amount), sum(t.duplex), sum(t.left_jobs), sum(t.left_sheets)
			  FROM taken t CROSS JOIN LATERAL (VALUES ('school', 0), ('year', t.year_group), ('printer', t.printer_id), ('account', t.account_id)) AS p (per, key)
			 WHERE p.per IN ('school', 'year') OR p.key <> 0
			 GROUP BY p.per, t.school_id, t.day, p.key
			 ORDER BY p.per, t.school_id, t.day, p.key
			    ON CONFLICT (per, school_id, day, key) DO UPDATE
			   SET jobs = u.jobs + excluded.jobs, impressions = u.impressions + excluded.impressions, colour = u.colour + excluded.colour,
			       sheets = u.sheets + excluded.sheets, amount = u.amount + excluded.amount, duplex = u.duplex + excluded.duplex,
			       left_jobs = u.left_jobs + excluded.left_jobs, left_sheets = u.left_sheets + excluded.left_sheets)
		SELECT count(*) FROM taken`, most).Scan(&n)
	return n, err
}

// tryFolding has one node fold at a time.
func tryFolding(ctx context.Context, tx *db.Tx) (mine bool, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('usage-fold'))`).Scan(&mine)
	return mine, err
}

const sums = `sum(jobs)::bigint, sum(impressions)::bigint, sum(colour)::bigint, sum(sheets)::bigint, sum(amount)::bigint, sum(duplex)::bigint,
	sum(left_jobs)::bigint, sum(left_sheets)::bigint`

func (f *Figures) fields() []any {
	return []any{&f.Jobs, &f.Impressions, &f.Colour, &f.Sheets, &f.Amount, &f.Duplex, &f.LeftJobs, &f.LeftSheets}
}

const figureColumns = `jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets`

// withTail is the totals of a dimension with what is not folded yet, in one statement: one
// moment for both, so that a row is in either.
const withTail = `(
	SELECT school_id, day, key, ` + figureColumns + ` FROM usage_total WHERE per = $1 AND day BETWEEN $2 AND $3
	UNION ALL
	SELECT school_id, day, CASE $1 WHEN 'year' THEN year_group WHEN 'printer' THEN printer_id WHEN 'account' THEN account_id ELSE 0 END, ` + figureColumns + `
	  FROM usage_tail WHERE day BETWEEN $2 AND $3 AND NOT ($1 = 'printer' AND printer_id = 0 OR $1 = 'account' AND account_id = 0)) AS u`

func totalsBy(ctx context.Context, tx *db.Tx, id school.ID, per Dimension, s Span) ([]Keyed, error) {
	rows, _ := tx.Query(ctx, `SELECT key, `+sums+` FROM `+withTail+` WHERE school_id = $4 GROUP BY key ORDER BY key`, per, s.From.Time(), s.To.Time(), id)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Keyed, err error) {
		return k, row.Scan(append([]any{&k.Key}, k.fields()...)...)
	})
}

func totalsByDay(ctx context.Context, tx *db.Tx, id school.ID, s Span) ([]Daily, error) {
	rows, _ := tx.Query(ctx, `SELECT day, `+sums+` FROM `+withTail+` WHERE school_id = $4 GROUP BY day ORDER BY day`, OfSchool, s.From.Time(), s.To.Time(), id)
	return pgx.CollectRows(rows, scanDaily)
}

func scanDaily(row pgx.CollectableRow) (d Daily, err error) {
	var day time.Time
	err = row.Scan(append([]any{&day}, d.fields()...)...)
	d.Day = calendar.DateOf(day)
	return d, err
}

func totalsOfSchools(ctx context.Context, tx *db.Tx, s Span) (map[school.ID]Figures, error) {
	rows, _ := tx.Query(ctx, `SELECT school_id, `+sums+` FROM `+withTail+` GROUP BY school_id`, OfSchool, s.From.Time(), s.To.Time())
	return keyed[school.ID](rows)
}

func usageOf(ctx context.Context, tx *db.Tx, people []school.PersonID, s Span) (map[school.PersonID]Figures, error) {
	rows, _ := tx.Query(ctx, `
		SELECT person_id, `+sums+` FROM usage WHERE person_id = ANY ($1) AND day BETWEEN $2 AND $3 GROUP BY person_id`, people, s.From.Time(), s.To.Time())
	return keyed[school.PersonID](rows)
}

func usageAt(ctx context.Context, tx *db.Tx, id school.ID, s Span) (map[school.PersonID]Figures, error) {
	rows, _ := tx.Query(ctx, `
		SELECT person_id, `+sums+` FROM usage WHERE school_id = $1 AND day BETWEEN $2 AND $3 GROUP BY person_id`, id, s.From.Time(), s.To.Time())
	return keyed[school.PersonID](rows)
}

// keyed are sums by what they are of.
func keyed[K comparable](rows pgx.Rows) (map[K]Figures, error) {
	all := map[K]Figures{}
	var key K
	var f Figures
	_, err := pgx.ForEachRow(rows, append([]any{&key}, f.fields()...), func() error {
		all[key] = f
		return nil
	})
	return all, err
}

func usageDaysOf(ctx context.Context, tx *db.Tx, people []school.PersonID, s Span) ([]Daily, error) {
	rows, _ := tx.Query(ctx, `
		SELECT day, `+sums+` FROM usage WHERE person_id = ANY ($1) AND day BETWEEN $2 AND $3 GROUP BY day ORDER BY day`, people, s.From.Time(), s.To.Time())
	return pgx.CollectRows(rows, scanDaily)
}
