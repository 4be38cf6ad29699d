package release_test

import (
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
)

const luckKept = `SELECT coalesce(string_agg(concat_ws(' ', person_id, detail->>'times', detail->>'stopped', detail->>'denied', detail->>'impressions', detail->>'jobs'), '; ' ORDER BY fact_id), '')
	FROM fact WHERE kind = 'bad-luck'`

// jammed prints one page of somebody's two, and then the job is cancelled at the panel.
func (h *house) jammed(a school.Actor) release.JobID {
	h.t.Helper()
	h.paper.with(func() { h.paper.hold = true })
	job := h.submit(a, 2)
	h.release(a, job.ID)
	h.delivery(job.ID, release.Printing)
	h.paper.tell(release.Progress{Phase: release.PhaseEnded, Impressions: 1})
	h.state(job.ID, release.Held)
	if err := h.Delete(h.t.Context(), h.at(a), job.ID); err != nil {
		h.t.Fatal(err)
	}
	return job.ID
}

// denied loses somebody's job at a printer that forgets it, and its owner says that it did not
// come out.
func (h *house) denied(a school.Actor) {
	h.t.Helper()
	h.paper.with(func() { h.paper.hold = true })
	job := h.submit(a, 2)
	h.release(a, job.ID)
	h.delivery(job.ID, release.Printing)
	h.forget(1)
	h.delivery(job.ID, release.Unclear)
	if err := h.Answer(h.t.Context(), h.at(a), job.ID, false); err != nil {
		h.t.Fatal(err)
	}
	for _, method := range []string{"Find", "Progress"} {
		h.paper.fail(method, nil)
	}
	if err := h.Delete(h.t.Context(), h.at(a), job.ID); err != nil {
		h.t.Fatal(err)
	}
}

// Whose jobs stop, or "did not come out", three times in a term is one fact with all of it; and
// after three more there is another.
func TestBadLuckThatComesOftenIsAFact(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	kept := func(want int) {
		t.Helper()
		if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact WHERE kind = 'bad-luck'"); n != want {
			t.Errorf("%d facts, want %d: %s", n, want, dbtest.Value[string](t, h.db, luckKept))
		}
	}
	h.jammed(h.Sam)
	h.denied(h.Sam)
	kept(0)
	h.jammed(h.Sam)
	kept(1)
	if said := dbtest.Value[string](t, h.db, "SELECT concat_ws(' ', detail->>'times', detail->>'stopped', detail->>'denied', detail->>'impressions', detail->'jobs') FROM fact WHERE kind = 'bad-luck'"); said != `3 2 1 2 ["job:1", "job:2", "job:3"]` {
		t.Errorf("its evidence is %s", said)
	}
	h.clock.Advance(time.Minute)
	h.jammed(h.Sam)
	h.jammed(h.Sam)
	kept(1)
	h.jammed(h.Sam)
	kept(2)
	h.sound()
}

// A printer that jams for others too is the printer's doing.
func TestAPrinterThatJamsForEverybodyIsNobodysBadLuck(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plenty)
	h.jammed(h.Mia)
	for range 4 {
		h.jammed(h.Sam)
	}
	if said := dbtest.Value[string](t, h.db, luckKept); said != "" {
		t.Errorf("kept %s", said)
	}
	h.clock.Advance(13 * time.Hour) // another day, and nobody else's jams
	for range 3 {
		h.jammed(h.Sam)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM fact WHERE kind = 'bad-luck'"); n != 1 {
		t.Errorf("%d facts", n)
	}
}
