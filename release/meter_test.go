package release_test

import (
	"sync"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// tally is a release.Meter that counts.
type tally struct {
	mu                        sync.Mutex
	begun, ended, tried, lost int
}

func (m *tally) add(n *int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*n++
}

func (m *tally) Begun(time.Duration)                        { m.add(&m.begun) }
func (m *tally) Ended(release.DeliveryState, time.Duration) { m.add(&m.ended) }
func (m *tally) Retried(string)                             { m.add(&m.tried) }
func (m *tally) Lost()                                      { m.add(&m.lost) }

func (m *tally) now() [4]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return [4]int{m.begun, m.ended, m.tried, m.lost}
}

// A delivery is metered once for each thing that becomes of it, and figures are of what is open.
func TestFigures(t *testing.T) {
	t.Parallel()
	m := &tally{}
	h := newHouse(t, func(h *house) { h.meter = m })
	job := h.submit(h.Sam, 4)
	f, err := h.Figures(t.Context())
	if err != nil || f.Jobs[release.Held] != 1 || len(f.Deliveries) != 0 || f.Printers[release.PrinterUnknown]+f.Printers[release.PrinterIdle] != 1 {
		t.Errorf("%+v, %v", f, err)
	}
	h.paper.fail("Begin", release.ErrBusy)
	h.release(h.Sam, job.ID)
	h.eventually("a try", func() (string, bool) { return "", m.now()[2] == 1 })
	h.paper.fail("Begin", nil)
	h.clock.Advance(time.Minute)
	h.state(job.ID, release.Done)
	h.eventually("the end", func() (string, bool) { return "", m.now() == [4]int{1, 1, 1, 0} })
	dbtest.Exec(t, h.db, "UPDATE printer SET paused_at = now()")
	if err := h.Report(t.Context(), h.at(h.Sam), release.FaultJam); err != nil {
		t.Fatal(err)
	}
	f, err = h.Figures(t.Context())
	if err != nil || f.Jobs[release.Held] != 0 || f.Paused != 1 || f.Faults[release.FaultJam] != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}
