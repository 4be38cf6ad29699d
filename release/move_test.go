package release_test

import (
	"fmt"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// jam has the library's printer stop after so many pages of Sam's job.
func (f *fleet) jam(pages, of int) release.JobID {
	f.t.Helper()
	yes := true
	f.kiosk(release.KioskChange{Elsewhere: &yes})
	f.paper.with(func() { f.paper.hold = true })
	job := f.submit(f.Sam, of)
	f.release(f.Sam, job.ID)
	f.delivery(job.ID, release.Printing)
	f.paper.tell(release.Progress{Phase: release.PhaseStopped, Impressions: pages})
	f.is(f.paper, "Library", "stopped", "media-jam-error")
	f.eventually("the jam on the screen", func() (string, bool) {
		j := f.visit(0).Jobs[0]
		return fmt.Sprint(j.Delivery), j.Delivery.Printed == pages && j.Rest != nil
	})
	return job.ID
}

// A jam after page 3 of 10: the other seven come out elsewhere at one tap. The first printer gives
// back what it holds before anything goes to the second, and one more page that came out of it
// meanwhile is charged there and not sent again.
func TestTheRestOfAJamComesOutElsewhere(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	id := f.jam(3, 10)
	rest := f.visit(0).Jobs[0].Rest
	if rest.ID != f.copier || rest.Pages != 7 || rest.Due != 7 {
		t.Fatalf("%+v", rest)
	}
	wantFault(t, f.MoveOn(t.Context(), f.at(f.Mia), []release.JobID{id}, f.copier), "job-unknown")
	f.paper.with(func() { f.paper.late = 4 })
	who := f.at(f.Sam)
	who.Shown = map[release.JobID]int64{id: rest.Due}
	moved := make(chan error, 1)
	go func() { moved <- f.MoveOn(t.Context(), who, []release.JobID{id}, rest.ID) }()
	var err error
	f.eventually("the move", func() (string, bool) {
		f.clock.Advance(time.Second)
		select {
		case err = <-moved:
			return "", true
		default:
			return "", false
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	f.state(id, release.Done)
	if got := f.papers["Staffroom"].printed(); len(got) != 1 || len(pageObject.FindAll(got[0].document, -1)) != 6 {
		t.Errorf("the second printer has %d jobs", len(got))
	}
	if f.balance(f.Sam) != 90 || f.job(id).Printed != 10 {
		t.Errorf("%d left, %d pages out", f.balance(f.Sam), f.job(id).Printed)
	}
	if n := dbtest.Value[int](t, f.db, "SELECT count(*) FROM audit WHERE act = 'job-recalled'"); n != 1 {
		t.Errorf("%d rows of audit", n)
	}
	f.sound()
}

// What a printer will not give back stays there alone, and what has begun again comes out there.
func TestWhatIsNotGivenBackIsNotSentTwice(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	id := f.jam(3, 10)
	f.paper.fail("Cancel", release.ErrUnreachable)
	moved := make(chan error, 1)
	go func() { moved <- f.MoveOn(t.Context(), f.at(f.Sam), []release.JobID{id}, f.copier) }()
	f.eventually("the recall", func() (string, bool) {
		return "", dbtest.Value[bool](t, f.db, "SELECT recalled_at IS NOT NULL FROM delivery WHERE job_id = $1", id)
	})
	f.is(f.paper, "Library", "idle")
	wantFault(t, f.MoveOn(t.Context(), f.at(f.Sam), []release.JobID{id}, f.copier), "not-stopped")
	f.paper.tell(release.Progress{Phase: release.PhaseCompleted, Impressions: 10})
	f.state(id, release.Done)
	if err := <-moved; err != nil {
		t.Errorf("all of it came out after all: %v", err)
	}
	if n := len(f.papers["Staffroom"].printed()); n != 0 || f.balance(f.Sam) != 90 {
		t.Errorf("the second printer has %d jobs, %d left", n, f.balance(f.Sam))
	}
	f.sound()
}

// What waits behind the jam goes at once: the printer has nothing of it.
func TestWhatAStoppedPrinterHasNothingOfMovesAtOnce(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.jam(1, 3)
	second := f.submit(f.Sam, 2)
	f.eventually("a release a moment before the jam was seen", func() (string, bool) {
		dbtest.Exec(t, f.db, "UPDATE printer SET state = 'idle' WHERE name = 'Library'")
		_, err := f.Release(t.Context(), f.at(f.Sam), []release.JobID{second.ID}) // unless it is seen in between
		return fmt.Sprint(err), err == nil
	})
	f.is(f.paper, "Library", "stopped", "media-jam-error")
	if err := f.MoveOn(t.Context(), f.at(f.Sam), []release.JobID{second.ID}, f.copier); err != nil {
		t.Fatal(err)
	}
	f.state(second.ID, release.Done)
	if n := len(f.papers["Staffroom"].printed()); n != 1 {
		t.Errorf("the second printer has %d jobs", n)
	}
	f.sound()
}
