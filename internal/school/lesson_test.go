package school_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// taught is a school with a calendar, and two classes: 7A is Tom's, with Mia in it,
// and 11X is Cleo's, with Sam.
type taught struct {
	*times
	a7, x11   school.ClassID
	tom, cleo school.PersonID
}

func newTaught(t *testing.T) *taught {
	t.Helper()
	h := &taught{times: newTimes(t)}
	h.tom, h.cleo = h.Teacher.Person, h.Chief.Person
	if _, err := h.enter(year); err != nil {
		t.Fatal(err)
	}
	from, to := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 9, 1, 0, 0, 0, 0, time.UTC)
	h.do(func(ctx context.Context, tx *db.Tx) error {
		return school.AddClasses(ctx, tx, h.School, []school.Class{
			{Name: "7A", Pupils: []school.PersonID{h.Mia.Person}, Teachers: []school.PersonID{h.tom}, From: from, To: to},
			{Name: "11X", Pupils: []school.PersonID{h.Sam.Person}, Teachers: []school.PersonID{h.cleo}, From: from, To: to},
		})
	})
	class := func(name string) school.ClassID {
		return dbtest.Value[school.ClassID](t, h.db, "SELECT class_id FROM class WHERE name = $1", name)
	}
	h.a7, h.x11 = class("7A"), class("11X")
	return h
}

// plan is a timetable over two weeks.
const plan = `day,week,period,class,teacher,room
Tue,A,1,7A,teacher,R1
Tue,B,1,11X,chief,R2
Tue,,2,7A,teacher,R1
Tue,,2,11X,chief,R2
`

func (h *taught) timetable(text string, dry bool) (change school.TimetableChange, err error) {
	h.Helper()
	err = h.try(func(ctx context.Context, tx *db.Tx) (err error) {
		change, err = school.ImportTimetable(ctx, tx, h.IT.Pseudonym, h.School, strings.NewReader(text), dry)
		return err
	})
	return change, err
}

// lessons are those at a time as "class by whom in room".
func (h *taught) lessons(at string, f school.LessonFilter) string {
	h.Helper()
	moment, err := time.Parse(time.RFC3339, at)
	if err != nil {
		h.Fatal(err)
	}
	var all []school.Lesson
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = school.LessonsAt(ctx, tx, h.School, moment, f)
		return err
	})
	who := map[school.PersonID]string{h.tom: "Tom", h.cleo: "Cleo", h.IT.Person: "Ida"}
	var said []string
	for _, l := range all {
		s := l.ClassName + " by " + who[l.Teacher]
		if l.CoverFor != 0 {
			s += " for " + who[l.CoverFor]
		}
		said = append(said, s)
		if !l.From.Before(l.Until) || moment.Before(l.From) || !moment.Before(l.Until) {
			h.Errorf("%s: %+v", at, l)
		}
	}
	return strings.Join(said, ", ")
}

func (h *taught) want(at string, f school.LessonFilter, want string) {
	h.Helper()
	if got := h.lessons(at, f); got != want {
		h.Errorf("%s %+v: %q, want %q", at, f, got, want)
	}
}

func TestTheClassBeingTaughtNowIsAFact(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	change, err := h.timetable(plan, false)
	if err != nil || change != (school.TimetableChange{Lessons: 4, Added: 4}) {
		t.Fatalf("%+v, %v", change, err)
	}
	tom, all := school.LessonFilter{Teacher: h.tom}, school.LessonFilter{}
	h.want("2026-11-17T08:59:59Z", all, "") // registration is nobody's here
	h.want("2026-11-17T09:00:00Z", all, "7A by Tom")
	h.want("2026-11-17T09:59:59Z", tom, "7A by Tom")
	h.want("2026-11-17T10:00:00Z", all, "11X by Cleo, 7A by Tom")
	h.want("2026-11-17T11:00:00Z", all, "") // the bell
	h.want("2026-11-24T09:30:00Z", all, "11X by Cleo")
	h.want("2026-11-24T09:30:00Z", tom, "")
	h.want("2026-11-18T09:30:00Z", all, "") // Wednesday
	h.want("2026-10-27T10:30:00Z", all, "") // half-term
	h.want("2026-10-20T08:30:00Z", all, "11X by Cleo")
	h.want("2026-11-03T09:30:00Z", all, "7A by Tom") // week A again after half-term, and winter time
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Class: h.x11}, "11X by Cleo")
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Pupil: h.Mia.Person}, "7A by Tom")
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Room: "R2"}, "11X by Cleo")
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Room: "R1", Teacher: h.cleo}, "")

	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2026-11-17' WHERE person_id = $1", h.tom)
	h.want("2026-11-17T10:30:00Z", all, "11X by Cleo") // the class list says: no longer
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2026-11-18' WHERE person_id = $1", h.tom)
	h.want("2026-11-17T10:30:00Z", tom, "7A by Tom")
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2027-09-01' WHERE person_id = $1", h.tom)
	h.do(func(ctx context.Context, tx *db.Tx) error {
		return school.CloseDay(ctx, tx, "", h.School, day(t, "2026-11-17"), "Snow")
	})
	h.want("2026-11-17T10:30:00Z", all, "")
	dbtest.Exec(t, h.db, "DELETE FROM day_off WHERE kind = 'closure'")
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = now() WHERE person_id = $1", h.tom)
	h.want("2026-11-17T10:30:00Z", all, "11X by Cleo")
}

// Lists of classes end on 31 August, and what was taught the year before with them.
func TestLessonsRollOverWithTheYear(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	if _, err := h.enter("kind,name,from,to\nterm,All year,2027-08-30,2027-12-17\nweek,A,2027-08-30,\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.timetable("day,period,class,teacher\nTue,1,7A,teacher\nWed,1,7A,teacher\n", false); err != nil {
		t.Fatal(err)
	}
	h.want("2027-08-31T08:30:00Z", school.LessonFilter{}, "7A by Tom")
	h.want("2027-09-01T08:30:00Z", school.LessonFilter{}, "")
}

func TestATimetableIsImportedAsAWhole(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	if change, err := h.timetable(plan, true); err != nil || change.Added != 4 || h.lessons("2026-11-17T10:30:00Z", school.LessonFilter{}) != "" {
		t.Errorf("a dry run: %+v, %v", change, err)
	}
	if _, err := h.timetable(plan, false); err != nil {
		t.Fatal(err)
	}
	before := h.rows()
	if change, err := h.timetable(plan, false); err != nil || change != (school.TimetableChange{Lessons: 4}) || h.rows() != before {
		t.Errorf("again: %+v, %v; rows %s, then %s", change, err, before, h.rows())
	}
	moved := strings.Replace(plan, "Tue,,2,7A,teacher,R1\n", "Tue,,2,7A,teacher,R9\nTue,,3,7A,chief,R1\n", 1)
	if change, err := h.timetable(moved, false); err != nil || change != (school.TimetableChange{Lessons: 5, Added: 2, Removed: 1, Strange: 1}) {
		t.Errorf("moved: %+v, %v", change, err)
	}
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Room: "R9"}, "7A by Tom")
	h.want("2026-11-17T11:30:00Z", school.LessonFilter{}, "") // Cleo is no teacher of 7A
	if got := h.acts(); got != "calendar-imported timetable-imported timetable-imported" {
		t.Errorf("audit has %s", got)
	}
	_, err := h.timetable(`day,week,period,class,teacher,room
Tue,C,1,7A,teacher,
Tue,,Reg,7A,teacher,
Sat,,1,7A,teacher,
Tue,,9,7A,teacher,
Tue,,1,7B,teacher,
Tue,,1,7A,nobody,
Tue,,1,7A,mia,
Tue,,Reg,7A,teacher,R1
Tue,,1,7A,teacher,"`+strings.Repeat("x", 61)+`"
`, false)
	h.refused(err, "sheet-rows", "line 2: the week is A, B or nothing", `line 4: no period "1" rings on Saturday`, `line 5: no period "9" rings on Tuesday`,
		`line 6: there is no class "7B"`, `line 7: no member of staff has the user name under "teacher"`, "line 8: no member of staff",
		"line 9: it says the same as line 3", "line 10: the name of a room")
	if strings.Contains(fault.As(err).Say, "nobody") || strings.Contains(fault.As(err).Say, "mia") {
		t.Error("a refusal names somebody")
	}
	_, err = h.timetable("day,period,class,teacher\n", false)
	h.refused(err, "sheet-rows", "no lessons")
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Room: "R9"}, "7A by Tom")

	silent, err := h.enter("kind,name,days,from,to\nbell,1,Mon-Fri,09:00,10:00\n")
	if err != nil || silent.Silent != 3 {
		t.Errorf("lessons without a bell: %+v, %v", silent, err)
	}
	dbtest.Exec(t, h.db, "DELETE FROM week_anchor")
	_, err = h.timetable("day,week,period,class,teacher\nTue,A,1,7A,teacher\n", false)
	h.refused(err, "sheet-rows", "line 2: it is of week A, and the calendar does not say")
}

func TestCoverIsForOneLesson(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	if _, err := h.timetable(plan, false); err != nil {
		t.Fatal(err)
	}
	add := func(v school.Covering) error {
		return h.try(func(ctx context.Context, tx *db.Tx) error {
			return school.AddCover(ctx, tx, h.IT.Pseudonym, h.School, v)
		})
	}
	v := school.Covering{Day: day(t, "2026-11-17"), Period: "2", Absent: h.tom, By: h.IT.Person}
	if err := add(v); err != nil {
		t.Fatal(err)
	}
	tom, ida := school.LessonFilter{Teacher: h.tom}, school.LessonFilter{Teacher: h.IT.Person}
	h.want("2026-11-17T09:59:59Z", tom, "7A by Tom")
	h.want("2026-11-17T09:59:59Z", ida, "")
	h.want("2026-11-17T10:00:00Z", ida, "7A by Ida for Tom")
	h.want("2026-11-17T10:30:00Z", tom, "") // it is not his
	h.want("2026-11-17T10:59:59Z", ida, "7A by Ida for Tom")
	h.want("2026-11-17T11:00:00Z", ida, "") // with the bell
	h.want("2026-11-24T10:30:00Z", ida, "") // that day alone
	h.want("2026-11-24T10:30:00Z", tom, "7A by Tom")
	v.By = h.cleo
	if err := add(v); err != nil {
		t.Fatal(err)
	}
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Teacher: h.cleo}, "11X by Cleo, 7A by Cleo for Tom")
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2026-11-17' WHERE person_id = $1", h.tom)
	h.want("2026-11-17T10:30:00Z", school.LessonFilter{Class: h.a7}, "") // nobody gives what is not theirs
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2027-09-01' WHERE person_id = $1", h.tom)

	for code, bad := range map[string]school.Covering{
		"cover-day":    {Day: day(t, "2026-11-21"), Period: "2", Absent: h.tom, By: h.cleo},
		"cover-period": {Day: v.Day, Period: "9", Absent: h.tom, By: h.cleo},
		"cover-self":   {Day: v.Day, Period: "2", Absent: h.tom, By: h.tom},
		"cover-nobody": {Day: v.Day, Period: "2", Absent: h.tom, By: h.Sam.Person},
	} {
		h.refused(add(bad), code)
	}
	remove := func() error {
		return h.try(func(ctx context.Context, tx *db.Tx) error {
			return school.RemoveCover(ctx, tx, h.IT.Pseudonym, h.School, v.Day, v.Period, v.Absent)
		})
	}
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	h.refused(remove(), "cover-unknown")
	h.want("2026-11-17T10:30:00Z", tom, "7A by Tom")
	if got := h.acts(); got != "calendar-imported timetable-imported cover-arranged cover-arranged cover-removed" {
		t.Errorf("audit has %s", got)
	}
}

// Cover arranged in the evening for tomorrow begins with tomorrow's bell, whichever
// day it is in UTC.
func TestCoverAcrossMidnight(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	dbtest.Exec(t, h.db, "UPDATE school SET time_zone = 'Pacific/Auckland' WHERE school_id = $1", h.School)
	if _, err := h.timetable("day,period,class,teacher\nTue,1,7A,teacher\nWed,1,7A,teacher\n", false); err != nil {
		t.Fatal(err)
	}
	h.clock.Set(time.Date(2026, 11, 17, 10, 59, 0, 0, time.UTC)) // 23:59 on Tuesday
	h.do(func(ctx context.Context, tx *db.Tx) error {
		return school.AddCover(ctx, tx, "", h.School, school.Covering{Day: day(t, "2026-11-18"), Period: "1", Absent: h.tom, By: h.cleo})
	})
	h.want("2026-11-16T20:30:00Z", school.LessonFilter{}, "7A by Tom") // 09:30 on Tuesday
	h.want("2026-11-17T20:00:00Z", school.LessonFilter{}, "7A by Cleo for Tom")
	h.want("2026-11-17T20:59:59Z", school.LessonFilter{}, "7A by Cleo for Tom")
	h.want("2026-11-17T21:00:00Z", school.LessonFilter{}, "")
}

func TestCoverIsImported(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	take := func(text string) (n int, err error) {
		err = h.try(func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = school.ImportCover(ctx, tx, h.IT.Pseudonym, h.School, strings.NewReader(text))
			return err
		})
		return n, err
	}
	const list = "date,period,absent,cover\n17/11/2026,1,Teacher,chief\n2026-11-17,2,teacher,it\n"
	if n, err := take(list); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	before := h.rows()
	if n, err := take(list); err != nil || n != 0 || h.rows() != before {
		t.Errorf("again: %d, %v", n, err)
	}
	if n, err := take(strings.Replace(list, ",it", ",chief", 1)); err != nil || n != 1 {
		t.Errorf("with another: %d, %v", n, err)
	}
	_, err := take("date,period,absent,cover\n2026-11-21,1,teacher,it\n2026-11-17,8,teacher,it\n2026-11-17,1,teacher,teacher\n2026-11-17,1,mia,it\nsoon,1,teacher,it\n2026-11-17,3,teacher,it\n2026-11-17,3,teacher,chief\n")
	h.refused(err, "sheet-rows", "line 2: There is no school on that day", "line 3: That period does not ring", "line 4: Nobody covers their own",
		`line 5: no member of staff has the user name under "absent"`, `line 6: "soon" is no day`, "line 8: that lesson is covered by line 7 already")
	var all []school.Covering
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = school.CoverOn(ctx, tx, h.School, day(t, "2026-11-17"))
		return err
	})
	if fmt.Sprint(all) != fmt.Sprintf("[{2026-11-17 1 %d %d Tom Reid Cleo Shaw} {2026-11-17 2 %d %d Tom Reid Cleo Shaw}]", h.tom, h.cleo, h.tom, h.cleo) {
		t.Errorf("%v", all)
	}
}

func TestTheGuidesTimetableAndCoverCanBeImported(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	if _, err := h.enter(example(t, "kind,name,days,from,to")); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "UPDATE class SET name = '10A/Ma1' WHERE class_id = $1", h.a7)
	dbtest.Exec(t, h.db, "UPDATE person SET username = 'treid' WHERE person_id = $1", h.tom)
	dbtest.Exec(t, h.db, "UPDATE person SET username = 'cshaw' WHERE person_id = $1", h.cleo)
	if change, err := h.timetable(example(t, "day,week,period,class,teacher,room"), false); err != nil || change.Lessons == 0 {
		t.Errorf("%+v, %v", change, err)
	}
	h.do(func(ctx context.Context, tx *db.Tx) error {
		n, err := school.ImportCover(ctx, tx, "", h.School, strings.NewReader(example(t, "date,period,absent,cover")))
		if n == 0 {
			t.Error("no cover is arranged")
		}
		return err
	})
}

// Without a timetable a teacher says which class is there. It is over after an hour.
func TestALessonWithoutATimetable(t *testing.T) {
	t.Parallel()
	h := newTaught(t)
	begin := func(class school.ClassID) error {
		return h.try(func(ctx context.Context, tx *db.Tx) error { return school.BeginLesson(ctx, tx, h.Teacher, class) })
	}
	h.refused(begin(h.x11), "class-unknown")
	h.refused(begin(9999), "class-unknown")
	if err := begin(h.a7); err != nil {
		t.Fatal(err)
	}
	tom := school.LessonFilter{Teacher: h.tom}
	h.want("2026-11-17T09:29:59Z", tom, "")
	h.want("2026-11-17T09:30:00Z", tom, "7A by Tom")
	h.want("2026-11-17T10:29:59Z", school.LessonFilter{Pupil: h.Mia.Person}, "7A by Tom")
	h.want("2026-11-17T10:30:00Z", tom, "") // an hour
	h.clock.Advance(10 * time.Minute)
	if err := begin(h.a7); err != nil { // again: an hour from now
		t.Fatal(err)
	}
	h.want("2026-11-17T10:39:59Z", tom, "7A by Tom")
	h.want("2026-11-17T10:40:00Z", tom, "")
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2026-11-17' WHERE person_id = $1", h.tom)
	h.want("2026-11-17T10:00:00Z", tom, "")
	dbtest.Exec(t, h.db, "UPDATE enrolment SET valid_to = '2027-09-01' WHERE person_id = $1", h.tom)
	h.clock.Advance(5 * time.Minute)
	h.do(func(ctx context.Context, tx *db.Tx) error { return school.EndLesson(ctx, tx, h.Teacher) })
	h.want("2026-11-17T09:44:59Z", tom, "7A by Tom")
	h.want("2026-11-17T09:45:00Z", tom, "")
	if _, err := h.timetable(plan, false); err != nil {
		t.Fatal(err)
	}
	h.refused(begin(h.a7), "lesson-rings")
	h.do(func(ctx context.Context, tx *db.Tx) error {
		if l, ok, err := school.LessonOf(ctx, tx, h.School, h.tom, tuesday); err != nil || !ok || l.Class != h.a7 || l.Room != "R1" {
			t.Errorf("%+v, %t, %v", l, ok, err)
		}
		if l, ok, err := school.ClassNow(ctx, tx, h.School, h.x11, tuesday); err != nil || ok {
			t.Errorf("%+v, %v", l, err)
		}
		return nil
	})
}
