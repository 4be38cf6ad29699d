package calendar_test

import (
	"strings"
	"testing"
	"time"

	"inkwell/internal/school/calendar"
)

func TestPeriodsEndWithTheBell(t *testing.T) {
	t.Parallel()
	c := harbour(t).Closing(day(t, "2026-11-18"), "Snow")
	for at, want := range map[string]string{
		"2026-11-17T08:39:59Z":           "",
		"2026-11-17T08:40:00Z":           "Reg",
		"2026-11-17T08:59:59.999999999Z": "Reg",
		"2026-11-17T09:00:00Z":           "1",
		"2026-11-17T09:59:59.999999999Z": "1",
		"2026-11-17T10:00:00Z":           "2",
		"2026-11-17T11:00:00Z":           "", // break
		"2026-11-17T15:59:59Z":           "6",
		"2026-11-17T16:00:00Z":           "",
		"2026-07-01T08:00:00Z":           "1", // summer time
		"2026-10-23T08:00:00Z":           "1", // the last day of it ...
		"2026-11-02T09:00:00Z":           "1", // ... and the first after
		"2026-11-18T09:30:00Z":           "",  // closed
		"2026-11-21T09:30:00Z":           "",  // Saturday
		"2026-10-27T09:30:00Z":           "",  // half-term
		"2026-11-23T09:30:00Z":           "",  // training
	} {
		s, ok := c.Period(instant(t, at))
		if s.Period != want || ok != (want != "") {
			t.Errorf("%s is period %q", at, s.Period)
		}
		if ok && (s.Date != c.Date(instant(t, at)) || !s.Until.After(s.From)) {
			t.Errorf("%s is %+v", at, s)
		}
	}
	if all := c.Day(day(t, "2026-11-17")); len(all) != 7 || all[0].Period != "Reg" || all[6].Period != "6" {
		t.Errorf("Tuesday has %+v", all)
	}
}

// An evening school in Havana, on the nights when clocks change at midnight.
func TestPeriodsAtTheChangeOfClocks(t *testing.T) {
	t.Parallel()
	c := calendar.Calendar{Zone: zone(t, "America/Havana"), Weekdays: []time.Weekday{time.Sunday}, Bells: []calendar.Bell{
		{Weekday: time.Sunday, Period: "early", From: 0, Until: 30}, {Weekday: time.Sunday, Period: "late", From: 30, Until: 90},
	}}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-03-08T04:59:59Z": "",
		"2026-03-08T05:00:00Z": "late", // 01:00, all of the first was skipped
		"2026-03-08T05:29:59Z": "late",
		"2026-03-08T05:30:00Z": "",
		"2026-11-01T04:00:00Z": "early", // 00:00
		"2026-11-01T04:29:59Z": "early",
		"2026-11-01T04:30:00Z": "late", // 00:30
		"2026-11-01T05:29:59Z": "late", // 00:29 again: it has begun, so it lasts
		"2026-11-01T06:29:59Z": "late", // 01:29
		"2026-11-01T06:30:00Z": "",
	} {
		if s, _ := c.Period(instant(t, at)); s.Period != want {
			t.Errorf("%s is period %q, want %q", at, s.Period, want)
		}
	}
}

func TestWeeksTakeTurns(t *testing.T) {
	t.Parallel()
	c := harbour(t)
	for d, want := range map[string]string{
		"2026-08-31": "A", "2026-09-02": "A", "2026-09-06": "A", // of one week, Sunday last
		"2026-09-07": "B", "2026-09-14": "A", "2026-10-19": "B",
		"2026-10-28": "A", "2026-11-02": "A", // half-term takes no turn
		"2026-11-09": "B", "2026-12-14": "A",
		"2027-01-04": "B",                    // nor do holidays
		"2026-07-20": "B", "2026-07-13": "A", // backwards
	} {
		if got := c.Week(day(t, d)); got != want {
			t.Errorf("%s is in week %q, want %s", d, got, want)
		}
	}
	for d := day(t, "2026-11-02"); d < day(t, "2026-11-07"); d++ {
		c = c.Closing(d, "Snow")
	}
	c = c.Closing(day(t, "2026-10-28"), "Snow in half-term")
	if c.Week(day(t, "2026-11-02")) != "A" || c.Week(day(t, "2026-11-09")) != "B" {
		t.Error("a week of snow took the turn from the next")
	}
	c.Weeks = append(c.Weeks, calendar.Anchor{Day: day(t, "2027-01-05"), Letter: "A"})
	if c.Week(day(t, "2027-01-04")) != "A" || c.Week(day(t, "2026-12-14")) != "A" || c.Week(day(t, "2027-01-11")) != "B" {
		t.Error("a second anchor does not begin anew")
	}
	if (calendar.Calendar{}).Week(0) != "" {
		t.Error("weeks that are all alike have letters")
	}
	cairo := calendar.Calendar{Weekdays: []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday},
		Weeks: []calendar.Anchor{{Day: day(t, "2026-11-15"), Letter: "A"}}}
	if cairo.Week(day(t, "2026-11-19")) != "A" || cairo.Week(day(t, "2026-11-22")) != "B" {
		t.Error("a week does not begin on Sunday where school does")
	}
	all := calendar.Calendar{Weekdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, Weeks: []calendar.Anchor{{Day: day(t, "2026-11-16"), Letter: "A"}}}
	if all.Week(day(t, "2026-11-22")) != "A" || all.Week(day(t, "2026-11-23")) != "B" {
		t.Error("with school on all seven days a week does not begin on Monday")
	}
}

func TestWhatIsNoCalendar(t *testing.T) {
	t.Parallel()
	d := func(s string) calendar.Date { return day(t, s) }
	bell := func(w time.Weekday, p string, from, until calendar.Clock) calendar.Bell {
		return calendar.Bell{Weekday: w, Period: p, From: from, Until: until}
	}
	term := func(first, last string) calendar.Term {
		return calendar.Term{Name: "Autumn", First: d(first), Last: d(last)}
	}
	for want, c := range map[string]calendar.Calendar{
		"before \"Autumn\" has ended":    {Terms: []calendar.Term{term("2026-09-01", "2026-12-18"), term("2026-12-18", "2027-03-01")}},
		"before it begins":               {Terms: []calendar.Term{term("2026-09-01", "2026-08-18")}},
		"longer than a year":             {Terms: []calendar.Term{term("2026-09-01", "2027-09-02")}},
		"1 to 60 letters":                {Off: []calendar.DayOff{{Kind: calendar.INSET}}},
		"begins at 09:59":                {Bells: []calendar.Bell{bell(1, "1", 540, 600), bell(1, "2", 599, 660)}},
		"is there twice":                 {Bells: []calendar.Bell{bell(1, "1", 540, 600), bell(1, "1", 600, 660)}},
		"end has to come after":          {Bells: []calendar.Bell{bell(1, "1", 1380, 30)}},
		"1 to 20 letters":                {Bells: []calendar.Bell{bell(1, strings.Repeat("x", 21), 540, 600)}},
		"has to open first":              {Opens: 600, Closes: 600},
		"jobs cannot go at 24:00":        {Hold: 1440},
		"more entries than a school can": {Weeks: make([]calendar.Anchor, 501)},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	fine := calendar.Calendar{Bells: []calendar.Bell{bell(2, "1", 600, 660), bell(1, "2", 600, 660), bell(1, "1", 540, 600)}}
	fine.Sort()
	if err := fine.Check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"2026-02-29", "1969-12-31", "2200-01-01", "26-1-1", ""} {
		if got, err := calendar.ParseDate(bad); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
	for text, want := range map[string]string{"8:50": "08:50", "00:00": "00:00", "24:00": "24:00", "09:00:00": "09:00", "09:00:30": "", "24:01": "", "9": ""} {
		if got, err := calendar.ParseClock(text); (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
}
