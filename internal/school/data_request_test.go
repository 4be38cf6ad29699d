package school

import (
	"testing"
	"time"
)

// TestAMonthEndsWithTheNextOne: who asked on 31 January is answered by the end of February.
func TestAMonthEndsWithTheNextOne(t *testing.T) {
	t.Parallel()
	for came, want := range map[string]string{
		"2026-11-18": "2026-12-18", "2026-12-31": "2027-01-31", "2027-01-29": "2027-02-28", "2027-01-31": "2027-02-28",
		"2028-01-31": "2028-02-29", "2027-03-31": "2027-04-30", "2027-02-28": "2027-03-28",
	} {
		day, err := time.Parse(time.DateOnly, came)
		if got := monthAfter(day).Format(time.DateOnly); err != nil || got != want {
			t.Errorf("what came on %s is due on %s, want %s", came, got, want)
		}
	}
}
