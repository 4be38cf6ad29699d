package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"inkwell/internal/school/calendar"
)

func TestDaysInWords(t *testing.T) {
	t.Parallel()
	for want, days := range map[string][]time.Weekday{
		"":                {},
		"Mon-Fri":         {1, 2, 3, 4, 5},
		"Mon-Sun":         {0, 1, 2, 3, 4, 5, 6},
		"Mon Tue Thu":     {4, 1, 2},
		"Mon-Wed Fri Sun": {0, 1, 2, 3, 5},
		"Mon-Thu Sun":     {0, 1, 2, 3, 4},
	} {
		if got := calendar.Days(days); got != want {
			t.Errorf("%v is %q, want %q", days, got, want)
		}
	}
	if got := calendar.Days((calendar.Calendar{}).SchoolWeek()); got != "Mon-Fri" {
		t.Errorf("a school without a calendar has school on %s", got)
	}
}

func TestBellsOfSeveralDaysTogether(t *testing.T) {
	t.Parallel()
	rings := harbour(t).Rings()
	if len(rings) != 7 || fmt.Sprint(rings[0].Period, rings[0].From, rings[0].Until, calendar.Days(rings[0].Days)) != "Reg08:40 09:00Mon-Fri" || rings[6].Period != "6" {
		t.Errorf("%+v", rings)
	}
}

func TestADayInWords(t *testing.T) {
	t.Parallel()
	c := harbour(t)
	for on, want := range map[string]string{
		"2026-09-07": "a school day, week B", "2026-10-27": "a holiday: Half-term", "2026-09-05": "no school day", "2026-09-01": "a training day",
	} {
		if got := c.Words(day(t, on)); got != want {
			t.Errorf("%s is %q, want %q", on, got, want)
		}
	}
	if got := c.Closing(day(t, "2026-09-07"), "Snow").Words(day(t, "2026-09-07")); got != "closed: Snow" {
		t.Errorf("a day of snow is %q", got)
	}
}
