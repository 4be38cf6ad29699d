package release_test

import (
	"errors"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// What a counter means beside the one of the night before.
func TestWhatACounterMeans(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 11, 18, 2, 0, 0, 0, time.UTC)
	before := release.Night{Read: night.Add(-24 * time.Hour), Counter: 1000, Source: "ipp", Device: "a"}
	for _, c := range []struct {
		name        string
		now, before release.Night
		unaccounted int64
		note        string
	}{
		{"the first", release.Night{Counter: 5000, Source: "ipp"}, release.Night{}, -1, "first"},
		{"nothing printed", release.Night{Counter: 1000, Source: "ipp", Device: "a"}, before, 0, ""},
		{"all ours", release.Night{Counter: 1040, Source: "ipp", Device: "a", Ours: 40}, before, 0, ""},
		{"some round us", release.Night{Counter: 1100, Source: "ipp", Device: "a", Ours: 40}, before, 60, ""},
		{"fewer than we sent", release.Night{Counter: 1030, Source: "ipp", Device: "a", Ours: 40}, before, 0, ""},
		{"who it is, unsaid", release.Night{Counter: 1100, Source: "ipp", Ours: 40}, before, 60, ""},
		{"reset", release.Night{Counter: 12, Source: "ipp", Device: "a"}, before, -1, "reset"},
		{"replaced", release.Night{Counter: 1100, Source: "ipp", Device: "b"}, before, -1, "replaced"},
		{"by another way", release.Night{Counter: 1100, Source: "snmp", Device: "a"}, before, -1, "other-counter"},
		{"no counter any more", release.Night{Counter: -1}, before, -1, "no-counter"},
		{"2^31 pages in a day", release.Night{Counter: 1 << 31, Source: "ipp", Device: "a"}, before, -1, "nonsense"},
		{"a lot, and possible", release.Night{Counter: 301_000, Source: "ipp", Device: "a"}, before, 300_000, ""},
	} {
		c.now.Read = night
		if got := c.now.Judge(c.before); got.Unaccounted != c.unaccounted || got.Note != c.note {
			t.Errorf("%s: %d %q, want %d %q", c.name, got.Unaccounted, got.Note, c.unaccounted, c.note)
		}
	}
}

func (h *house) counts(n int64) {
	h.paper.with(func() { h.paper.counts = release.Counts{Impressions: n, Source: "ipp", Device: "a"} })
}

// night lets a night pass and reads the counters, twice as two servers would.
func (h *house) night(day time.Time) release.Look {
	h.t.Helper()
	h.clock.Set(day)
	for range 2 {
		if err := h.CountPrinters(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
	return h.look()
}

// printedInTheDay has a desk print a job of Sam's and go again. The night before must have
// been read: while the clock stands the desk finds nothing to count.
func (h *house) printedInTheDay(pages int) {
	h.t.Helper()
	h.open()
	job := h.submit(h.Sam, pages)
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	h.close()
}

// A printer that prints 30 pages beside the 4 that we sent has 30 unaccounted.
func TestNothingGoesRoundUs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.close() // it reads counters by itself, at a moment that no test can choose
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle'")
	h.counts(1000)
	first := h.night(tuesday)
	if len(first.Nights) != 1 || first.Night.Note != "first" || first.Night.Counter != 1000 || first.Night.Day.String() != "2026-11-16" {
		t.Fatalf("%+v", first.Nights)
	}
	h.printedInTheDay(4)
	h.counts(1034)
	if l := h.night(tuesday.Add(16*time.Hour + 59*time.Minute)); len(l.Nights) != 1 { // 01:59
		t.Errorf("read before two o'clock: %+v", l.Nights)
	}
	// Off at night: it is read when it is back.
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'unreachable'")
	if l := h.night(tuesday.Add(18 * time.Hour)); len(l.Nights) != 1 {
		t.Errorf("one that is off was read: %+v", l.Nights)
	}
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle'")
	h.paper.fail("Counts", errors.New("the line is dead"))
	if l := h.night(tuesday.Add(22 * time.Hour)); len(l.Nights) != 1 {
		t.Errorf("what did not answer was kept: %+v", l.Nights)
	}
	h.paper.fail("Counts", nil)
	// With something of ours in its hands the counter says nothing.
	dbtest.Exec(t, h.db, "UPDATE delivery SET state = 'printing', ended_at = NULL, charged = NULL, printed = NULL")
	if l := h.night(tuesday.Add(22 * time.Hour)); len(l.Nights) != 1 {
		t.Errorf("read in the middle of a job: %+v", l.Nights)
	}
	dbtest.Exec(t, h.db, "UPDATE delivery SET state = 'settled', ended_at = $1, charged = 4, printed = 4", tuesday)
	l := h.night(tuesday.Add(22 * time.Hour))
	if len(l.Nights) != 2 || l.Night.Unaccounted != 30 || l.Night.Ours != 4 || l.Night.Day.String() != "2026-11-17" || l.Week != 30 {
		t.Errorf("%+v", l.Nights)
	}
	// The next night has nothing to do with what was.
	if l = h.night(tuesday.Add(42 * time.Hour)); l.Night.Unaccounted != 0 || l.Night.Ours != 0 || l.Week != 30 {
		t.Errorf("%+v", l.Nights)
	}
	h.paper.with(func() { h.paper.counts = release.Counts{Impressions: 9, Source: "a printer's own idea"} })
	if l = h.night(tuesday.Add(66 * time.Hour)); l.Night.Note != "no-counter" || l.Night.Counter != -1 {
		t.Errorf("%+v", l.Nights)
	}
}

// What nobody knows of may have come out: it accuses nobody.
func TestAnUnclearDeliveryAccusesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.close()
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle'")
	h.counts(1000)
	h.night(tuesday)
	h.printedInTheDay(4)
	dbtest.Exec(t, h.db, "UPDATE delivery SET state = 'unclear', ended_at = NULL, charged = NULL, printed = NULL")
	h.counts(1005)
	if l := h.night(tuesday.Add(24 * time.Hour)); l.Night.Ours != 4 || l.Night.Unaccounted != 1 {
		t.Errorf("%+v", l.Nights)
	}
}
