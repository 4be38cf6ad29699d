package quota_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"inkwell/internal/school/calendar"
	"inkwell/quota"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestWhenAPeriodBegins(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate
	london := calendar.Calendar{Zone: zone(t, "Europe/London")}
	terms := london
	terms.Terms = []calendar.Term{
		{Name: "Autumn", First: day(2026, 9, 2), Last: day(2026, 12, 18)},
		{Name: "Spring", First: day(2027, 1, 5), Last: day(2027, 3, 26)},
	}
	for _, c := range []struct {
		name string
		cal  calendar.Calendar
		per  quota.Period
		at   string // the school's clock
		want calendar.Date
	}{
		{"in a term", terms, quota.Term, "2026-11-20 10:00", day(2026, 9, 2)},
		{"its first minute", terms, quota.Term, "2027-01-05 00:00", day(2027, 1, 5)},
		{"the minute before", terms, quota.Term, "2027-01-04 23:59", day(2026, 9, 2)},
		{"in the holidays the term before goes on", terms, quota.Term, "2026-12-25 12:00", day(2026, 9, 2)},
		{"before the first", terms, quota.Term, "2026-08-20 12:00", day(2026, 9, 2)},
		{"long after the last", terms, quota.Term, "2028-05-01 12:00", day(2027, 1, 5)},
		{"no terms, autumn", london, quota.Term, "2026-11-20 10:00", day(2026, 9, 1)},
		{"no terms, spring", london, quota.Term, "2027-03-31 23:59", day(2027, 1, 1)},
		{"no terms, summer", london, quota.Term, "2027-08-31 23:59", day(2027, 4, 1)},
		{"a month", london, quota.Month, "2028-02-29 23:59", day(2028, 2, 1)},
		{"the month after a leap day", london, quota.Month, "2028-03-01 00:00", day(2028, 3, 1)},
		{"a week, on its Sunday", london, quota.Week, "2026-03-29 12:00", day(2026, 3, 23)}, // the clocks go forward
		{"a week, on its Monday", london, quota.Week, "2026-03-30 00:00", day(2026, 3, 30)},
		{"a day as the clocks go back", london, quota.Day, "2026-10-25 23:59", day(2026, 10, 25)},
		{"a day that is still yesterday in UTC", london, quota.Day, "2026-07-01 00:30", day(2026, 7, 1)},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, c.cal.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.per.Start(c.cal, at); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A period begins at or before its time, except before the first term; it never goes back
// as time goes on, and every moment of it has the same beginning.
func TestPeriodsFollowOneAnother(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{zone(t, "Europe/London"), zone(t, "Africa/Cairo"), zone(t, "Pacific/Auckland")}
	rapid.Check(t, func(t *rapid.T) {
		c := calendar.Calendar{Zone: rapid.SampledFrom(zones).Draw(t, "zone")}
		per := rapid.SampledFrom(quota.Periods()).Draw(t, "per")
		from := time.Unix(rapid.Int64Range(1_700_000_000, 2_000_000_000).Draw(t, "from"), 0)
		later := from.Add(time.Duration(rapid.Int64Range(0, 400*24*3600).Draw(t, "later")) * time.Second)
		a, b := per.Start(c, from), per.Start(c, later)
		if a > c.Date(from) || b > c.Date(later) || a > b {
			t.Fatalf("%s: from %v it is %s, from %v %s", per, from, a, later, b)
		}
		if again := per.Start(c, c.Start(a)); again != a {
			t.Fatalf("%s: the period of %s begins on %s", per, a, again)
		}
	})
}
