package conduct_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
	"inkwell/quota/conduct/rule"
)

// TestAChangedPolicyIsTriedOnThePast: a rule that would hit one more pupil says so, by year and
// class, and changes nothing but the audit record.
func TestAChangedPolicyIsTriedOnThePast(t *testing.T) {
	s := newRuled(t)
	began := s.clock.Now()
	s.given("Sam prints 8 jobs at once, and Mia the same document twice", s.releases(s.Sam, print{jobs: 8, pages: 2, station: "library"}))
	s.given("and Mia", s.releases(s.Mia, print{jobs: 2, pages: 1, station: "library", document: 7}))
	dbtest.Exec(t, s.db, "UPDATE person SET year_group = 8 WHERE person_id = $1", s.Sam.Person)
	s.clock.Advance(time.Hour)
	ends := s.clock.Now()

	changed := rule.Default()
	for i, r := range changed.Rules {
		if r.Number == 1 {
			changed.Rules[i].With = map[string]int{"jobs": 8}
		}
	}
	counts := func() [3]int {
		return [3]int{dbtest.Value[int](t, s.db, "SELECT count(*) FROM flag"), dbtest.Value[int](t, s.db, "SELECT count(*) FROM step"), dbtest.Value[int](t, s.db, "SELECT count(*) FROM suspension")}
	}
	before := counts()
	r, err := conduct.Try(t.Context(), s.db, s.IT.Pseudonym, s.School, changed, began.Add(-time.Hour), ends)
	if err != nil {
		t.Fatal(err)
	}
	if r.Old.Hit() != 0 || r.New != (conduct.Reach{Withdrawn: 1}) {
		t.Errorf("old %+v, new %+v", r.Old, r.New)
	}
	if len(r.Hits) != 1 || r.Hits[0].Person != s.Sam.Person || r.Hits[0].Old != conduct.Untouched || r.Hits[0].New != conduct.PrintingWithdrawn {
		t.Errorf("hits %+v", r.Hits)
	}
	if len(r.Groups) == 0 || r.Groups[0].Year != 8 || r.Groups[0].New.Withdrawn != 1 {
		t.Errorf("groups %+v", r.Groups)
	}
	if got := counts(); got != before {
		t.Errorf("flags, steps and suspensions were %v, are %v", before, got)
	}
	if n := dbtest.Value[int](t, s.db, "SELECT count(*) FROM audit WHERE act = 'conduct-replayed' AND actor = $1", s.IT.Pseudonym); n != 1 {
		t.Errorf("the audit record has %d lines of it", n)
	}
	w := r.WithoutPeople()
	for _, g := range w.Groups {
		if g.Class != "" {
			t.Errorf("class %s is told to everybody", g.Class)
		}
	}
	if w.Hits != nil || conduct.Cell(w.New.Withdrawn, false) != "under 5" || conduct.Cell(5, false) != "5" || conduct.Cell(0, false) != "0" || conduct.Cell(3, true) != "3" {
		t.Errorf("without people it tells %+v", w)
	}
	// What was later, or earlier, is not of that period.
	for _, c := range [][2]time.Time{{ends, ends.Add(time.Minute)}, {began.Add(-48 * time.Hour), began}} {
		s.clock.Advance(time.Minute)
		r, err := conduct.Try(t.Context(), s.db, "", s.School, changed, c[0], c[1])
		if err != nil || r.New.Hit() != 0 {
			t.Errorf("%v: %+v, %v", c, r.New, err)
		}
	}
}

// TestAReplayTellsNothingOfSafeguarding: not by a figure either.
func TestAReplayTellsNothingOfSafeguarding(t *testing.T) {
	s := newRuled(t)
	began := s.clock.Now()
	dbtest.Exec(t, s.db, "INSERT INTO fact (school_id, person_id, at, kind, detail) VALUES ($1, $2, $3, 'title-word', '{\"word\": 1}')", s.School, s.Sam.Person, began)
	s.clock.Advance(time.Hour)
	r, err := conduct.Try(t.Context(), s.db, "", s.School, rule.Default(), began.Add(-time.Hour), s.clock.Now())
	if err != nil || r.Events != 1 {
		t.Fatalf("%d events, %v", r.Events, err)
	}
	if r.Old.Hit()+r.New.Hit() != 0 || len(r.Groups)+len(r.Hits) != 0 {
		t.Errorf("it tells %+v", r)
	}
}

func TestWhatIsNoPeriodOfAReplay(t *testing.T) {
	s := newRuled(t)
	now := s.clock.Now()
	broken := rule.Default()
	broken.Ladder.Rungs = nil
	for _, c := range []struct {
		from, to time.Time
		set      rule.Set
		code     string
	}{
		{now, now, rule.Default(), "replay-period"},
		{now.Add(-time.Hour), now.Add(time.Hour), rule.Default(), "replay-period"},
		{now.AddDate(-2, 0, 0), now, rule.Default(), "replay-period"},
		{now.Add(-time.Hour), now, broken, "conduct-rules"},
	} {
		_, err := conduct.Try(context.WithoutCancel(t.Context()), s.db, "", s.School, c.set, c.from, c.to)
		if f := fault.As(err); f == nil || f.Code != c.code {
			t.Errorf("%v to %v: %v, want %s", c.from, c.to, err, c.code)
		}
	}
}
