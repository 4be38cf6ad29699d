package school_test

import (
	"testing"
	"time"

	"inkwell/internal/school"
)

func TestDayIsTheSchoolsOwn(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	s := school.School{Zone: zone}
	at := time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC) // half past midnight on the 2nd in London
	if got := s.Day(at).Format("2006-01-02 15:04 MST"); got != "2026-07-02 00:00 UTC" {
		t.Errorf("day %s", got)
	}
	if got := s.Start(at).Format(time.RFC3339); got != "2026-07-01T23:00:00Z" {
		t.Errorf("day began %s", got)
	}
}
