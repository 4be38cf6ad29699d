package release_test

import (
	"context"
	"fmt"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
)

var (
	hold  = until(release.Indefinite)
	letGo = until(release.NoHold)
)

func until(name string) release.Change { return release.Change{Hold: &release.HoldUntil{Name: name}} }

func directly(h *house) func(*release.Submission) {
	return func(s *release.Submission) { s.Queue = h.direct }
}

func onHold(s *release.Submission) { s.Hold.Name = release.Indefinite }

func copies(n int) release.Change {
	return release.Change{Ticket: func(t release.Ticket) release.Ticket { t.Copies = n; return t }}
}

func (h *house) change(a school.Actor, id release.JobID, c release.Change) release.Job {
	h.t.Helper()
	j, err := h.Change(h.t.Context(), a, id, c)
	if err != nil {
		h.t.Fatal(err)
	}
	return j
}

// A job that comes on hold to a direct queue waits for its owner's word, and then
// takes the normal way, price included.
func TestOnHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 4, directly(h), onHold)
	if job.State != release.Held || !job.OnHold {
		t.Fatalf("%+v", job)
	}
	if job = h.change(h.Sam, job.ID, letGo); job.State != release.Released || job.OnHold {
		t.Errorf("%s, on hold %t", job.State, job.OnHold)
	}
	h.state(job.ID, release.Done)
	if n := h.balance(h.Sam); n != 96 {
		t.Errorf("the balance is %d", n)
	}
	_, err := h.Change(t.Context(), h.Sam, job.ID, letGo)
	wantFault(t, err, "job-ended")
	h.sound()
}

// What standing or account do not allow stays on hold, and the refusal is told.
func TestOnHoldWithoutPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Mia, 6, directly(h), onHold)
	_, err := h.Change(t.Context(), h.Mia, job.ID, letGo)
	wantFault(t, err, "not-enough")
	if job = h.job(job.ID); job.State != release.Held || !job.OnHold {
		t.Errorf("%s, on hold %t", job.State, job.OnHold)
	}
	if n := h.pagesOut(); n != 0 {
		t.Errorf("%d pages came out", n)
	}
}

// On a hold queue job-hold-until releases nothing; a kiosk releases what is on hold.
func TestHoldMeansTheKiosk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	waits := h.submit(h.Sam, 2)
	if waits = h.change(h.Sam, waits.ID, letGo); waits.State != release.Held {
		t.Errorf("released without a kiosk: %s", waits.State)
	}
	direct := h.submit(h.Sam, 3, directly(h), onHold)
	h.release(h.Sam, waits.ID, direct.ID)
	h.state(waits.ID, release.Done)
	h.state(direct.ID, release.Done)
	h.sound()
}

// A held job is priced anew with its change; what it costs is what is set aside.
func TestChangePrices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 3)
	title := "Another name"
	c := release.Change{Title: &title, Ticket: func(t release.Ticket) release.Ticket {
		t.Copies, t.Sides, t.ColorMode = 4, "one-sided", "color"
		return t
	}}
	job = h.change(h.Sam, job.ID, c)
	if job.Impressions != 12 || job.Sheets != 12 || job.Price != 12 || job.Title != title || job.Ticket.ColorMode != "color" {
		t.Errorf("%+v", job)
	}
	if again := h.job(job.ID); again.Price != 12 || again.Title != title || again.Ticket.Copies != 4 {
		t.Errorf("kept is %+v", again)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	if n := h.pagesOut(); n != 12 {
		t.Errorf("%d pages came out", n)
	}
	if n := h.balance(h.Sam); n != 88 {
		t.Errorf("the balance is %d", n)
	}
	h.sound()
}

// Who may change what, and until when.
func TestChangeRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 3)
	pages := release.Change{Ticket: func(t release.Ticket) release.Ticket {
		t.Pages = []release.PageRange{{First: 2, Last: 2}}
		return t
	}}
	for _, tc := range []struct {
		who  school.Actor
		c    release.Change
		want string
	}{
		{h.Mia, copies(2), "job-unknown"},
		{h.IT, copies(2), "not-the-owner"},
		{h.Sam, pages, "pages-settled"},
	} {
		_, err := h.Change(t.Context(), tc.who, job.ID, tc.c)
		wantFault(t, err, tc.want)
	}
	if again := h.job(job.ID); again.Price != 3 || again.Ticket.Copies != 0 {
		t.Errorf("changed all the same: %+v", again)
	}
	if err := h.Cancel(t.Context(), h.Sam, job.ID); err != nil {
		t.Fatal(err)
	}
	_, err := h.Change(t.Context(), h.Sam, job.ID, copies(2))
	wantFault(t, err, "job-ended")
	_, err = h.Change(t.Context(), h.Sam, job.ID, hold)
	wantFault(t, err, "job-ended")
}

// IT closes and pauses queues; each is written down.
func TestSwitches(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wantFault(t, h.Switch(t.Context(), h.Sam, h.direct.ID, release.CloseQueue), "not-your-queue")
	turn := func(to release.Switch) {
		t.Helper()
		if err := h.Switch(t.Context(), h.IT, h.direct.ID, to); err != nil {
			t.Fatal(err)
		}
		var err error
		if h.direct, err = h.Queue(t.Context(), h.direct.Path); err != nil {
			t.Fatal(err)
		}
	}
	turn(release.PauseQueue)
	waits, held := h.submit(h.Sam, 2, directly(h)), h.submit(h.Sam, 2, directly(h), onHold)
	if waits.State != release.Held {
		t.Errorf("a paused queue let a job go: %s", waits.State)
	}
	if j := h.change(h.Sam, held.ID, letGo); j.State != release.Held || j.OnHold {
		t.Errorf("a paused queue let a job go: %+v", j)
	}
	h.change(h.Sam, held.ID, hold)
	turn(release.CloseQueue)
	s := h.submission(h.Sam)
	s.Queue = h.direct
	wantFault(t, h.validate(s), "queue-closed")
	turn(release.ResumeQueue)
	h.state(waits.ID, release.Done)
	if j := h.job(held.ID); j.State != release.Held {
		t.Errorf("a job on hold is %s", j.State)
	}
	if !h.direct.Closed || h.direct.Paused {
		t.Errorf("%+v", h.direct)
	}
	turn(release.OpenQueue)
	if err := h.validate(release.Submission{Queue: h.direct, Actor: s.Actor}); err != nil {
		t.Error(err)
	}
	acts := dbtest.Value[string](t, h.db, "SELECT string_agg(act, ' ' ORDER BY audit_id) FROM audit WHERE object = $1", fmt.Sprintf("queue:%d", h.direct.ID))
	if acts != "queue-paused queue-closed queue-resumed queue-opened" {
		t.Errorf("audit: %s", acts)
	}
	h.sound()
}

// The owner's word counts, too, when the count ends while it is given.
func TestOnHoldUntilTheCountEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2, directly(h), onHold)
	const elsewhere = "00000000-0000-4000-8000-000000000001" // a node that has the count in hand
	h.in(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO node (node_id, started_at, beat_at) VALUES ($1, now(), now() + interval '1 hour')", elsewhere)
		if err == nil {
			_, err = tx.Exec(ctx, "UPDATE job SET state = 'counting', node_id = $2 WHERE job_id = $1", job.ID, elsewhere)
		}
		return err
	})
	changed := make(chan error, 1)
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE job SET state = 'held', node_id = NULL WHERE job_id = $1", job.ID); err != nil {
			return err
		}
		go func() {
			_, err := h.Change(t.Context(), h.Sam, job.ID, letGo)
			changed <- err
		}()
		h.eventually("the change to wait for the row", func() (string, bool) {
			var waits bool
			err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_locks WHERE transactionid = pg_current_xact_id()::xid AND NOT granted)").Scan(&waits)
			return fmt.Sprint(err), waits
		})
		return nil
	})
	if err := <-changed; err != nil {
		t.Fatal(err)
	}
	h.state(job.ID, release.Done)
	h.sound()
}
