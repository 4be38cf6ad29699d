package conduct_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// year is a school's: lessons from 09:00 to 11:00, a half-term, and no weekends.
const year = `kind,name,days,from,to
days,,Mon-Fri,,
hours,,,08:00,16:00
term,Autumn,,2026-09-01,2026-12-18
term,Spring,,2027-01-04,2027-03-25
bell,1,Mon-Fri,09:00,10:00
bell,2,Mon-Fri,10:00,11:00
`

// lessons is who teaches whom: 7A is Tom's in period 1 and Cleo's 11X in both.
const lessons = `day,week,period,class,teacher,room
Tue,,1,7A,teacher,R1
Wed,,1,7A,teacher,R1
Tue,,1,11X,chief,R2
Tue,,2,11X,chief,R2
`

// story is a case as a head would tell it, on a school with a calendar and two
// classes: 7A with Mia, and 11X with Sam.
type story struct {
	house
	a7, x11 school.ClassID
}

func newStory(t *testing.T) *story {
	t.Helper()
	s := &story{house: newHouse(t)}
	from, to := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 9, 1, 0, 0, 0, 0, time.UTC)
	s.given("a school with a calendar, a timetable and two classes", s.in(func(ctx context.Context, tx *db.Tx) error {
		if _, err := school.ImportCalendar(ctx, tx, s.IT.Pseudonym, s.School, strings.NewReader(year), false); err != nil {
			return err
		}
		err := school.AddClasses(ctx, tx, s.School, []school.Class{
			{Name: "7A", Pupils: []school.PersonID{s.Mia.Person}, Teachers: []school.PersonID{s.Teacher.Person}, From: from, To: to},
			{Name: "11X", Pupils: []school.PersonID{s.Sam.Person}, Teachers: []school.PersonID{s.Chief.Person}, From: from, To: to},
		})
		if err != nil {
			return err
		}
		_, err = school.ImportTimetable(ctx, tx, s.IT.Pseudonym, s.School, strings.NewReader(lessons), false)
		return err
	}))
	class := func(name string) school.ClassID {
		return dbtest.Value[school.ClassID](t, s.db, "SELECT class_id FROM class WHERE name = $1", name)
	}
	s.a7, s.x11 = class("7A"), class("11X")
	return s
}

// given, when and then say what happens, and end the story where it does not.
func (s *story) given(words string, err error) { s.t.Helper(); s.must("given", words, err) }
func (s *story) when(words string, err error)  { s.t.Helper(); s.must("when", words, err) }
func (s *story) then(words string, err error)  { s.t.Helper(); s.must("then", words, err) }

func (s *story) must(part, words string, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s %s: %v", part, words, err)
	}
}

func (s *story) in(do func(ctx context.Context, tx *db.Tx) error) error {
	return s.db.InTx(s.t.Context(), db.InSchool(s.School), do)
}

// at turns the clock of every server to a time of the school's day: "Wed 18 Nov 10:00".
func (s *story) at(said string) {
	s.t.Helper()
	at, err := time.Parse("Mon 2 Jan 15:04 2006", said+" 2026")
	s.must("given", "the time "+said, err)
	s.clock.Set(at)
}

// prints wants somebody to be able to print just now.
func (s *story) prints(who school.Actor) error { return s.check(who) }

// stopped wants somebody to be stopped, and to read all of the words.
func (s *story) stopped(who school.Actor, words ...string) error {
	f := fault.As(s.check(who))
	if f == nil || f.Kind != fault.Suspended {
		return fmt.Errorf("they are not stopped: %v", f)
	}
	for _, w := range words {
		if !strings.Contains(f.Say, w) {
			return fmt.Errorf("they do not read %q: %s", w, f.Say)
		}
	}
	return nil
}

// refused wants a refusal of a code.
func refused(err error, code string) error {
	if f := fault.As(err); f == nil || f.Code != code {
		return fmt.Errorf("want %s, got %v", code, err)
	}
	return nil
}

// as is somebody in other roles.
func as(a school.Actor, roles ...school.Role) school.Actor {
	a.Roles = roles
	return a
}

// recorded wants an act on the record.
func (s *story) recorded(act string) error {
	if !dbtest.Value[bool](s.t, s.db, "SELECT EXISTS (SELECT FROM audit WHERE act = $1)", act) {
		return errors.New("the record lacks " + act)
	}
	return nil
}
