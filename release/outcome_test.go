package release_test

import (
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// F9 and F11: what a printer claims of a job, from its words to the money.
func TestChargesAreBelievable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		name    string
		copies  int
		said    release.Progress
		charged int64
		state   release.JobState
	}{
		{"a printer that counts nothing", 1, release.Progress{Phase: release.PhaseCompleted, Impressions: 0}, 4, release.Done},
		{"that does not say", 1, release.Progress{Phase: release.PhaseCompleted, Impressions: -1}, 4, release.Done},
		{"that claims two billion", 1, release.Progress{Phase: release.PhaseCompleted, Impressions: 1 << 31}, 4, release.Done},
		{"that claims two billion and aborts", 1, release.Progress{Phase: release.PhaseEnded, Impressions: 1 << 31}, 0, release.Held},
		{"that printed fewer", 1, release.Progress{Phase: release.PhaseCompleted, Impressions: 3}, 3, release.Done},
		{"that counts one copy of two", 2, release.Progress{Phase: release.PhaseCompleted, Impressions: 4}, 8, release.Done},
		{"cancelled at its panel", 1, release.Progress{Phase: release.PhaseEnded, Impressions: 1}, 1, release.Held},
		{"cancelled at its panel, sheets alone", 1, release.Progress{Phase: release.PhaseEnded, Impressions: -1, Sheets: 1}, 2, release.Held},
		{"cancelled before a page", 1, release.Progress{Phase: release.PhaseEnded, Impressions: -1}, 0, release.Held},
	} {
		out, before := newPaper(t), h.balance(h.Sam)
		out.hold = true
		at := h.place(c.name, func() (release.Printer, error) { return out, nil })
		job := h.submit(h.Sam, 4, func(s *release.Submission) { s.Ticket.Copies = c.copies })
		if _, err := h.Release(t.Context(), at, ids(job.ID)); err != nil {
			t.Fatal(err)
		}
		h.delivery(job.ID, release.Printing)
		out.tell(c.said)
		h.state(job.ID, c.state)
		if got := before - h.balance(h.Sam); got != c.charged {
			t.Errorf("%s: charged %d, want %d", c.name, got, c.charged)
		}
		h.forgo(job.ID)
	}
	h.sound()
}

// forgo deletes a job that is held, so that there is room for others.
func (h *house) forgo(id release.JobID) {
	h.t.Helper()
	if h.job(id).State == release.Held {
		if err := h.Delete(h.t.Context(), h.at(h.Sam), id); err != nil {
			h.t.Fatal(err)
		}
	}
}

// Both counts are kept, and shown to IT.
func TestBothCountsAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.with(func() { h.paper.counter = 41_000 })
	job := h.printing(4)
	h.paper.with(func() { h.paper.counter = 41_003 })
	none := 0
	h.paper.tell(release.Progress{Phase: release.PhaseEnded, Impressions: -1, Sheets: -1, Colour: &none})
	h.state(job.ID, release.Held)
	if got := 100 - h.balance(h.Sam); got != 3 {
		t.Errorf("by the printer's counter three came out; charged %d", got)
	}
	if kept := dbtest.Value[string](t, h.db, "SELECT concat_ws(' ', impressions, coalesce(said_impressions, -1), coalesce(said_sheets, -1), said_colour, counter, said_counter) FROM delivery"); kept != "4 -1 -1 0 41000 3" {
		t.Errorf("kept %q", kept)
	}
	_, life, err := h.Life(t.Context(), job.ID)
	if err != nil {
		t.Fatal(err)
	}
	var say []string
	for _, m := range life {
		say = append(say, m.Say)
	}
	const want = "the printer says 0 in colour, 3 by its counter of all it ever printed; we counted 4 pages on 2 sheets"
	if all := strings.Join(say, "\n"); !strings.Contains(all, want) {
		t.Errorf("IT reads:\n%s", all)
	}
	h.sound()
}

// F9: a printer that says "completed" at once, without a page, and aborts: it is asked once
// more before it is believed.
func TestF9CompletedThenAborted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.printing(4)
	h.paper.with(func() {
		h.paper.then = []release.Progress{{Phase: release.PhaseCompleted}, {Phase: release.PhaseEnded, Impressions: 0}}
	})
	h.state(job.ID, release.Held)
	if h.balance(h.Sam) != 100 {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	h.sound()
}

// One that says so and has then forgotten the job is believed: it said so.
func TestF9CompletedThenForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.printing(4)
	h.paper.with(func() { h.paper.then = []release.Progress{{Phase: release.PhaseCompleted}, {}} })
	h.state(job.ID, release.Done)
	if h.balance(h.Sam) != 96 {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	h.sound()
}

// F11: the tray is empty or the paper jams at page k, with two-sided printing, copies and
// several pages on a side: k is paid, and the rest comes out for the rest.
func TestF11TheRestIsPrintedForTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		name   string
		ticket release.Ticket
		pages  int
		stops  release.Progress
		paid   int64 // for what came out
		whole  int64 // in the end
	}{
		{"one-sided at 3 of 10", release.Ticket{Sides: "one-sided"}, 10, release.Progress{Impressions: 3, Sheets: 3}, 3, 10},
		{"two-sided at 3 of 10", release.Ticket{}, 10, release.Progress{Impressions: 3, Sheets: 2}, 3, 10},
		{"two-sided, counted in sheets", release.Ticket{}, 10, release.Progress{Impressions: -1, Sheets: 2}, 4, 10},
		{"before the first page", release.Ticket{}, 10, release.Progress{Impressions: 0, Sheets: 0}, 0, 10},
		{"at the last", release.Ticket{Sides: "one-sided"}, 4, release.Progress{Impressions: 3, Sheets: 3}, 3, 4},
		{"three copies, in the second", release.Ticket{Copies: 3, Sides: "one-sided"}, 4, release.Progress{Impressions: 6, Sheets: 6}, 6, 12},
		{"two pages on a side", release.Ticket{NumberUp: 2, Sides: "one-sided"}, 8, release.Progress{Impressions: 1, Sheets: 1}, 1, 4},
		{"some pages of it", release.Ticket{Pages: []release.PageRange{{First: 3, Last: 6}}, Sides: "one-sided"}, 9, release.Progress{Impressions: 2, Sheets: 2}, 2, 4},
	} {
		out, before := newPaper(t), h.balance(h.Sam)
		out.hold = true
		at := h.place(c.name, func() (release.Printer, error) { return out, nil })
		job := h.submit(h.Sam, c.pages, func(s *release.Submission) { s.Ticket = c.ticket })
		if _, err := h.Release(t.Context(), at, ids(job.ID)); err != nil {
			t.Fatal(err)
		}
		h.delivery(job.ID, release.Printing)
		c.stops.Phase = release.PhaseStopped
		out.tell(c.stops)
		h.eventually("the end of patience", func() (string, bool) {
			h.clock.Advance(10 * time.Second)
			return "", h.job(job.ID).State == release.Held
		})
		if got := before - h.balance(h.Sam); got != c.paid {
			t.Errorf("%s: paid %d for what came out, want %d", c.name, got, c.paid)
		}
		h.release(h.Sam, job.ID) // at another printer, which is well
		h.state(job.ID, release.Done)
		if got := before - h.balance(h.Sam); got != c.whole {
			t.Errorf("%s: paid %d in all, want %d", c.name, got, c.whole)
		}
	}
	h.sound()
}
