package conduct_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/quota/conduct"
)

func TestATeachersPauseEndsAtTheBell(t *testing.T) {
	s := newStory(t)
	s.at("Tue 17 Nov 09:40")
	_, err := s.PauseClass(t.Context(), s.Teacher, s.a7)
	s.when("Tom, who is teaching 7A, pauses printing at 09:40", err)
	s.then("Mia of 7A is stopped and reads until when", s.stopped(s.Mia, "Your teacher has paused printing for 7A", "10:00"))
	s.then("Sam of another class prints on", s.prints(s.Sam))
	s.then("it is on record", s.recorded("class-paused"))
	_, err = s.PauseClass(t.Context(), s.Teacher, s.a7)
	s.then("a second pause is none", refused(err, "class-paused"))
	s.at("Tue 17 Nov 10:00")
	s.then("Mia prints again at the bell", s.prints(s.Mia))
}

func TestATeacherPausesOnlyTheClassThatTheyTeachNow(t *testing.T) {
	s := newStory(t)
	s.at("Tue 17 Nov 09:40")
	_, err := s.PauseClass(t.Context(), s.Teacher, s.x11)
	s.then("another's class is none of theirs", refused(err, "class-unknown"))
	_, err = s.PauseClass(t.Context(), s.Sam, s.x11)
	s.then("a pupil pauses nobody", refused(err, "not-allowed"))
	s.at("Tue 17 Nov 10:10")
	_, err = s.PauseClass(t.Context(), s.Teacher, s.a7)
	s.then("after the lesson it is too late", refused(err, "lesson-none"))
	s.then("and everybody prints", s.prints(s.Mia))
}

func TestATeacherEndsTheirPauseAndNobodyElses(t *testing.T) {
	s := newStory(t)
	s.at("Tue 17 Nov 09:10")
	mine, err := s.PauseClass(t.Context(), s.Teacher, s.a7)
	s.given("Tom's pause of 7A", err)
	tx := as(s.Chief, "teacher")
	other, err := s.PauseClass(t.Context(), tx, s.x11)
	s.given("Cleo's pause of 11X", err)
	s.then("Tom cannot end Cleo's", refused(s.LiftOrder(t.Context(), s.Teacher, other.ID, ""), "order-unknown"))
	s.when("Tom ends his own", s.LiftOrder(t.Context(), s.Teacher, mine.ID, ""))
	s.then("Mia prints", s.prints(s.Mia))
	s.then("Sam does not", s.stopped(s.Sam, "11X"))
	s.when("IT ends Cleo's", s.LiftOrder(t.Context(), s.IT, other.ID, "the lesson moved"))
	s.then("Sam prints", s.prints(s.Sam))
}

func TestASuspendedClassWithAnExemptPupil(t *testing.T) {
	s := newStory(t)
	dbtest.Exec(t, s.db, "INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) VALUES ($1, $2, $3, 'pupil', '2026-09-01', '2027-09-01')", s.a7, s.Sam.Person, s.School)
	dbtest.Exec(t, s.db, `INSERT INTO exemption (school_id, person_id, reason, starts_at, ends_at, made_by, by_officer) VALUES ($1, $2, 'prints for reading support', $3, $4, $5, true)`,
		s.School, s.Sam.Person, morning.AddDate(0, 0, -1), morning.AddDate(0, 1, 0), s.Chief.Person)
	o, err := s.SuspendGroup(t.Context(), s.IT, conduct.Group{Class: s.a7}, morning, morning.AddDate(0, 0, 2), "Paper thrown about the library")
	s.when("IT withdraws printing from 7A", err)
	s.then("Mia is stopped", s.stopped(s.Mia, "Paper thrown about"))
	s.then("Sam, whom the head let off all rules, prints", s.prints(s.Sam))
	if o.Pupils != 1 || o.Spared != 1 {
		t.Errorf("the order says it meets %d and spares %d", o.Pupils, o.Spared)
	}
	s.then("it is on record", s.recorded("group-suspended"))
}

func TestAYearIsSuspendedFromTomorrow(t *testing.T) {
	s := newStory(t)
	_, err := s.SuspendGroup(t.Context(), s.IT, conduct.Group{Year: 11}, morning.AddDate(0, 0, 1), morning.AddDate(0, 0, 3), "Year 11 prints nothing in mocks week")
	s.when("IT withdraws printing from Year 11 from tomorrow", err)
	s.then("Sam prints today", s.prints(s.Sam))
	s.at("Wed 18 Nov 09:00")
	s.then("Sam does not tomorrow", s.stopped(s.Sam, "mocks week"))
	s.then("Mia of Year 7 does", s.prints(s.Mia))
	s.when("IT gives Sam alone his printing back", s.Lift(t.Context(), s.IT, s.Sam.Person, "needs it"))
	s.then("Sam prints", s.prints(s.Sam))
	_, err = s.SuspendGroup(t.Context(), s.IT, conduct.Group{Year: 3}, morning, morning.AddDate(0, 0, 9), "x")
	s.then("a year without pupils is a mistake", refused(err, "group-empty"))
	_, err = s.SuspendGroup(t.Context(), s.Teacher, conduct.Group{Year: 11}, morning, morning.AddDate(0, 0, 9), "x")
	s.then("a teacher withdraws from no year", refused(err, "not-allowed"))
}

func TestAPauseLeavesALongerSuspensionAlone(t *testing.T) {
	s := newStory(t)
	s.at("Tue 17 Nov 09:30")
	s.given("Mia is suspended for a week", s.Suspend(t.Context(), s.IT, s.Mia.Person, morning.AddDate(0, 0, 7), "guessed other people's codes"))
	_, err := s.PauseClass(t.Context(), s.Teacher, s.a7)
	s.when("her class is paused", err)
	s.at("Tue 17 Nov 10:30")
	s.then("she is still suspended after the bell", s.stopped(s.Mia, "guessed"))
}

func TestASuspensionForOnePersonFromTomorrow(t *testing.T) {
	s := newStory(t)
	s.when("IT suspends Sam from tomorrow", s.SuspendFrom(t.Context(), s.IT, s.Sam.Person, morning.AddDate(0, 0, 1), morning.AddDate(0, 0, 2), "took the toner"))
	s.then("Sam prints today", s.prints(s.Sam))
	s.at("Wed 18 Nov 09:00")
	s.then("not tomorrow", s.stopped(s.Sam, "toner"))
	s.at("Thu 19 Nov 09:00")
	s.then("and again the day after", s.prints(s.Sam))
	s.then("one that ends before it begins is none", refused(s.SuspendFrom(t.Context(), s.IT, s.Sam.Person, morning.AddDate(0, 0, 9), morning.AddDate(0, 0, 8), "x"), "until-out-of-range"))
}

func TestASharedBadgeIsChallengedAndNotPunished(t *testing.T) {
	s := newStory(t)
	shared := func() (is bool) {
		s.then("the badge is looked up", s.in(func(ctx context.Context, tx *db.Tx) (err error) {
			is, err = conduct.BadgeShared(ctx, tx, s.Sam.Person)
			return err
		}))
		return is
	}
	if shared() {
		t.Error("a badge is challenged for nothing")
	}
	flag := s.flag(s.Sam, nil, &s.IT, "badge", "person")
	dbtest.Exec(t, s.db, "UPDATE flag SET kind = 'travel' WHERE flag_id = $1", flag)
	if !shared() {
		t.Error("a badge in two places at once asks for no code")
	}
	s.then("its owner prints all the same", s.prints(s.Sam))
	s.clock.Advance(25 * time.Hour)
	if shared() {
		t.Error("it is challenged on the day after")
	}
	s.clock.Advance(-25 * time.Hour)
	dbtest.Exec(t, s.db, "UPDATE flag SET outcome = 'dismissed', closed_at = raised_at WHERE flag_id = $1", flag)
	if shared() {
		t.Error("it is challenged after somebody has looked")
	}
}
