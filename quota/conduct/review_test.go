package conduct_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
)

// withdrawnByRule has a rule of version 1 withdraw somebody's printing for two days.
func (s *story) withdrawnByRule(who school.Actor) conduct.Case {
	s.t.Helper()
	set := dbtest.Value[int](s.t, s.db, `
		INSERT INTO conduct_set (school_id, made_at, content)
		VALUES ($1, $2, '{"rules": [{"rule": 1, "name": "Many jobs at once", "kind": "burst"}], "categories": [], "ladder": {}, "breaker": {}}') RETURNING set_id`, s.School, s.clock.Now())
	flag := s.flag(who, set, nil, "excess", "automatic")
	step := dbtest.Value[int64](s.t, s.db, `
		INSERT INTO step (school_id, person_id, set_id, rung, action, flag_id, points, reason, taken_at, ends_at)
		VALUES ($1, $2, $3, 1, 'withdrawal', $4, 10, '140 pages in 10 minutes on Tuesday', $5, $5::timestamptz + interval '2 days') RETURNING step_id`, s.School, who.Person, set, flag, s.clock.Now())
	dbtest.Exec(s.t, s.db, `
		INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, objection, evidence, set_id, step_id)
		VALUES ($1, $2, $3, $3::timestamptz + interval '2 days', '140 pages in 10 minutes on Tuesday', 'Ask for a review.', jsonb_build_object('flags', jsonb_build_array($4::bigint)), $5, $6)`,
		s.School, who.Person, s.clock.Now(), flag, set, step)
	return s.theCase(who)
}

// flag raises one, of a version's first rule or of somebody's own.
func (s *story) flag(on school.Actor, set any, by *school.Actor, category, route string) int64 {
	s.t.Helper()
	var rule, from, note any
	if set != nil {
		rule = 1
	}
	if by != nil {
		from, note = by.Person, "seen by me"
	}
	return dbtest.Value[int64](s.t, s.db, `
		INSERT INTO flag (school_id, person_id, set_id, rule, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note)
		VALUES ($1, $2, $3, $4, $5, 'burst', $6, $7, $8, extract(epoch FROM $8::timestamptz)::bigint, 10, $8::timestamptz + interval '14 days', '{"numbers": {"pages": 140}}', $9) RETURNING flag_id`,
		s.School, on.Person, set, rule, from, category, route, s.clock.Now(), note)
}

// theCase is the newest of somebody's.
func (s *story) theCase(who school.Actor) conduct.Case {
	s.t.Helper()
	all, err := s.MyCases(s.t.Context(), who)
	if err != nil || len(all) == 0 {
		s.t.Fatalf("no case: %v", err)
	}
	return all[0]
}

// objects has somebody object to their newest case.
func (s *story) objects(who school.Actor, words string) conduct.Objection {
	s.t.Helper()
	o, err := s.Object(s.t.Context(), who, s.theCase(who), words)
	s.when(fmt.Sprintf("the pupil says %q", words), err)
	return o
}

// headed makes IT's Cleo the head.
func (s *story) headed() school.Actor {
	dbtest.Exec(s.t, s.db, "UPDATE person_role SET role = 'head' WHERE person_id = $1", s.Chief.Person)
	return as(s.Chief, school.Head)
}

// reviewed wants so many objections to wait for somebody.
func (s *story) reviewed(by school.Actor, want int) error {
	all, err := s.Reviews(s.t.Context(), by)
	if err == nil && len(all) != want {
		err = fmt.Errorf("%d wait, want %d", len(all), want)
	}
	return err
}

func TestAnObjectionIsUpheld(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	c := s.withdrawnByRule(s.Sam)
	s.given("Sam's printing is withdrawn by a rule", s.stopped(s.Sam, "140 pages"))
	if c.Rule != "Many jobs at once" || c.Version == 0 || c.Reason == "" || !c.Ends.Equal(morning.AddDate(0, 0, 2)) || c.How == "" {
		t.Errorf("Sam does not read what, why, until when and how to object: %+v", c)
	}
	o := s.objects(s.Sam, "It was the chess club's score sheets, Mr Reid asked me to.")
	s.then("it reaches a named reviewer, the head", s.reviewed(head, 1))
	if o.Name != "Cleo Shaw" {
		t.Errorf("it went to %q", o.Name)
	}
	s.when("the head lifts it", s.Decide(t.Context(), head, o.ID, conduct.Lifted, time.Time{}, "It was for the chess club."))
	s.then("Sam prints", s.prints(s.Sam))
	s.then("nothing waits any more", s.reviewed(head, 0))
	s.then("it is on record", s.recorded("objection-lifted"))
	if got := dbtest.Value[string](t, s.db, "SELECT outcome || ': ' || closing FROM flag"); got != "dismissed: It was for the chess club." {
		t.Errorf("the flag is %s", got)
	}
	if got := s.theCase(s.Sam).Objection; got.Outcome != conduct.Lifted || got.Reason != "It was for the chess club." {
		t.Errorf("Sam reads %+v", got)
	}
}

func TestAnObjectionShortensAWithdrawal(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	s.withdrawnByRule(s.Sam)
	o := s.objects(s.Sam, "I will not do it again")
	s.then("it is not shortened to a later end", refused(s.Decide(t.Context(), head, o.ID, conduct.Shortened, morning.AddDate(0, 0, 9), "x"), "shorten-until"))
	s.when("the head shortens it to tomorrow morning", s.Decide(t.Context(), head, o.ID, conduct.Shortened, morning.AddDate(0, 0, 1), "You said sorry."))
	s.then("Sam is stopped today", s.stopped(s.Sam))
	s.at("Wed 18 Nov 09:00")
	s.then("and prints tomorrow", s.prints(s.Sam))
	s.then("it is answered once", refused(s.Decide(t.Context(), head, o.ID, conduct.Lifted, time.Time{}, "x"), "review-unknown"))
}

func TestAnObjectionIsConfirmed(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	s.withdrawnByRule(s.Sam)
	o := s.objects(s.Sam, "unfair")
	s.then("without a reason there is no answer", refused(s.Decide(t.Context(), head, o.ID, conduct.Confirmed, time.Time{}, " "), "reason-missing"))
	s.when("the head confirms", s.Decide(t.Context(), head, o.ID, conduct.Confirmed, time.Time{}, "140 pages of pictures."))
	s.then("Sam stays stopped", s.stopped(s.Sam))
	if !dbtest.Value[bool](t, s.db, "SELECT confirmed_by = $1 FROM suspension", head.Pseudonym) {
		t.Error("nobody stands for it")
	}
	_, err := s.Object(t.Context(), s.Sam, s.theCase(s.Sam), "again")
	s.then("Sam is not heard twice about the same", refused(err, "objection-made"))
}

func TestNobodyReviewsWhatTheyImposed(t *testing.T) {
	s := newStory(t)
	s.given("Ida of IT suspends Sam", s.Suspend(t.Context(), s.IT, s.Sam.Person, morning.AddDate(0, 0, 3), "took the toner"))
	o := s.objects(s.Sam, "it was not me")
	s.then("it goes to her colleague", s.reviewed(s.Chief, 1))
	s.then("not to Ida", s.reviewed(s.IT, 0))
	ida := as(s.IT, school.Head)
	s.then("not even were she the head", refused(s.Decide(t.Context(), ida, o.ID, conduct.Confirmed, time.Time{}, "x"), "own-case"))
}

func TestNobodyReviewsAFlagThatTheyRaised(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	s.given("Tom reviews Year 11", s.NameReviewers(t.Context(), head, 11, []school.PersonID{s.Teacher.Person}))
	s.withdrawnByRule(s.Sam)
	flag := s.flag(s.Sam, nil, &s.Teacher, "excess", "person")
	dbtest.Exec(t, s.db, "UPDATE suspension SET evidence = jsonb_build_object('flags', (evidence -> 'flags') || to_jsonb($1::bigint))", flag)
	o := s.objects(s.Sam, "it was for Art")
	s.then("Tom, who raised one of its flags, is not asked", s.reviewed(s.Teacher, 0))
	s.then("nor may he answer", refused(s.Decide(t.Context(), s.Teacher, o.ID, conduct.Confirmed, time.Time{}, "x"), "own-case"))
	s.then("the head is", s.reviewed(head, 1))
}

func TestAnObjectionReachesTheHeadOfYear(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	s.given("Tom reviews Year 11, the head all others", s.NameReviewers(t.Context(), head, 11, []school.PersonID{s.Teacher.Person}))
	s.given("", s.NameReviewers(t.Context(), head, school.NoYear, []school.PersonID{head.Person}))
	s.withdrawnByRule(s.Sam)
	s.withdrawnByRule(s.Mia)
	if o := s.objects(s.Sam, "no"); o.Name != "Tom Reid" {
		t.Errorf("Sam's of Year 11 went to %s", o.Name)
	}
	if o := s.objects(s.Mia, "no"); o.Name != "Cleo Shaw" {
		t.Errorf("Mia's of Year 7 went to %s", o.Name)
	}
	s.then("Tom sees his own alone", s.reviewed(s.Teacher, 1))
	s.then("the head sees both", s.reviewed(head, 2))
	s.then("a pupil reviews nothing", refused(s.NameReviewers(t.Context(), head, 11, []school.PersonID{s.Mia.Person}), "reviewer-unfit"))
	s.then("a teacher names nobody", refused(s.NameReviewers(t.Context(), s.Teacher, 11, nil), "not-allowed"))
}

func TestAnObjectionThatNobodyAnswersIsPassedOn(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	s.given("Tom reviews Year 11", s.NameReviewers(t.Context(), head, 11, []school.PersonID{s.Teacher.Person}))
	s.withdrawnByRule(s.Sam)
	s.at("Wed 18 Nov 15:00")
	s.objects(s.Sam, "please look")
	s.at("Thu 19 Nov 15:00")
	s.when("a school day has passed", s.PassOn(t.Context()))
	s.then("it is still Tom's", s.reviewed(s.Teacher, 1))
	s.at("Mon 23 Nov 09:00")
	s.when("two school days and a weekend have passed", s.PassOn(t.Context()))
	s.then("it is the head's", s.reviewed(head, 1))
	s.then("and Tom's no more", s.reviewed(s.Teacher, 0))
}

func TestAPupilObjectsToTheirOwnCaseAlone(t *testing.T) {
	s := newStory(t)
	c := s.withdrawnByRule(s.Sam)
	_, err := s.Object(t.Context(), s.Mia, c, "not fair on Sam")
	s.then("Mia does not speak for Sam", refused(err, "case-unknown"))
	slip := s.Sam
	slip.Proof = school.BySlip
	_, err = s.Object(t.Context(), slip, c, "x")
	s.then("nor does who has a slip of his", refused(err, "not-allowed"))
	_, err = s.Object(t.Context(), s.Sam, c, strings.Repeat("x", 1001))
	s.then("an essay is too long", refused(err, "objection-words"))
	s.at("Sat 19 Dec 12:00")
	_, err = s.Object(t.Context(), s.Sam, c, "late")
	s.then("a month later it is over", refused(err, "case-unknown"))
}

func TestATeachersPauseIsNoCase(t *testing.T) {
	s := newStory(t)
	s.at("Tue 17 Nov 09:10")
	_, err := s.PauseClass(t.Context(), s.Teacher, s.a7)
	s.given("7A is paused", err)
	if all, err := s.MyCases(t.Context(), s.Mia); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAnAnswerAndALiftMeet(t *testing.T) {
	s := newStory(t)
	head := s.headed()
	s.withdrawnByRule(s.Sam)
	o := s.objects(s.Sam, "no")
	s.given("IT lifts it meanwhile", s.Lift(t.Context(), s.IT, s.Sam.Person, "printer fault"))
	s.when("the head confirms what is over", s.Decide(t.Context(), head, o.ID, conduct.Confirmed, time.Time{}, "it was right then"))
	s.then("Sam prints all the same", s.prints(s.Sam))
}
