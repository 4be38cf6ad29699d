package rule_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	_ "inkwell/internal/propertytest"
	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct/rule"
)

func TestPointsGoDownEvenly(t *testing.T) {
	t.Parallel()
	marks := []rule.Mark{{Raised: tuesday, Decays: tuesday.AddDate(0, 0, 30), Weight: 30}}
	for days, want := range map[int]int{-1: 0, 0: 30, 1: 29, 15: 15, 29: 1, 30: 0, 99: 0} {
		if got := rule.Points(marks, tuesday.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days: %d points, want %d", days, got, want)
		}
	}
	if got := rule.Points(append(marks, rule.Mark{Raised: tuesday.AddDate(0, 0, 15), Decays: tuesday.AddDate(0, 0, 45), Weight: 10}), tuesday.AddDate(0, 0, 15)); got != 25 {
		t.Errorf("with another flag: %d", got)
	}
}

func TestPointsNeverGrowByThemselves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		decay := rapid.IntRange(1, 366).Draw(t, "days")
		m := []rule.Mark{{Raised: tuesday, Decays: tuesday.AddDate(0, 0, decay), Weight: rapid.IntRange(0, 100).Draw(t, "weight")}}
		a := time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "a"))
		b := a + time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "b"))
		early, late := rule.Points(m, tuesday.Add(a)), rule.Points(m, tuesday.Add(b))
		if late > early || early > m[0].Weight || late < 0 {
			t.Fatalf("%d points, later %d", early, late)
		}
	})
}

func TestTheLadder(t *testing.T) {
	t.Parallel()
	l := rule.Default().Ladder // 10 notice, 20 tutor, 30 teacher-release, 60 review
	for _, c := range []struct {
		name     string
		points   int
		by       rule.Route
		standing int
		want     int
		held     bool
	}{
		{"too little", 9, rule.Automatic, 0, 0, false},
		{"a notice", 10, rule.Notice, 0, 1, false},
		{"the tutor", 29, rule.Automatic, 0, 2, false},
		{"a burst", 30, rule.Automatic, 0, 3, false},
		{"waste goes no further than the tutor", 45, rule.Notice, 0, 2, true},
		{"what stands is not taken twice", 35, rule.Automatic, 3, 0, false},
		{"the next one is", 60, rule.Automatic, 3, 4, false},
		{"above what stands a person decides", 60, rule.Notice, 2, 0, true},
		{"what goes to a person climbs nothing", 100, rule.ToPerson, 0, 0, false},
		{"nor does safeguarding", 100, rule.Safeguarding, 0, 0, false},
	} {
		if rung, held := l.Step(c.points, c.by, c.standing); rung != c.want || held != c.held {
			t.Errorf("%s: rung %d, held %t", c.name, rung, held)
		}
	}
}

func TestStepsEndWhenSchoolOpens(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, london)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	day := func(s string) calendar.Date { return calendar.DateOf(at(s + " 00:00")) }
	c := calendar.Calendar{Zone: london, Opens: 8 * 60, Closes: 17 * 60, Off: []calendar.DayOff{{Kind: calendar.Holiday, First: day("2026-10-26"), Last: day("2026-10-30")}}}
	for _, x := range []struct {
		name, at string
		rung     rule.Rung
		sure     bool
		want     string
	}{
		{"Tuesday and Wednesday", "2026-11-17 10:15", rule.Rung{Action: rule.TeacherRelease, Days: 2}, false, "2026-11-19 08:00"},
		{"over a weekend", "2026-11-20 10:15", rule.Rung{Action: rule.Withdraw, Days: 2}, false, "2026-11-24 08:00"},
		{"over half-term, and over the clocks' change", "2026-10-23 10:15", rule.Rung{Action: rule.Withdraw, Days: 2}, false, "2026-11-03 08:00"},
		{"after school it begins tomorrow", "2026-11-17 17:00", rule.Rung{Action: rule.Withdraw, Days: 1}, false, "2026-11-19 08:00"},
		{"on a Saturday it begins on Monday", "2026-11-21 10:00", rule.Rung{Action: rule.Withdraw, Days: 1}, false, "2026-11-24 08:00"},
		{"alone a rule has two days", "2026-11-16 09:00", rule.Rung{Action: rule.Review, Days: 10}, false, "2026-11-18 08:00"},
		{"a person has them all", "2026-11-16 09:00", rule.Rung{Action: rule.Review, Days: 5}, true, "2026-11-23 08:00"},
		{"a notice is shown for as long as it says", "2026-11-16 09:00", rule.Rung{Action: rule.TellPupil, Days: 5}, false, "2026-11-23 08:00"},
	} {
		if got := x.rung.Ends(c, at(x.at), x.sure); !got.Equal(at(x.want)) {
			t.Errorf("%s: ends %s, want %s", x.name, got.In(london), x.want)
		}
	}
}

func TestTheBreaker(t *testing.T) {
	t.Parallel()
	b := rule.Breaker{Percent: 5, AtLeast: 5}
	for _, c := range []struct {
		hit, of int
		want    bool
	}{{4, 20, false}, {5, 100, false}, {6, 100, true}, {5, 20, true}, {11, 210, true}, {10, 210, false}} {
		if got := b.Trips(c.hit, c.of); got != c.want {
			t.Errorf("%d of %d: %t", c.hit, c.of, got)
		}
	}
}
