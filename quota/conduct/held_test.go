package conduct_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// reached has waste take Mia so far that only a person may go on.
func (s *ruled) reached() {
	s.t.Helper()
	for day, at := range []string{"Tue 17 Nov 10:00", "Wed 18 Nov 10:01", "Thu 19 Nov 10:02"} {
		s.at(at)
		s.given("Mia prints the same page six times", s.seen(s.Mia, print{jobs: 6, document: 7 + day, station: "library"}))
	}
	s.given("the points reach further than waste may", s.steps(s.Mia, "notice tutor teacher-release(person)"))
}

// held wants so many steps to wait for somebody, and says the first.
func (s *ruled) held(by school.Actor, want int) (first conduct.HeldStep, err error) {
	all, err := s.HeldSteps(s.t.Context(), by)
	if err == nil && len(all) != want {
		err = fmt.Errorf("%d steps wait, want %d: %+v", len(all), want, all)
	}
	if len(all) > 0 {
		first = all[0]
	}
	return first, err
}

func TestAStepThatWaitsIsConfirmed(t *testing.T) {
	s := newRuled(t)
	head := s.headed()
	s.reached()
	step, err := s.held(head, 1)
	s.then("it waits for the head", err)
	s.then("Mia prints meanwhile", s.prints(s.Mia))
	s.then("nobody decides without a reason", refused(s.DecideStep(t.Context(), head, step.ID, conduct.Confirmed, time.Time{}, " "), "reason-missing"))
	s.then("a teacher who is not asked does not decide", refused(s.DecideStep(t.Context(), s.Teacher, step.ID, conduct.Confirmed, time.Time{}, "x"), "step-unknown"))
	s.then("nor is it lifted", refused(s.DecideStep(t.Context(), head, step.ID, conduct.Lifted, time.Time{}, "x"), "step-verdict"))
	s.when("the head confirms it", s.DecideStep(t.Context(), head, step.ID, conduct.Confirmed, time.Time{}, "We have talked."))
	s.then("her teacher prints with her, for two school days", s.stopped(s.Mia, "A teacher prints your work with you until Monday 23 November"))
	s.then("it says who confirmed it, and on what it rests", s.impossible("division by zero", `
		SELECT 1 / (count(*) - 1) FROM suspension WHERE confirmed_by = $1 AND set_id IS NOT NULL AND jsonb_array_length(evidence -> 'flags') = 3`, head.Pseudonym))
	s.then("it is decided once", refused(s.DecideStep(t.Context(), head, step.ID, conduct.Dropped, time.Time{}, "x"), "step-unknown"))
	s.then("it is on record", s.recorded("step-confirmed"))
	s.then("Mia can object, and not to who confirmed it", s.objected(s.Mia, head))
}

// objected has somebody object, and wants the reviewer to be another.
func (s *ruled) objected(who, not school.Actor) error {
	all, err := s.MyCases(s.t.Context(), who)
	if err != nil || len(all) == 0 {
		return fmt.Errorf("there is no case: %w", err)
	}
	made, err := s.Object(s.t.Context(), who, all[0], "It was my coursework.")
	if err == nil && made.Reviewer == not.Person {
		err = errors.New("who confirmed it is asked")
	}
	return err
}

func TestAStepThatWaitsIsShortenedOrDropped(t *testing.T) {
	s := newRuled(t)
	head := s.headed()
	s.reached()
	step, err := s.held(head, 1)
	s.then("it waits for the head", err)
	s.then("it is not made longer", refused(s.DecideStep(t.Context(), head, step.ID, conduct.Shortened, step.Most.Add(time.Hour), "x"), "shorten-until"))
	s.when("she shortens it to three hours", s.DecideStep(t.Context(), head, step.ID, conduct.Shortened, s.clock.Now().Add(3*time.Hour), "Until the lesson is over."))
	s.then("Mia is stopped", s.stopped(s.Mia, "Thursday 19 November, 13:0"))
	s.clock.Advance(3 * time.Hour)
	s.then("and then prints", s.prints(s.Mia))

	s.at("Fri 20 Nov 10:30")
	s.when("she does it once more", s.seen(s.Mia, print{jobs: 6, document: 99, station: "library"}))
	step, err = s.held(head, 1)
	s.then("another step waits", err)
	s.when("the head drops that", s.DecideStep(t.Context(), head, step.ID, conduct.Dropped, time.Time{}, "The printer was jammed."))
	s.then("Mia prints", s.prints(s.Mia))
	_, err = s.held(head, 0)
	s.then("nothing waits", err)
	s.then("her flags stand", s.flags(s.Mia, "", 4))
}

func TestAStepDoesNotWaitForEver(t *testing.T) {
	s := newRuled(t)
	head := s.headed()
	s.reached()
	s.at("Mon 14 Dec 10:00")
	_, err := s.held(head, 1)
	s.then("it waits still", err)
	s.at("Fri 18 Dec 10:00")
	_, err = s.held(head, 0)
	s.then("after four weeks it waits no more", err)
	s.then("nobody decides about what never waited", s.impossible("step_decidable", "UPDATE step SET decision = 'dropped', decided = 'x', decided_by = $1, decided_at = $2 WHERE held_back IS NULL", head.Person, s.clock.Now()))
	s.then("nor without a reason", s.impossible("step_decided", "UPDATE step SET decision = 'dropped', decided_by = $1, decided_at = $2 WHERE held_back = 'person'", head.Person, s.clock.Now()))
}

// TestWhatOnlyReportsAsksNobody: in a school's first weeks there is nothing to confirm.
func TestWhatOnlyReportsAsksNobody(t *testing.T) {
	s := newRuled(t)
	head := s.headed()
	dbtest.Exec(t, s.db, "UPDATE conduct_school SET acts_from = '2030-01-01'")
	for day, at := range []string{"Mon 16 Nov 10:00", "Tue 17 Nov 10:01", "Wed 18 Nov 10:02", "Thu 19 Nov 10:03"} {
		s.at(at)
		s.when("Mia prints the same page six times", s.seen(s.Mia, print{jobs: 6, document: 7 + day, station: "library"}))
	}
	s.then("it is on record, once", s.steps(s.Mia, "notice(report-only) tutor(report-only) teacher-release(report-only)"))
	_, err := s.held(head, 0)
	s.then("nobody is asked", err)
}
