package school_test

import (
	"testing"
	"time"

	"inkwell/internal/school"
)

func TestHoldUntil(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	s := school.School{Zone: zone}
	for submitted, want := range map[string]string{
		"2026-11-18T09:00:00Z": "2026-11-19T18:00:00Z", // Wednesday: Thursday
		"2026-11-20T15:00:00Z": "2026-11-23T18:00:00Z", // Friday: Monday
		"2026-11-21T12:00:00Z": "2026-11-23T18:00:00Z", // Saturday
		"2026-07-01T23:30:00Z": "2026-07-03T17:00:00Z", // already Thursday by the school's clock
		"2026-03-27T10:00:00Z": "2026-03-30T17:00:00Z", // over the change to summer time
		"2026-10-23T10:00:00Z": "2026-10-26T18:00:00Z", // and back
		"2028-02-28T10:00:00Z": "2028-02-29T18:00:00Z", // leap day
	} {
		at, err := time.Parse(time.RFC3339, submitted)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.HoldUntil(at).Format(time.RFC3339); got != want {
			t.Errorf("%s is held until %s, want %s", submitted, got, want)
		}
	}
}

func TestDayIsTheSchoolsOwn(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	s := school.School{Zone: zone}
	at := time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC) // half past midnight on the 2nd in London
	if got := s.Day(at).Format(time.DateOnly); got != "2026-07-02" {
		t.Errorf("day %s", got)
	}
	if got := s.Start(at).Format(time.RFC3339); got != "2026-07-01T23:00:00Z" {
		t.Errorf("day began %s", got)
	}
}
