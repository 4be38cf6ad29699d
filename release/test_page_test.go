package release_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota"
	"inkwell/release"
)

// it is the house's member of IT, signed in to the staff pages.
func (h *house) it() school.Actor {
	a := h.IT
	a.Proof = school.BySession
	return a
}

// testPage has the only printer print one.
func (h *house) testPage() release.JobID {
	h.t.Helper()
	id, err := h.PrintTestPage(h.t.Context(), h.it(), dbtest.Value[release.PrinterID](h.t, h.db, "SELECT printer_id FROM printer ORDER BY printer_id LIMIT 1"))
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// A test page is a job as any other: sent, counted, and paid, by the school and by nobody else.
func TestATestPageComesOutAndNobodyPays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 2 {
		id := h.testPage()
		if done := h.state(id, release.Done); done.Printed != 1 || done.Person != h.IT.Person || done.Title != "" {
			t.Errorf("it ended as %+v", done)
		}
		h.delivery(id, release.Settled)
		if got := h.pagesOut(); got != n+1 {
			t.Errorf("%d pages came out", got)
		}
	}
	if h.balance(h.IT) != 0 || h.balance(h.Sam) != 100 {
		t.Errorf("IT has %d left, Sam %d", h.balance(h.IT), h.balance(h.Sam))
	}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		account, err := quota.TestPages(ctx, tx, h.School)
		if err != nil {
			return err
		}
		if paid := dbtest.Value[int](t, h.db, "SELECT count(*) FROM transfer WHERE from_account = $1 AND kind = 'reserve'", account); paid != 2 {
			t.Errorf("the school's account paid for %d", paid)
		}
		return nil
	})
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'test-page' AND actor = $1", h.IT.Pseudonym); n != 2 {
		t.Errorf("%d are in the record", n)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM queue WHERE kind = 'test'"); n != 1 {
		t.Errorf("%d queues of test pages", n)
	}
	if _, err := h.Queue(t.Context(), "/ipp/test-page"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("their queue has an address: %v", err)
	}
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
	h.sound()
}

// One that does not come out ends: nobody comes for it to a kiosk, and nothing is paid.
func TestATestPageThatDoesNotComeOutEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.fail("Begin", release.ErrRefused)
	id := h.testPage()
	if ended := h.state(id, release.Cancelled); ended.Reason == "" {
		t.Error("it ended without a reason")
	}
	h.delivery(id, release.Void)
	if visit := h.visit(h.IT); len(visit.Jobs) != 0 && visit.Jobs[0].State == release.Held {
		t.Errorf("a kiosk shows %+v", visit.Jobs)
	}
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
	h.sound()
}

// Whoever does not look after printers, another school's, one that stands still, and a second
// page while the first waits are refused, and leave no document.
func TestTestPagesThatAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := schooltest.New(t, h.db, "Hill")
	foreign := other.IT
	foreign.Proof = school.BySession
	library := dbtest.Value[release.PrinterID](t, h.db, "SELECT printer_id FROM printer WHERE name = 'Library'")
	for _, c := range []struct {
		who  school.Actor
		at   release.PrinterID
		code string
	}{{h.Sam, library, "not-allowed"}, {h.Teacher, library, "not-allowed"}, {foreign, library, "printer-unknown"}, {h.it(), 9999, "printer-unknown"}} {
		_, err := h.PrintTestPage(t.Context(), c.who, c.at)
		wantFault(t, err, c.code)
	}
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}'")
	_, err := h.PrintTestPage(t.Context(), h.it(), library)
	wantFault(t, err, "printer-stopped")
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'idle', state_reasons = '{}'")
	h.close() // nobody prints: what is released waits
	var won, waits atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := h.PrintTestPage(context.WithoutCancel(t.Context()), h.it(), library)
			switch f := fault.As(err); {
			case err == nil:
				won.Add(1)
			case f.Code == "test-page-waits":
				waits.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || waits.Load() != 7 || h.documents() != 1 {
		t.Errorf("%d released, %d told to wait, %d documents", won.Load(), waits.Load(), h.documents())
	}
}
