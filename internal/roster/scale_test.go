package roster_test

import (
	"os"
	"testing"
	"time"
)

// A trust comes in, and comes in again without a row being written.
func TestATrustComesInAndComesAgain(t *testing.T) {
	t.Parallel()
	schools, count := 3, 3000
	if os.Getenv("INKWELL_PROVE") != "" {
		schools, count = 50, 60_000
	}
	const most = 20 * time.Second
	o := newOffice(t)
	g := generate(schools, count)
	path := g.oneRoster("1.1").zipped(t)
	for _, outcome := range []string{"applied", "unchanged"} {
		before, began := rowsOf(t, o.db), time.Now()
		step := began
		result := o.must(t, outcome, path, func(o *options) {
			o.Progress = func(what string, done, of int) {
				t.Logf("%6s %s %d of %d", time.Since(step).Round(time.Millisecond), what, done, of)
				step = time.Now()
			}
		})
		took := time.Since(began)
		t.Logf("%s: %d people, %d enrolments in %s", outcome, result.People, result.Enrolled, took.Round(time.Millisecond))
		if took > most {
			t.Errorf("%s took %s, more than %s", outcome, took, most)
		}
		if result.People != len(g.people) {
			t.Errorf("%d people, want %d", result.People, len(g.people))
		}
		if outcome == "unchanged" && rowsOf(t, o.db) != before {
			t.Error("a row was written again")
		}
	}
}
