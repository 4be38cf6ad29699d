package release

import (
	"testing"
	"time"
)

// F10: 1, 2, 4 and so on up to 60 seconds, less up to a quarter by chance.
func TestF10BackOffGrowsToAMinute(t *testing.T) {
	t.Parallel()
	for failed, seconds := range map[int]int{1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 60, 8: 60, 1000: 60} {
		most := time.Duration(seconds) * time.Second
		different := map[time.Duration]bool{}
		for range 100 {
			wait := backOff(failed)
			if wait > most || wait <= most*3/4-time.Nanosecond {
				t.Errorf("after %d failures %v, want at most %v", failed, wait, most)
			}
			different[wait] = true
		}
		if len(different) < 50 {
			t.Errorf("after %d failures only %d different waits", failed, len(different))
		}
	}
}

// F7: what a job may wait in all for a printer that is out of reach, five times as long as
// making a connection may take included, is less than a minute.
func TestF7WhatIsOutOfReachIsGivenUpWithinAMinute(t *testing.T) {
	t.Parallel()
	const connecting = 5 * time.Second // as ipp/device gives up
	spent := connecting
	for failed := 1; failed < patience["printer-unreachable"]; failed++ {
		spent += time.Second<<(failed-1) + connecting
	}
	if spent > time.Minute || waitsAtMost+connecting > time.Minute {
		t.Errorf("%v, or %v behind others", spent, waitsAtMost+connecting)
	}
}

func TestABreaker(t *testing.T) {
	t.Parallel()
	var b breakers
	now := time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)
	if b.open(7, now, now) {
		t.Error("open before any failure")
	}
	for want := 1; want <= 9; want++ {
		failed, wait := b.trip(7, now)
		if failed != want || !b.open(7, now, now) || b.open(7, now.Add(wait), now) || b.open(8, now, now) {
			t.Errorf("failure %d: counted as %d, for %v", want, failed, wait)
		}
	}
	if b.open(7, now, now.Add(-waitsAtMost)) {
		t.Error("a job that has waited long enough waits on")
	}
	b.close(7)
	if b.open(7, now, now) {
		t.Error("open after a document was taken")
	}
}
