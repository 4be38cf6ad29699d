package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
)

// pageAnswer is how long a page may take at the server, at the 95th percentile.
const pageAnswer = 50 * time.Millisecond

// grow makes the house's school one of 45 with so many people, each of whom printed a job on
// each of so many days, which is on record.
func (h *house) grow(people, days int) {
	h.Helper()
	exec := func(sql string, args ...any) { dbtest.Exec(h.T, h.db, sql, args...) }
	exec(`INSERT INTO school (name, time_zone) SELECT 'School ' || n, 'Europe/London' FROM generate_series(2, 45) AS n`)
	exec(`
		INSERT INTO person (school_id, username, given_name, family_name, year_group)
		SELECT s.school_id, 'p' || n, 'Given' || n % 977, 'Family' || n % 1009, 7 + n % 5 FROM generate_series(1, $1::int) AS n
		  JOIN (SELECT school_id, row_number() OVER (ORDER BY school_id) - 1 AS place FROM school) AS s ON s.place = n % 45`, people)
	exec(`INSERT INTO person_role (person_id, school_id, role) SELECT person_id, school_id, 'pupil' FROM person WHERE username LIKE 'p%'`)
	for d := range days {
		day := dayOf(friday).AddDate(0, 0, -d*2)
		exec(`
			INSERT INTO usage (person_id, school_id, day, year_group, jobs, impressions, colour, sheets, amount, duplex, left_jobs, left_sheets)
			SELECT person_id, school_id, $1, year_group, 1, 2, 0, 1, 2, 1, 0, 0 FROM person WHERE username LIKE 'p%'`, day)
		exec(`
			INSERT INTO audit (school_id, at, act, actor, subject, object)
			SELECT school_id, $1::timestamptz + (person_id % 36000) * interval '1 second', 'job-released', pseudonym, pseudonym, 'job:' || person_id FROM person WHERE username LIKE 'p%'`, day)
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		pupils, err := school.SearchPeople(ctx, tx, h.School, "family", 30)
		ids := idsOf(pupils)
		if err != nil {
			return err
		}
		return school.AddClasses(ctx, tx, h.School, []school.Class{{Name: "9Z", Pupils: ids, Teachers: []school.PersonID{h.Teacher.Person}, From: friday.AddDate(0, -3, 0), To: friday.AddDate(0, 3, 0)}})
	})
	exec("ANALYZE") //nolint:misspell // SQL's
}

// TestPagesOfATrust asks for the pages that look furthest back; with INKWELL_PROVE set of
// 60,000 people and 10 million jobs, each within 50 ms at the 95th percentile.
func TestPagesOfATrust(t *testing.T) {
	people, days, rounds := 450, 5, 5
	prove := os.Getenv("INKWELL_PROVE") != ""
	if prove {
		people, days, rounds = 60_000, 167, 200
	}
	h := newHouse(t)
	h.grow(people, days)
	somebody := dbtest.Value[school.PersonID](t, h.db, "SELECT min(person_id) FROM person WHERE school_id = $1 AND username LIKE 'p%'", h.School)
	class := dbtest.Value[school.ClassID](t, h.db, "SELECT class_id FROM class WHERE name = '9Z'")
	for _, page := range []struct {
		name, path string
		who        school.Actor
	}{
		{"class", classPath(class), h.Teacher}, {"class usage, a year", fmt.Sprintf("%s?class=%d&from=2025-12-01&to=2026-11-20", classUsagePath, class), h.Teacher},
		{"person", h.page(somebody), h.IT}, {"search", "/staff/people?q=family7", h.IT}, {"audit", recordPath, h.IT},
	} {
		var all []time.Duration
		for i := range rounds + 3 {
			began := time.Now()
			a := h.serve(&page.who, httptest.NewRequest(http.MethodGet, page.path, nil))
			if i >= 3 { // connections and plans are there by then
				all = append(all, time.Since(began))
			}
			if a.Code != http.StatusOK || a.Body.Len() > 100_000 {
				t.Fatalf("%s: %d, %d bytes", page.name, a.Code, a.Body.Len())
			}
		}
		slices.Sort(all)
		p95 := all[len(all)*95/100]
		t.Logf("%d jobs of %d people: %-20s p50 %v, p95 %v", people*days, people, page.name, all[len(all)/2].Round(10*time.Microsecond), p95.Round(10*time.Microsecond))
		if prove && p95 > pageAnswer {
			t.Errorf("%s takes %v", page.name, p95)
		}
	}
}
