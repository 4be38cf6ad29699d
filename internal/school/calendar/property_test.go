package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	_ "inkwell/internal/propertytest"
	"inkwell/internal/school/calendar"
)

// zones change their clocks at night, at midnight, by half an hour, and never.
var zones = []string{"Europe/London", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Beirut", "UTC"}

// someCalendar draws a calendar that Check takes, over about two years.
func someCalendar(t *rapid.T) calendar.Calendar {
	first := calendar.NewDate(2026, 1, 1)
	days := func(name string, from, to calendar.Date) calendar.Date {
		return calendar.Date(rapid.Int32Range(int32(from), int32(to)).Draw(t, name))
	}
	z, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	c := calendar.Calendar{Zone: z, Hold: calendar.Clock(rapid.Int16Range(0, 1439).Draw(t, "hold"))}
	c.Weekdays = rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 0, 7, rapid.ID).Draw(t, "weekdays")
	at := first
	for range rapid.IntRange(0, 5).Draw(t, "terms") {
		from := at + days("gap", 1, 60)
		at = from + days("length", 0, 100)
		c.Terms = append(c.Terms, calendar.Term{Name: "term", First: from, Last: at})
	}
	for range rapid.IntRange(0, 8).Draw(t, "offs") {
		from := days("off", first, first+500)
		kind := rapid.SampledFrom([]calendar.Kind{calendar.Holiday, calendar.INSET, calendar.Closure}).Draw(t, "kind")
		c.Off = append(c.Off, calendar.DayOff{Kind: kind, First: from, Last: from + days("days", 0, 14), Reason: "off"})
	}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func someTime(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(1767225600, 1767225600+600*86400).Draw(t, "time"), 0).UTC()
}

func TestAHoldIsAfterItsSubmissionAtAnHourOfSchool(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, at := someCalendar(t), someTime(t)
		until := c.HoldUntil(at)
		if !until.After(at) {
			t.Fatalf("%s is held until %s", at, until)
		}
		hold := c.Hold
		if hold == 0 {
			hold = calendar.DefaultHold
		}
		d := c.Date(until)
		if local := until.In(c.Zone); calendar.Clock(local.Hour()*60+local.Minute()) != hold {
			// an hour that a change of clocks skips: the moment of the change
			if from, _ := local.ZoneBounds(); !from.Equal(until) {
				t.Fatalf("%s is held until %s", at, local)
			}
		}
		if term, ok := c.Term(until); !c.SchoolDay(d) && (!ok || term.Last != d) {
			t.Fatalf("%s is held until %s, which is no school day and no end of term", at, until)
		}
		if term, ok := c.Term(at); ok && d > term.Last && c.Date(at) < term.Last {
			t.Fatalf("%s is held until %s, beyond its term", at, until)
		}
	})
}

func TestALaterJobIsHeldAtLeastAsLong(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, at := someCalendar(t), someTime(t)
		later := at.Add(time.Duration(rapid.Int64Range(0, 40*86400).Draw(t, "later")) * time.Second)
		if a, b := c.HoldUntil(at), c.HoldUntil(later); b.Before(a) {
			t.Fatalf("%s is held until %s, and %s until %s", at, a, later, b)
		}
	})
}

func TestAClosureShortensNoHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, at := someCalendar(t), someTime(t)
		d := c.Date(at) + calendar.Date(rapid.Int32Range(-3, 12).Draw(t, "closed"))
		closed := c.Closing(d, "Snow")
		if a, b := c.HoldUntil(at), closed.HoldUntil(at); b.Before(a) {
			t.Fatalf("%s is held until %s, and with %s closed until %s", at, a, d, b)
		}
		if closed.SchoolDay(d) || closed.OutOfHours(closed.Start(d)) {
			t.Fatalf("%s is not closed", d)
		}
		if len(c.Off) > 0 && &c.Off[0] == &closed.Off[0] {
			t.Fatal("the calendar that was closed shares its days with the one before")
		}
	})
}

func TestADateIsTheDayThatBegins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, at := someCalendar(t), someTime(t)
		d := c.Date(at)
		if c.Start(d).After(at) || c.Date(c.Start(d)) != d {
			t.Fatalf("%s is on %s, which begins at %s", at, d, c.Start(d))
		}
		if back, err := calendar.ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%s comes back as %s", d, back)
		}
	})
}
