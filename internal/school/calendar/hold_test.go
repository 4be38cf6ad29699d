package calendar_test

import (
	"testing"
	"time"

	"inkwell/internal/school/calendar"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// harbour is an English school's year.
func harbour(t testing.TB) calendar.Calendar {
	t.Helper()
	d := func(s string) calendar.Date { return day(t, s) }
	c := calendar.Calendar{
		Zone: zone(t, "Europe/London"),
		Terms: []calendar.Term{
			{Name: "Autumn 2025", First: d("2025-09-02"), Last: d("2025-12-19")},
			{Name: "Summer 2026", First: d("2026-04-13"), Last: d("2026-07-21")},
			{Name: "Autumn 2026", First: d("2026-09-01"), Last: d("2026-12-18")},
			{Name: "Spring 2027", First: d("2027-01-04"), Last: d("2027-03-25")},
		},
		Off: []calendar.DayOff{
			{Kind: calendar.INSET, First: d("2026-09-01"), Last: d("2026-09-01"), Reason: "Training"},
			{Kind: calendar.Holiday, First: d("2026-10-26"), Last: d("2026-10-30"), Reason: "Half-term"},
			{Kind: calendar.INSET, First: d("2026-11-23"), Last: d("2026-11-23"), Reason: "Training"},
		},
		Weeks: []calendar.Anchor{{Day: d("2026-09-02"), Letter: "A"}},
	}
	for w := time.Monday; w <= time.Friday; w++ {
		for p, from := range []string{"08:40", "09:00", "10:00", "11:20", "12:20", "14:00", "15:00"} {
			b := calendar.Bell{Weekday: w, Period: []string{"Reg", "1", "2", "3", "4", "5", "6"}[p]}
			b.From, _ = calendar.ParseClock(from)
			b.Until = b.From + 60
			if p == 0 {
				b.Until = b.From + 20
			}
			c.Bells = append(c.Bells, b)
		}
	}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHoldUntil(t *testing.T) {
	t.Parallel()
	plain := calendar.Calendar{Zone: zone(t, "Europe/London")}
	six := plain
	six.Weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	early := harbour(t)
	early.Hold = 12*60 + 30
	closed := harbour(t).Closing(day(t, "2026-11-18"), "Snow").Closing(day(t, "2026-11-19"), "Snow")
	lastDay := harbour(t).Closing(day(t, "2026-12-18"), "Snow")
	cairo := calendar.Calendar{Zone: zone(t, "Africa/Cairo"), Weekdays: []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday}}
	havana := calendar.Calendar{Zone: zone(t, "America/Havana"), Hold: 30, Weekdays: six.Weekdays[:5]} // half past midnight, which a change skips on a Sunday
	havana.Weekdays = append([]time.Weekday{time.Sunday}, havana.Weekdays...)
	for _, c := range []struct {
		what            string
		c               calendar.Calendar
		submitted, want string
	}{
		{"Wednesday: Thursday", plain, "2026-11-18T09:00:00Z", "2026-11-19T18:00:00Z"},
		{"Friday: Monday", plain, "2026-11-20T15:00:00Z", "2026-11-23T18:00:00Z"},
		{"Saturday", plain, "2026-11-21T12:00:00Z", "2026-11-23T18:00:00Z"},
		{"school on Saturday", six, "2026-11-20T15:00:00Z", "2026-11-21T18:00:00Z"},
		{"already Thursday by the school's clock", plain, "2026-07-01T23:30:00Z", "2026-07-03T17:00:00Z"},
		{"over the change to summer time", plain, "2026-03-27T10:00:00Z", "2026-03-30T17:00:00Z"},
		{"and back", plain, "2026-10-23T10:00:00Z", "2026-10-26T18:00:00Z"},
		{"leap day", plain, "2028-02-28T10:00:00Z", "2028-02-29T18:00:00Z"},
		{"from leap day", plain, "2028-02-29T10:00:00Z", "2028-03-01T18:00:00Z"},
		{"year's end, nobody entered a holiday", plain, "2026-12-31T10:00:00Z", "2027-01-01T18:00:00Z"},
		{"over half-term, and the clocks with it", harbour(t), "2026-10-23T10:00:00Z", "2026-11-02T18:00:00Z"},
		{"training after the weekend", harbour(t), "2026-11-20T10:00:00Z", "2026-11-24T18:00:00Z"},
		{"the day before the last", harbour(t), "2026-12-17T10:00:00Z", "2026-12-18T18:00:00Z"},
		{"the last day: gone at the end of term", harbour(t), "2026-12-18T17:59:59Z", "2026-12-18T18:00:00Z"},
		{"after it", harbour(t), "2026-12-18T18:00:00Z", "2027-01-04T18:00:00Z"},
		{"over the new year", harbour(t), "2026-12-30T10:00:00Z", "2027-01-04T18:00:00Z"},
		{"August: the first day with pupils", harbour(t), "2026-08-31T10:00:00Z", "2026-09-02T17:00:00Z"},
		{"training day before term", harbour(t), "2026-09-01T10:00:00Z", "2026-09-02T17:00:00Z"},
		{"beyond what was entered", harbour(t), "2027-04-16T10:00:00Z", "2027-04-19T17:00:00Z"},
		{"before it", harbour(t), "2025-08-28T10:00:00Z", "2025-08-29T17:00:00Z"},
		{"another hour", early, "2026-11-17T10:00:00Z", "2026-11-18T12:30:00Z"},
		{"two days closed", closed, "2026-11-17T10:00:00Z", "2026-11-20T18:00:00Z"},
		{"sent on a day of closure", closed, "2026-11-18T10:00:00Z", "2026-11-20T18:00:00Z"},
		{"closed on the last day: nothing outlives the term", lastDay, "2026-12-17T10:00:00Z", "2026-12-18T18:00:00Z"},
		{"Cairo, Thursday: Sunday, over the change at midnight", cairo, "2026-04-23T08:00:00Z", "2026-04-26T15:00:00Z"},
		{"Cairo, and back at midnight", cairo, "2026-10-29T08:00:00Z", "2026-11-01T16:00:00Z"},
		{"Havana, until a time that a change skips", havana, "2026-03-06T12:00:00Z", "2026-03-08T05:00:00Z"},
		{"Havana, until a time that comes twice: the first", havana, "2026-10-30T12:00:00Z", "2026-11-01T04:30:00Z"},
	} {
		if err := c.c.Check(); err != nil {
			t.Fatal(err)
		}
		if got := c.c.HoldUntil(instant(t, c.submitted)); !got.Equal(instant(t, c.want)) {
			t.Errorf("%s: %s is held until %s, want %s", c.what, c.submitted, got, c.want)
		}
	}
}

func TestOutOfHours(t *testing.T) {
	t.Parallel()
	c := harbour(t).Closing(day(t, "2026-11-18"), "Snow")
	for at, want := range map[string]bool{
		"2026-11-17T06:59:59Z": true,
		"2026-11-17T07:00:00Z": false,
		"2026-11-17T17:59:59Z": false,
		"2026-11-17T18:00:00Z": true,
		"2026-06-17T06:00:00Z": false, // 07:00 in summer
		"2026-11-21T12:00:00Z": true,  // Saturday
		"2026-10-28T12:00:00Z": true,  // half-term
		"2026-12-28T12:00:00Z": true,  // between terms
		"2026-11-23T12:00:00Z": false, // staff are in
		"2026-11-23T20:00:00Z": true,
		"2026-11-18T12:00:00Z": false, // closed: nothing counts
		"2026-11-18T03:00:00Z": false,
		"2027-08-16T12:00:00Z": false, // nobody has said yet
	} {
		if got := c.OutOfHours(instant(t, at)); got != want {
			t.Errorf("%s is out of hours: %t", at, got)
		}
	}
	c.Opens, c.Closes = 9*60, 12*60
	if c.OutOfHours(instant(t, "2026-11-17T11:59:59Z")) || !c.OutOfHours(instant(t, "2026-11-17T12:00:00Z")) {
		t.Error("the school's own hours do not count")
	}
}

func TestTheSchoolClosesForTheDay(t *testing.T) {
	t.Parallel()
	c := harbour(t)
	c.Opens, c.Closes = 7*60, 17*60
	for at, want := range map[string]string{
		"2026-11-17T09:00:00Z": "2026-11-17T17:00:00Z",
		"2026-11-17T16:59:59Z": "2026-11-17T17:00:00Z",
		"2026-11-17T17:00:00Z": "2026-11-18T00:00:00Z",
		"2026-10-24T22:59:59Z": "2026-10-24T23:00:00Z", // the night when clocks go back
	} {
		if got := c.DayEnds(instant(t, at)); !got.Equal(instant(t, want)) {
			t.Errorf("on %s it closes at %s, want %s", at, got, want)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	c := harbour(t)
	for at, want := range map[string]string{
		"2026-07-21T22:59:59Z": "Summer 2026", // by the school's clock
		"2026-07-21T23:00:00Z": "",
		"2026-08-31T22:59:59Z": "",
		"2026-08-31T23:00:00Z": "Autumn 2026", // 1 September
		"2026-10-28T12:00:00Z": "Autumn 2026", // half-term is in it
		"2027-03-25T23:59:59Z": "Spring 2027",
		"2027-03-26T00:00:00Z": "",
	} {
		if got, ok := c.Term(instant(t, at)); got.Name != want || ok != (want != "") {
			t.Errorf("%s is in %q, %t", at, got.Name, ok)
		}
	}
}

func TestDaysBeginByTheSchoolsClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, start string }{
		{"Europe/London", "2026-07-02", "2026-07-01T23:00:00Z"},
		{"Europe/London", "2026-10-25", "2026-10-24T23:00:00Z"},
		{"America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"}, // there is no midnight
		{"America/Havana", "2026-03-09", "2026-03-09T04:00:00Z"},
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"}, // there are two
		{"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},
		{"Africa/Cairo", "2026-10-30", "2026-10-29T22:00:00Z"}, // an hour of the day before came twice
	} {
		cal := calendar.Calendar{Zone: zone(t, c.zone)}
		start := cal.Start(day(t, c.day))
		if !start.Equal(instant(t, c.start)) {
			t.Errorf("%s begins in %s at %s, want %s", c.day, c.zone, start, c.start)
		}
		if cal.Date(start) != day(t, c.day) || cal.Date(start.Add(-time.Second)) != day(t, c.day)-1 {
			t.Errorf("%s in %s: that is %s, and a second before %s", c.day, c.zone, cal.Date(start), cal.Date(start.Add(-time.Second)))
		}
	}
}
