package school_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/internal/school/schooltest"
)

// year is a school's calendar as IT imports it.
const year = `kind,name,days,from,to
days,,Mon-Fri,,
hours,,,07:30,17:30
hold,,,17:00,
term,Autumn,,2026-09-01,2026-12-18
inset,Training,,01/09/2026,
holiday,Half-term,,2026-10-26,2026-10-30
term,Spring,,2027-01-04,2027-03-25
week,A,,2026-09-02,
bell,Reg,Mon-Fri,08:40,09:00
bell,1,Mon-Fri,09:00,10:00
bell,2,Mon Tue Wed Thu,10:00,11:00
bell,3,mon-thursday,11:20,12:20
bell,2,Fri,10:00,10:50
`

// times is a school on a clock, for what is about days and lessons.
type times struct {
	*testing.T
	*schooltest.Cast
	db    *db.DB
	clock *dbtest.Clock
}

// tuesday is in week B.
var tuesday = time.Date(2026, 11, 17, 9, 30, 0, 0, time.UTC)

func newTimes(t *testing.T) *times {
	t.Helper()
	clock := dbtest.NewClock(tuesday)
	d := dbtest.New(t, dbtest.At(clock))
	return &times{t, schooltest.New(t, d, "Harbour"), d, clock}
}

// try runs an act of the school's.
func (h *times) try(act func(ctx context.Context, tx *db.Tx) error) error {
	h.Helper()
	return h.db.InTx(h.Context(), db.InSchool(h.School), act)
}

func (h *times) do(act func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	if err := h.try(act); err != nil {
		h.Fatal(err)
	}
}

// refused wants a refusal by its code that says all of the words.
func (h *times) refused(err error, code string, words ...string) {
	h.Helper()
	f := fault.As(err)
	if f == nil || f.Code != code {
		h.Errorf("got %v, want %s", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(f.Say, w) {
			h.Errorf("it says %q, not %q", f.Say, w)
		}
	}
}

// calendar is the school's as it stands.
func (h *times) calendar() (c calendar.Calendar) {
	h.Helper()
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = school.CalendarOf(ctx, tx, h.School)
		return err
	})
	return c
}

// enter imports a calendar.
func (h *times) enter(text string) (change school.CalendarChange, err error) {
	h.Helper()
	err = h.try(func(ctx context.Context, tx *db.Tx) (err error) {
		change, err = school.ImportCalendar(ctx, tx, h.IT.Pseudonym, h.School, strings.NewReader(text), false)
		return err
	})
	return change, err
}

// acts are the audit's acts so far.
func (h *times) acts() string {
	h.Helper()
	return dbtest.Value[string](h.T, h.db, "SELECT coalesce(string_agg(act, ' ' ORDER BY audit_id), '') FROM audit")
}

// rows counts all that this file of the schema holds, and when it was last written:
// what has not changed has not been written again either.
func (h *times) rows() string {
	h.Helper()
	return dbtest.Value[string](h.T, h.db, `
		SELECT concat_ws(' ', (SELECT count(*) || ':' || max(xmin::text::bigint) FROM calendar), (SELECT count(*) || ':' || max(xmin::text::bigint) FROM term),
		       (SELECT count(*) || ':' || max(xmin::text::bigint) FROM day_off), (SELECT count(*) || ':' || max(xmin::text::bigint) FROM bell),
		       (SELECT count(*) || ':' || max(xmin::text::bigint) FROM timetable), (SELECT count(*) || ':' || max(xmin::text::bigint) FROM cover))`)
}

func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestACalendarIsImported(t *testing.T) {
	t.Parallel()
	h := newTimes(t)
	if c := h.calendar(); c.Hold != calendar.DefaultHold || c.Opens != calendar.DefaultOpens || c.Closes != calendar.DefaultCloses || !c.SchoolDay(day(t, "2026-12-25")) {
		t.Errorf("a school that entered nothing has %+v", c)
	}
	change, err := h.enter(year)
	if err != nil || !change.Changed {
		t.Fatalf("%+v, %v", change, err)
	}
	c := h.calendar()
	if !c.Equal(change.Calendar) {
		t.Errorf("it was to be\n%+v and is\n%+v", change.Calendar, c)
	}
	if got := c.HoldUntil(tuesday); !got.Equal(time.Date(2026, 11, 18, 17, 0, 0, 0, time.UTC)) {
		t.Errorf("held until %s", got)
	}
	s, ok := c.Period(tuesday)
	if !ok || s.Period != "1" || s.Week != "A" || c.SchoolDay(day(t, "2026-09-01")) || len(c.Bells) != 5+5+4+4+1 {
		t.Errorf("%+v, %+v", s, c)
	}
	before := h.rows()
	for range 2 {
		if change, err := h.enter(year); err != nil || change.Changed {
			t.Errorf("again: %+v, %v", change, err)
		}
	}
	if now := h.rows(); now != before || h.acts() != "calendar-imported" {
		t.Errorf("the same file changed %s to %s, acts %s", before, now, h.acts())
	}
}

// What a file does not speak of stays: earlier years, closures, bells.
func TestANewYearReplacesWhatIsToCome(t *testing.T) {
	t.Parallel()
	h := newTimes(t)
	if _, err := h.enter(year); err != nil {
		t.Fatal(err)
	}
	h.do(func(ctx context.Context, tx *db.Tx) error {
		return school.CloseDay(ctx, tx, h.IT.Pseudonym, h.School, day(t, "2027-01-11"), "Boiler")
	})
	if _, err := h.enter("kind,name,from,to\nterm,Spring,2027-01-05,2027-03-24\nterm,Summer,2027-04-12,2027-07-21\n"); err != nil {
		t.Fatal(err)
	}
	c := h.calendar()
	if len(c.Terms) != 3 || c.Terms[1].First != day(t, "2027-01-05") || len(c.Bells) != 19 || c.Hold != 17*60 || len(c.Weeks) != 1 || len(c.Off) != 3 {
		t.Errorf("%+v", c)
	}
	if _, err := h.enter("kind,name,days,from,to\nbell,1,Mon,09:00,10:00\n"); err != nil {
		t.Fatal(err)
	}
	if c := h.calendar(); len(c.Bells) != 1 || len(c.Terms) != 3 {
		t.Errorf("bells alone: %+v", c)
	}
	if _, err := h.enter("kind,name,from,to\nterm,All,2026-09-01,2027-07-21\n"); err != nil {
		t.Fatal(err)
	}
	if c := h.calendar(); len(c.Terms) != 1 || len(c.Off) != 1 || c.Off[0].Kind != calendar.Closure {
		t.Errorf("the year again: %+v", c)
	}
}

func TestACalendarWithABadRowIsNone(t *testing.T) {
	t.Parallel()
	h := newTimes(t)
	bad := `kind,name,days,from,to
term,Autumn,,2026-09-01,2026-12-18
term,Spring,,2026-12-18,2027-03-25
term,,,2027-04-12,2027-07-21
term,Summer,,2027-04-12,
term,Summer,,2027-07-21,2027-04-12
holiday,Half-term,,31/02/2026,
inset,Training,,2026-09-01,
inset,Training,,2026-09-01,
closure,Snow,,2026-11-18,
week,C,,2026-09-02,
bell,1,Mon-Fri,09:00,10:00
bell,2,Wed,09:59,11:00
bell,3,Someday,11:00,12:00
bell,4,Mon,23:30,00:30
bell,1,Mon,12:00,13:00
hours,,,18:00,07:00
hold,,,00:00,
days,,,,
`
	_, err := h.enter(bad)
	h.refused(err, "sheet-rows",
		`line 3: the term "Spring" begins on 2026-12-18, before "Autumn" has ended`,
		"line 4: a name has 1 to 60 letters",
		`line 5: "" is no day such as 2026-09-01 or 01/09/2026`,
		`line 6: "Summer" ends on 2027-04-12, before it begins`,
		`line 7: "31/02/2026" is no day`,
		"line 9: there is another inset that begins on 2026-09-01",
		"line 10: the kind is term, holiday,",
		"line 11: a week has the name A or B",
		"line 13: on Wednesday period 2 begins at 09:59, before period 1 has ended at 10:00",
		`line 14: "Someday" is no day of the week`,
		"line 15: period 4 on Monday rings from 23:30 to 00:30",
		"line 16: period 1 is there twice on Monday",
		"line 17: the school opens at 18:00 and closes at 07:00",
		"line 18: the end of a hold cannot be at midnight",
		"line 19: days look like Mon-Fri")
	if strings.Contains(fault.As(err).Say, "line 2:") || strings.Contains(fault.As(err).Say, "line 8:") || strings.Contains(fault.As(err).Say, "line 12:") {
		t.Error("a good row is called bad")
	}
	if c := h.calendar(); len(c.Terms)+len(c.Off)+len(c.Bells) != 0 || h.acts() != "" {
		t.Errorf("something was imported: %+v, %s", c, h.acts())
	}
	dry := h.try(func(ctx context.Context, tx *db.Tx) error {
		change, err := school.ImportCalendar(ctx, tx, "", h.School, strings.NewReader(year), true)
		if err == nil && (!change.Changed || len(change.Calendar.Terms) != 2) {
			t.Errorf("%+v", change)
		}
		return err
	})
	if dry != nil || len(h.calendar().Terms) != 0 {
		t.Errorf("a dry run changed something, or came to %v", dry)
	}
}

// The guide's own examples are read as they stand there.
func TestTheGuidesCalendarCanBeImported(t *testing.T) {
	t.Parallel()
	h := newTimes(t)
	change, err := h.enter(example(t, "kind,name,days,from,to"))
	if err != nil || len(change.Calendar.Terms) != 3 || len(change.Calendar.Weeks) == 0 || len(change.Calendar.Bells) < 30 {
		t.Errorf("%+v, %v", change, err)
	}
}

// example is the block of the guide that begins with a row.
func example(t testing.TB, head string) string {
	t.Helper()
	guide, err := os.ReadFile("../../docs/guide-it.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(guide), "```\n"+head+"\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatalf("the guide has no example %q", head)
	}
	return head + "\n" + block
}

func TestDaysAreClosedAndOpened(t *testing.T) {
	t.Parallel()
	h := newTimes(t)
	if _, err := h.enter(year); err != nil {
		t.Fatal(err)
	}
	closeDay := func(d, reason string) error {
		return h.try(func(ctx context.Context, tx *db.Tx) error {
			return school.CloseDay(ctx, tx, h.IT.Pseudonym, h.School, day(t, d), reason)
		})
	}
	openDay := func(d string) error {
		return h.try(func(ctx context.Context, tx *db.Tx) error {
			return school.OpenDay(ctx, tx, h.IT.Pseudonym, h.School, day(t, d))
		})
	}
	h.refused(closeDay("2026-11-16", ""), "day-past")
	h.refused(closeDay("2027-11-19", ""), "day-far")
	h.refused(closeDay("2026-11-21", ""), "day-free")
	h.refused(closeDay("2026-12-21", ""), "day-free")
	h.refused(closeDay("2026-11-18", strings.Repeat("x", 61)), "closure-reason")
	h.refused(openDay("2026-11-18"), "day-not-closed")
	for _, err := range []error{closeDay("2026-11-17", ""), closeDay("2026-11-18", " \x00Snow\n\xff ")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h.refused(closeDay("2026-11-18", ""), "day-closed")
	c := h.calendar()
	if off, _ := c.On(day(t, "2026-11-18")); off.Reason != "Snow" || c.SchoolDay(day(t, "2026-11-17")) || c.OutOfHours(tuesday) {
		t.Errorf("%+v", c.Off)
	}
	if err := openDay("2026-11-18"); err != nil || !h.calendar().SchoolDay(day(t, "2026-11-18")) {
		t.Error(err)
	}
	h.refused(openDay("2026-11-16"), "day-past")
	if got := h.acts(); got != "calendar-imported day-closed day-closed day-opened" {
		t.Errorf("audit has %s", got)
	}
	other := schooltest.New(t, h.db, "Hill")
	err := h.db.InTx(t.Context(), db.InSchool(other.School), func(ctx context.Context, tx *db.Tx) error {
		c, err := school.CalendarOf(ctx, tx, other.School)
		if len(c.Off)+len(c.Terms) > 0 {
			t.Error("another school is closed with it")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
