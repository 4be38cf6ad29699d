package conduct_test

import (
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// TestFlagsAreForgottenAfterAYear: with what rests on them; what is younger, or waits, stays.
func TestFlagsAreForgottenAfterAYear(t *testing.T) {
	s := newRuled(t)
	lead, _, _ := s.keepers()
	s.given("Sam is stopped for a burst", s.seen(s.Sam, burst))
	cases, err := s.MyCases(t.Context(), s.Sam)
	if err != nil || len(cases) == 0 {
		t.Fatalf("%+v, %v", cases, err)
	}
	_, err = s.Object(t.Context(), s.Sam, cases[0], "It was my coursework.")
	s.given("and objects", err)
	closed, open := s.flag(s.Mia, nil, &s.IT, "safeguarding", "safeguarding"), s.flag(s.Sam, nil, &s.IT, "safeguarding", "safeguarding")
	dbtest.Exec(t, s.db, "UPDATE matter SET acknowledged_at = $2, acknowledged_by = $3, closed_at = $2, closed_by = $3 WHERE flag_id = $1", closed, s.clock.Now(), lead.Person)
	count := func(table string) int { return dbtest.Value[int](t, s.db, "SELECT count(*) FROM "+table) }

	s.when("eleven months later the server forgets", s.forgets(11))
	if count("flag") != 3 || count("step") != 1 || count("suspension") != 1 || count("objection") != 1 || count("matter") != 2 {
		t.Error("something went too soon")
	}
	s.given("Mia is flagged then", s.releases(s.Mia, burst))
	s.given("", s.looks(s.one))
	s.when("two months after that it forgets again", s.forgets(2))
	if count("step") != 1 || count("suspension") != 1 || count("objection") != 0 || count("matter") != 1 {
		t.Errorf("%d steps, %d withdrawals, %d objections, %d matters are left", count("step"), count("suspension"), count("objection"), count("matter"))
	}
	if n := dbtest.Value[int](t, s.db, "SELECT count(*) FROM flag WHERE flag_id = $1", open); n != 1 {
		t.Error("a matter that is open lost its flag")
	}
	if sam, mia := ofRules(s, s.Sam), ofRules(s, s.Mia); sam != 0 || mia == 0 {
		t.Errorf("rules' flags left: %d of Sam's, %d of Mia's", sam, mia)
	}
	s.then("and how many went is on record", s.recorded("conduct-forgotten"))
	s.then("nobody deletes a flag otherwise", s.impossible("permission denied", "DELETE FROM flag"))
	s.then("nor forgets what is young", s.impossible("younger", "SELECT forget_conduct(tx_now())"))
	if conduct.KeptFor != 12 {
		t.Error("the school was told of twelve months")
	}
}

// TestALegalHoldKeepsFlags: what is a year old stays while a hold is on whom it is about, and goes after it; of others it goes.
func TestALegalHoldKeepsFlags(t *testing.T) {
	s := newRuled(t)
	s.given("Sam is stopped for a burst", s.seen(s.Sam, burst))
	s.given("and so is Mia", s.seen(s.Mia, burst))
	cases, err := s.MyCases(t.Context(), s.Sam)
	if err != nil || len(cases) == 0 {
		t.Fatalf("%+v, %v", cases, err)
	}
	_, err = s.Object(t.Context(), s.Sam, cases[0], "It was my coursework.")
	s.given("Sam objects", err)
	dbtest.Exec(t, s.db, "INSERT INTO legal_hold (school_id, person_id, reason, placed_at, review_on) VALUES ($1, $2, 'police', $3, $3::timestamptz + interval '9 days')", s.School, s.Sam.Person, s.clock.Now())
	of := func(who school.Actor) (n [4]int) {
		for i, table := range []string{"flag", "step", "suspension", "objection"} {
			n[i] = dbtest.Value[int](t, s.db, "SELECT count(*) FROM "+table+" WHERE person_id = $1", who.Person)
		}
		return n
	}
	sam := of(s.Sam)
	s.when("fourteen months later the server forgets", s.forgets(14))
	if now := of(s.Sam); now != sam || now[0] == 0 || now[2] == 0 || now[3] == 0 {
		t.Errorf("of flags, steps, withdrawals and objections under a hold there were %v and are %v", sam, now)
	}
	if now := of(s.Mia); now != [4]int{} {
		t.Errorf("of another there are %v", now)
	}
	if n := dbtest.Value[int](t, s.db, "SELECT (facts ->> 'people_on_hold')::int FROM audit WHERE act = 'conduct-forgotten'"); n != 1 {
		t.Errorf("on record are %d people on hold", n)
	}
	dbtest.Exec(t, s.db, "UPDATE legal_hold SET ended_at = $1, end_reason = 'over'", s.clock.Now())
	s.when("the hold has ended it forgets again", s.forgets(0))
	if now := of(s.Sam); now != [4]int{} {
		t.Errorf("after the hold there are %v", now)
	}
}

// forgets lets so many months pass and forgets.
func (s *ruled) forgets(months int) error {
	s.clock.Advance(s.clock.Now().AddDate(0, months, 0).Sub(s.clock.Now()))
	return s.Forget(s.t.Context())
}

func ofRules(s *ruled, who school.Actor) int {
	return dbtest.Value[int](s.t, s.db, "SELECT count(*) FROM flag WHERE person_id = $1 AND rule IS NOT NULL", who.Person)
}
