package quota_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
)

// A trust of 60,000 people in 45 schools prints 10 million jobs a year.
const (
	jobsOfOne   = 167
	ofASchool   = 1333
	printersOf  = 20
	usageAnswer = 50 * time.Millisecond // at the 95th percentile
)

// trust is a year of a trust's usage.
type trust struct {
	db     *db.DB
	jobs   int
	people int
	year   quota.Span
}

// newTrust is a year of so many jobs.
func newTrust(t *testing.T, jobs int) trust {
	t.Helper()
	tr := trust{jobs: jobs, people: jobs / jobsOfOne, year: quota.Span{From: firstDay, To: firstDay + 345}}
	tr.db = dbtest.Kept(t, fmt.Sprintf("usage-%d", jobs), func(d *db.DB) { tr.fill(t, d) })
	return tr
}

// fill writes what settlements would have written, and what the folder would have made of all
// but the last minute's: by statements that pass over all of it, since 10 million settlements
// take hours.
func (tr trust) fill(t *testing.T, d *db.DB) {
	t.Helper()
	exec := dbtest.Fill(t, d)
	schools := (tr.people + ofASchool - 1) / ofASchool
	exec(`SET work_mem = '512MB'; SET maintenance_work_mem = '512MB'`)
	exec(`INSERT INTO school (name, time_zone) SELECT 'School ' || n, 'Europe/London' FROM generate_series(1, $1::int) AS n`, schools)
	exec(`
		INSERT INTO person (school_id, username, given_name, family_name, year_group)
		SELECT 1 + (n - 1) / $2::int, 'p' || n, 'P', 'P', CASE WHEN n % 8 > 0 THEN 6 + n % 8 END FROM generate_series(1, $1::int) AS n`, tr.people, ofASchool)
	late := min(500, tr.jobs/20) // what a minute brings, at the worst
	exec(`
		CREATE UNLOGGED TABLE made AS
		SELECT p.person_id, p.school_id, coalesce(p.year_group, -1) AS year_group, $3::date + j.day AS day, j.n <= $5::int AS late,
		       CASE WHEN j.r3 < 0.09 THEN 0 ELSE p.school_id * 100 + (j.r2 * j.r2 * $4::int)::int END AS printer_id,
		       CASE WHEN j.r3 > 0.8 THEN p.school_id * 1000 + (j.r3 * 100)::int % 25 ELSE 0 END AS account_id,
		       (j.r3 >= 0.09)::int AS jobs, CASE WHEN j.r3 < 0.09 THEN 0 ELSE 1 + (j.r2 * j.r3 * 9)::int END AS impressions, 0 AS colour,
		       CASE WHEN j.r3 < 0.09 THEN 0 ELSE 1 + (j.r2 * j.r3 * 5)::int END AS sheets, CASE WHEN j.r3 < 0.09 THEN 0 ELSE 1 + (j.r2 * j.r3 * 9)::int END AS amount, 0 AS duplex,
		       (j.r3 < 0.09)::int AS left_jobs, CASE WHEN j.r3 < 0.09 THEN 1 + (j.r2 * j.r3 * 5)::int ELSE 0 END AS left_sheets
		  FROM (SELECT n, 1 + (power(random(), 1.5) * ($2::int - 1))::int AS person, (random() * 340)::int AS day, random() AS r2, random() AS r3
		          FROM generate_series(1, $1::int) AS n) AS j
		  JOIN person p ON p.person_id = j.person`, tr.jobs, tr.people, tr.year.From.Time(), printersOf, late)
	const figures = `jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets`
	const sums = `sum(jobs), sum(impressions), sum(colour), sum(sheets), sum(amount), sum(duplex), sum(left_jobs), sum(left_sheets)`
	use := func(which string) {
		exec(`
			INSERT INTO usage AS u (person_id, school_id, day, year_group, ` + figures + `)
			SELECT person_id, school_id, day, min(year_group), ` + sums + ` FROM made WHERE ` + which + ` GROUP BY person_id, school_id, day ORDER BY day
			    ON CONFLICT (person_id, day) DO UPDATE SET jobs = u.jobs + excluded.jobs, impressions = u.impressions + excluded.impressions, sheets = u.sheets + excluded.sheets,
			       amount = u.amount + excluded.amount, left_jobs = u.left_jobs + excluded.left_jobs, left_sheets = u.left_sheets + excluded.left_sheets`)
	}
	total := func(per, monthly, day, key, from string) {
		exec(`
			INSERT INTO usage_total (per, monthly, school_id, day, key, ` + figures + `)
			SELECT ` + per + `, ` + monthly + `, school_id, ` + day + ` AS d, ` + key + ` AS k, ` + sums + ` FROM ` + from + ` GROUP BY 1, school_id, d, k ORDER BY d`)
	}
	use(`NOT late`)
	total(`'person'`, `true`, `date_trunc('month', day)::date`, `person_id`, `usage`)
	total(`'school'`, `false`, `day`, `0::bigint`, `usage`)
	total(`'year'`, `false`, `day`, `year_group`, `usage`)
	total(`'printer'`, `false`, `day`, `printer_id`, `made WHERE NOT late AND printer_id <> 0`)
	total(`'account'`, `false`, `day`, `account_id`, `made WHERE NOT late AND account_id <> 0`)
	total(`per`, `true`, `date_trunc('month', day)::date`, `key`, `usage_total WHERE NOT monthly`)
	use(`late`)
	exec(`
		INSERT INTO usage_tail (school_id, day, person_id, year_group, printer_id, account_id, ` + figures + `)
		SELECT school_id, day, person_id, year_group, printer_id, account_id, ` + figures + ` FROM made WHERE late`)
	exec(`DROP TABLE made`)
	exec("VACUUM ANALYZE") //nolint:misspell // SQL's
}

// question is one that a page or a command asks.
type question struct {
	name string
	ask  func(ctx context.Context, tx *db.Tx, sc school.ID, person school.PersonID) error
}

func (tr trust) questions() []question {
	by := func(per quota.Dimension) func(context.Context, *db.Tx, school.ID, school.PersonID) error {
		return func(ctx context.Context, tx *db.Tx, sc school.ID, _ school.PersonID) error {
			_, err := quota.UsageBy(ctx, tx, sc, per, tr.year)
			return err
		}
	}
	return []question{
		{"a school by year group", by(quota.OfYear)},
		{"a school by printer", by(quota.OfPrinter)},
		{"a school by department", by(quota.OfAccount)},
		{"a school by day", func(ctx context.Context, tx *db.Tx, sc school.ID, _ school.PersonID) error {
			_, err := quota.UsageByDay(ctx, tx, sc, tr.year)
			return err
		}},
		{"a person by day", func(ctx context.Context, tx *db.Tx, _ school.ID, p school.PersonID) error {
			_, err := quota.UsageDaysOf(ctx, tx, []school.PersonID{p}, tr.year)
			return err
		}},
		{"a class of 30", func(ctx context.Context, tx *db.Tx, _ school.ID, p school.PersonID) error {
			_, err := quota.UsageOf(ctx, tx, classFrom(p, 30), tr.year)
			return err
		}},
		{"every person of a school", func(ctx context.Context, tx *db.Tx, sc school.ID, _ school.PersonID) error {
			_, err := quota.UsageOfEverybody(ctx, tx, sc, tr.year)
			return err
		}},
	}
}

func classFrom(p school.PersonID, n int) (all []school.PersonID) {
	for i := range n {
		all = append(all, p+school.PersonID(i*7))
	}
	return all
}

// TestUsageOfATrust asks everything of a year of a trust; with INKWELL_PROVE set of 0.1, 1
// and 10 million jobs, and each within 50 ms at the 95th percentile.
func TestUsageOfATrust(t *testing.T) {
	sizes, rounds := []int{6_000}, 5
	prove := os.Getenv("INKWELL_PROVE") != ""
	if prove {
		sizes, rounds = []int{100_000, 1_000_000, 10_000_000}, 200
	}
	for _, jobs := range sizes {
		t.Run(fmt.Sprint(jobs), func(t *testing.T) {
			began := time.Now()
			tr := newTrust(t, jobs)
			t.Logf("%d jobs of %d people: filled in %v; %s", jobs, tr.people, time.Since(began).Round(time.Second),
				dbtest.Value[string](t, tr.db, `SELECT (SELECT count(*) FROM usage) || ' days of people, ' || (SELECT count(*) FROM usage_total) || ' totals, ' ||
					(SELECT count(*) FROM usage_tail) || ' in the tail, ' || pg_size_pretty(pg_database_size(current_database()))`))
			for _, q := range append(tr.questions(), question{"the trust by school", nil}) {
				p50, p95 := tr.times(t, q, rounds)
				t.Logf("%-26s p50 %8v  p95 %8v", q.name, p50.Round(10*time.Microsecond), p95.Round(10*time.Microsecond))
				if prove && p95 > usageAnswer {
					t.Errorf("%s takes %v", q.name, p95)
				}
			}
			tr.addsUp(t)
		})
	}
}

func (tr trust) times(t *testing.T, q question, rounds int) (p50, p95 time.Duration) {
	t.Helper()
	var all []time.Duration
	for i := range rounds + 3 {
		person := school.PersonID(1 + rand.IntN(tr.people)) // #nosec G404 -- any
		sc := school.ID(1 + (int(person)-1)/ofASchool)
		scope := db.InSchool(sc)
		if q.ask == nil {
			scope = db.System("usage")
		}
		began := time.Now()
		err := tr.db.Look(t.Context(), scope, func(ctx context.Context, tx *db.Tx) error {
			if q.ask == nil {
				_, err := quota.UsageOfSchools(ctx, tx, tr.year)
				return err
			}
			return q.ask(ctx, tx, sc, person)
		})
		if err != nil {
			t.Fatal(err)
		}
		if i >= 3 { // connections and plans are there by then
			all = append(all, time.Since(began))
		}
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*95/100]
}

// addsUp holds every way of asking against the number of jobs that there were.
func (tr trust) addsUp(t *testing.T) {
	t.Helper()
	want := int64(tr.jobs)
	var schools quota.Figures
	err := tr.db.Look(t.Context(), db.System("usage"), func(ctx context.Context, tx *db.Tx) error {
		all, err := quota.UsageOfSchools(ctx, tx, tr.year)
		for id, f := range all {
			schools = schools.Plus(f)
			years, err := quota.UsageBy(ctx, tx, id, quota.OfYear, tr.year)
			if err != nil {
				return err
			}
			days, err := quota.UsageByDay(ctx, tx, id, tr.year)
			if err != nil {
				return err
			}
			people, err := quota.UsageOfEverybody(ctx, tx, id, tr.year)
			if err != nil {
				return err
			}
			var sum quota.Figures
			for _, one := range people {
				sum = sum.Plus(one)
			}
			if f != quota.Total(years) || f != quota.Total(days) || f != sum {
				t.Errorf("school %d: %+v, by year %+v, by day %+v, by person %+v", id, f, quota.Total(years), quota.Total(days), sum)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := schools.Jobs + schools.LeftJobs; got != want {
		t.Errorf("%d jobs, want %d", got, want)
	}
}
