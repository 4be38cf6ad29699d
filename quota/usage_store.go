package quota

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

const figureColumns = `jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets`

const sums = `sum(jobs)::bigint, sum(impressions)::bigint, sum(colour)::bigint, sum(sheets)::bigint, sum(amount)::bigint, sum(duplex)::bigint,
	sum(left_jobs)::bigint, sum(left_sheets)::bigint`

// adds is what an INSERT does to the row that is there.
const adds = ` DO UPDATE SET jobs = u.jobs + excluded.jobs, impressions = u.impressions + excluded.impressions, colour = u.colour + excluded.colour,
	sheets = u.sheets + excluded.sheets, amount = u.amount + excluded.amount, duplex = u.duplex + excluded.duplex,
	left_jobs = u.left_jobs + excluded.left_jobs, left_sheets = u.left_sheets + excluded.left_sheets `

func (f *Figures) fields() []any {
	return []any{&f.Jobs, &f.Impressions, &f.Colour, &f.Sheets, &f.Amount, &f.Duplex, &f.LeftJobs, &f.LeftSheets}
}

// addUse adds to the person's day, and tells the totals of it.
func addUse(ctx context.Context, tx *db.Tx, u Use, f Figures) error {
	_, err := tx.Exec(ctx, `
		WITH told AS (
			INSERT INTO usage_tail (school_id, day, person_id, year_group, printer_id, account_id, `+figureColumns+`)
			SELECT $2, $3, $1, coalesce(year_group, -1), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM person WHERE person_id = $1
			RETURNING *)
		INSERT INTO usage AS u (person_id, school_id, day, year_group, `+figureColumns+`)
		SELECT person_id, school_id, day, year_group, `+figureColumns+` FROM told
		    ON CONFLICT (person_id, day)`+adds,
		u.Person, u.School, u.Day, u.Printer, u.Account, f.Jobs, f.Impressions, f.Colour, f.Sheets, f.Amount, f.Duplex, f.LeftJobs, f.LeftSheets)
	return err
}

// fold moves the oldest rows of the tail into the totals, in the transaction, and says how
// many those were. Which rows is a range of their numbers, as this one statement sees them:
// one that is not committed yet stays, whatever its number. A plan by range is the right one
// however long the tail was when it was last analysed.
func fold(ctx context.Context, tx *db.Tx, most int) (n int, err error) {
	err = tx.QueryRow(ctx, `
		WITH taken AS (
			DELETE FROM usage_tail WHERE usage_id <= (SELECT max(usage_id) FROM (SELECT usage_id FROM usage_tail ORDER BY usage_id LIMIT $1) AS oldest)
			RETURNING *),
		added AS (
			INSERT INTO usage_total AS u (per, monthly, school_id, day, key, `+figureColumns+`)
			SELECT p.per, g.monthly, school_id, g.day, p.key, `+sums+`
			  FROM taken t
			 CROSS JOIN LATERAL (VALUES ('school', 0), ('year', t.year_group), ('printer', t.printer_id), ('account', t.account_id), ('person', t.person_id)) AS p (per, key)
			 CROSS JOIN LATERAL (VALUES (false, t.day), (true, date_trunc('month', t.day)::date)) AS g (monthly, day)
			 WHERE (p.per IN ('school', 'year') OR p.key <> 0) AND (g.monthly OR p.per <> 'person')
			 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
			    ON CONFLICT (per, monthly, school_id, day, key)`+adds+`)
		SELECT count(*) FROM taken`, most).Scan(&n)
	return n, err
}

// tryFolding has one node fold at a time.
func tryFolding(ctx context.Context, tx *db.Tx) (mine bool, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('usage-fold'))`).Scan(&mine)
	return mine, err
}

// dates are the first and last days of the span, of the whole months within it, of the days
// before those, and of the days after them; of none the last is before the first.
func (s Span) dates(more ...any) []any {
	m := s.months()
	all := []any{}
	for _, d := range []calendar.Date{s.From, s.To, m.From, m.To, s.From, min(m.From-1, s.To), max(m.To+1, m.From), s.To} {
		all = append(all, d.Time())
	}
	return append(all, more...)
}

// totalled is a dimension's whole months, the days before and after them, and what is in
// neither yet. It is part of one statement, which has one moment for all of them: a row is
// in exactly one.
func totalled(per Dimension, where string) string {
	key := map[Dimension]string{OfSchool: "0", OfYear: "year_group", OfPrinter: "printer_id", OfAccount: "account_id"}[per]
	has := ""
	if per == OfPrinter || per == OfAccount {
		has = " AND " + key + " <> 0"
	}
	from := func(monthly, days string) string {
		return `SELECT school_id, key, ` + figureColumns + ` FROM usage_total WHERE per = '` + string(per) + `' AND ` + monthly + ` AND day BETWEEN ` + days + where + ` UNION ALL `
	}
	return `(` + from("monthly", "$3 AND $4") + from("NOT monthly", "$5 AND $6") + from("NOT monthly", "$7 AND $8") + `
		SELECT school_id, ` + key + `, ` + figureColumns + ` FROM usage_tail WHERE day BETWEEN $1 AND $2` + has + where + `) AS u`
}

func totalsBy(ctx context.Context, tx *db.Tx, id school.ID, per Dimension, s Span) ([]Keyed, error) {
	rows, _ := tx.Query(ctx, `SELECT key, `+sums+` FROM `+totalled(per, " AND school_id = $9")+` GROUP BY key ORDER BY key`, s.dates(id)...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Keyed, err error) {
		return k, row.Scan(append([]any{&k.Key}, k.fields()...)...)
	})
}

func totalsOfSchools(ctx context.Context, tx *db.Tx, s Span) (map[school.ID]Figures, error) {
	rows, _ := tx.Query(ctx, `SELECT school_id, `+sums+` FROM `+totalled(OfSchool, "")+` GROUP BY school_id`, s.dates()...)
	return keyed[school.ID](rows)
}

func totalsByDay(ctx context.Context, tx *db.Tx, id school.ID, s Span) ([]Daily, error) {
	rows, _ := tx.Query(ctx, `
		SELECT day, `+sums+` FROM (
			SELECT day, `+figureColumns+` FROM usage_total WHERE per = 'school' AND NOT monthly AND school_id = $1 AND day BETWEEN $2 AND $3
			UNION ALL
			SELECT day, `+figureColumns+` FROM usage_tail WHERE school_id = $1 AND day BETWEEN $2 AND $3) AS u
		 GROUP BY day ORDER BY day`, id, s.From.Time(), s.To.Time())
	return pgx.CollectRows(rows, scanDaily)
}

func scanDaily(row pgx.CollectableRow) (d Daily, err error) {
	var day time.Time
	err = row.Scan(append([]any{&day}, d.fields()...)...)
	d.Day = calendar.DateOf(day)
	return d, err
}

func usageOf(ctx context.Context, tx *db.Tx, people []school.PersonID, s Span) (map[school.PersonID]Figures, error) {
	rows, _ := tx.Query(ctx, `
		SELECT person_id, `+sums+` FROM usage WHERE person_id = ANY ($1) AND day BETWEEN $2 AND $3 GROUP BY person_id`, people, s.From.Time(), s.To.Time())
	return keyed[school.PersonID](rows)
}

// usageAt takes whole months from their totals and what is not folded of them, and the days
// before and after from the people's own, which are always whole.
func usageAt(ctx context.Context, tx *db.Tx, id school.ID, s Span) (map[school.PersonID]Figures, error) {
	rows, _ := tx.Query(ctx, `
		SELECT key, `+sums+` FROM (
			SELECT key, `+figureColumns+` FROM usage_total WHERE per = 'person' AND monthly AND school_id = $7 AND day BETWEEN $1 AND $2
			UNION ALL
			SELECT person_id, `+figureColumns+` FROM usage_tail WHERE school_id = $7 AND day BETWEEN $1 AND $2
			UNION ALL
			SELECT person_id, `+figureColumns+` FROM usage WHERE school_id = $7 AND day BETWEEN $3 AND $4
			UNION ALL
			SELECT person_id, `+figureColumns+` FROM usage WHERE school_id = $7 AND day BETWEEN $5 AND $6) AS u
		 GROUP BY key`, s.dates(id)[2:]...)
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

// accountNames are the names of a school's accounts that are nobody's own.
func accountNames(ctx context.Context, tx *db.Tx, id school.ID) (map[int64]string, error) {
	rows, _ := tx.Query(ctx, `SELECT account_id, name FROM account WHERE school_id = $1 AND kind IN ('shared', 'centre') AND name IS NOT NULL`, id)
	all := map[int64]string{}
	var key int64
	var name string
	_, err := pgx.ForEachRow(rows, []any{&key, &name}, func() error {
		all[key] = name
		return nil
	})
	return all, err
}

// counts are numbers of people by key.
func counts(rows pgx.Rows) (map[int64]int, error) {
	all := map[int64]int{}
	var key int64
	var n int
	_, err := pgx.ForEachRow(rows, []any{&key, &n}, func() error {
		all[key] = n
		return nil
	})
	return all, err
}

func peopleOfYears(ctx context.Context, tx *db.Tx, id school.ID, s Span) (map[int64]int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT year_group, count(DISTINCT person_id) FROM usage WHERE school_id = $1 AND day BETWEEN $2 AND $3 GROUP BY year_group`,
		id, s.From.Time(), s.To.Time())
	return counts(rows)
}

// peopleOfAccounts counts who released something at the cost of each account that is nobody's
// own: a year of everybody's own need not be read for it.
func peopleOfAccounts(ctx context.Context, tx *db.Tx, id school.ID, from, until time.Time) (map[int64]int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT t.from_account, count(DISTINCT t.actor) FROM account a JOIN transfer t ON t.from_account = a.account_id
		 WHERE a.school_id = $1 AND a.kind IN ('shared', 'centre') AND t.kind = 'reserve' AND t.at >= $2 AND t.at < $3 GROUP BY t.from_account`, id, from, until)
	return counts(rows)
}

func eachDayOfPeople(ctx context.Context, tx *db.Tx, id school.ID, s Span, fn func(calendar.Date, school.PersonID)) error {
	rows, _ := tx.Query(ctx, `SELECT day, person_id FROM usage WHERE school_id = $1 AND day BETWEEN $2 AND $3`, id, s.From.Time(), s.To.Time())
	var day time.Time
	var p school.PersonID
	_, err := pgx.ForEachRow(rows, []any{&day, &p}, func() error {
		fn(calendar.DateOf(day), p)
		return nil
	})
	return err
}
