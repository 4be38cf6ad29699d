package release

import (
	"testing"
	"time"
)

// When a hold ends, by London's clock, which goes back on 25 October 2026 and forward
// on 29 March 2026, both Sundays.
func TestWhenAHoldEnds(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	const at = "Mon 2006-01-02 15:04:05"
	for _, tc := range []struct{ now, name, want string }{ // all in UTC; the same again is now
		// winter: London is UTC
		{"Tue 2026-11-17 09:00:00", "day-time", "Tue 2026-11-17 09:00:00"},
		{"Tue 2026-11-17 05:59:59", "day-time", "Tue 2026-11-17 06:00:00"},
		{"Tue 2026-11-17 18:00:00", "day-time", "Wed 2026-11-18 06:00:00"},
		{"Tue 2026-11-17 09:00:00", "evening", "Tue 2026-11-17 18:00:00"},
		{"Tue 2026-11-17 18:00:00", "evening", "Tue 2026-11-17 18:00:00"},
		{"Tue 2026-11-17 03:00:00", "night", "Tue 2026-11-17 03:00:00"},
		{"Tue 2026-11-17 06:00:00", "night", "Tue 2026-11-17 18:00:00"},
		{"Tue 2026-11-17 09:00:00", "second-shift", "Tue 2026-11-17 16:00:00"},
		{"Tue 2026-11-17 23:59:59", "second-shift", "Tue 2026-11-17 23:59:59"},
		{"Tue 2026-11-17 07:59:59", "third-shift", "Tue 2026-11-17 07:59:59"},
		{"Tue 2026-11-17 08:00:00", "third-shift", "Wed 2026-11-18 00:00:00"},
		{"Tue 2026-11-17 09:00:00", "weekend", "Sat 2026-11-21 00:00:00"},
		{"Sat 2026-11-21 09:00:00", "weekend", "Sat 2026-11-21 09:00:00"},
		{"Sun 2026-11-22 23:59:59", "weekend", "Sun 2026-11-22 23:59:59"},
		{"Mon 2026-11-23 00:00:00", "weekend", "Sat 2026-11-28 00:00:00"},
		// a time of day is UTC, as CUPS has it
		{"Tue 2026-11-17 09:00:00", "00:30:00", "Wed 2026-11-18 00:30:00"},
		{"Tue 2026-11-17 00:10:00", "00:30", "Tue 2026-11-17 00:30:00"},
		{"Wed 2026-07-15 09:00:00", "12:00:00", "Wed 2026-07-15 12:00:00"},
		// summer: London is an hour ahead
		{"Wed 2026-07-15 09:00:00", "evening", "Wed 2026-07-15 17:00:00"},
		{"Wed 2026-07-15 04:30:00", "day-time", "Wed 2026-07-15 05:00:00"},
		{"Sun 2026-07-19 22:59:59", "weekend", "Sun 2026-07-19 22:59:59"},
		{"Sun 2026-07-19 23:00:00", "weekend", "Fri 2026-07-24 23:00:00"},
		// over the nights in which the clock changes
		{"Sat 2026-10-24 18:00:00", "day-time", "Sun 2026-10-25 06:00:00"},
		{"Sat 2026-03-28 19:00:00", "day-time", "Sun 2026-03-29 05:00:00"},
		{"Sun 2026-03-29 04:30:00", "evening", "Sun 2026-03-29 04:30:00"},
		{"Sun 2026-03-29 05:00:00", "evening", "Sun 2026-03-29 17:00:00"},
		{"Sun 2026-10-25 00:30:00", "third-shift", "Sun 2026-10-25 00:30:00"},
		{"Sun 2026-10-25 01:30:00", "third-shift", "Sun 2026-10-25 01:30:00"}, // 01:30 for the second time
		{"Fri 2026-10-23 12:00:00", "weekend", "Fri 2026-10-23 23:00:00"},
	} {
		now, err := time.Parse(at, tc.now)
		if err != nil {
			t.Fatal(err)
		}
		h := HoldUntil{Name: tc.name}
		if !h.Known() {
			t.Errorf("%s is not known", tc.name)
		}
		if got := next(tc.name, now, london).UTC().Format(at); got != tc.want {
			t.Errorf("%s at %s: %s, want %s", tc.name, tc.now, got, tc.want)
		}
		if got := h.at(now, london); got.on != (tc.want != tc.now) || got.on != !got.ends.IsZero() || got.on && got.until != tc.name {
			t.Errorf("%s at %s comes to %+v", tc.name, tc.now, got)
		}
	}
	for _, name := range []string{"tomorrow", "24:00:00", "9:75", "1:2:3:4", "Evening"} {
		if (HoldUntil{Name: name}).Known() {
			t.Errorf("%s is known", name)
		}
	}
}
