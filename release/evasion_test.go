package release_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/spool"
)

// partlyOut brings a job of n pages to the printer, which has told that out of
// them have come out.
func (h *house) partlyOut(n, out int) release.Job {
	h.t.Helper()
	job := h.printing(n)
	h.paper.tell(release.Progress{Phase: release.PhaseActive, Impressions: out})
	h.eventually("the pages", func() (string, bool) {
		return "", dbtest.Value[int](h.t, h.db, "SELECT coalesce(max(printed), 0) FROM delivery WHERE job_id = $1", job.ID) == out
	})
	return job
}

// Pages that the printer has told of are paid, whatever it or its owner says
// later: the cancel button, the plug and a "no" at the kiosk print nothing free.
func TestPagesSeenArePaid(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *house, id release.JobID){
		"a count that is gone at the end": func(h *house, _ release.JobID) {
			h.paper.tell(release.Progress{Phase: release.PhaseEnded, Impressions: -1})
		},
		"a count that starts again": func(h *house, _ release.JobID) {
			h.paper.tell(release.Progress{Phase: release.PhaseEnded, Impressions: 0})
		},
		"the plug, and no": func(h *house, id release.JobID) {
			h.forget(1)
			h.delivery(id, release.Unclear)
			if err := h.Answer(h.t.Context(), h.at(h.Sam), id, false); err != nil {
				h.t.Fatal(err)
			}
		},
	} {
		h := newHouse(t)
		job := h.partlyOut(5, 4)
		end(h, job.ID)
		h.delivery(job.ID, release.Settled)
		if got := h.state(job.ID, release.Held); got.Left() != 1 || h.balance(h.Sam) != 96 {
			t.Errorf("%s: %d left to print, %d left to spend", name, got.Left(), h.balance(h.Sam))
		}
		h.sound()
	}
}

func TestPagesSeenArePaidThoughNobodyAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.partlyOut(5, 4)
	h.forget(1)
	h.delivery(job.ID, release.Unclear)
	h.clock.Advance(34 * time.Hour)
	h.state(job.ID, release.Expired)
	if h.balance(h.Sam) != 96 {
		t.Errorf("%d left", h.balance(h.Sam))
	}
	h.sound()
}

// What the printer told of to its last page is done, though nobody said so, and accuses nobody; of the rest of another job
// so much is saved as did not come out.
func TestWhatCameWholeIsDoneThoughNobodyAnswers(t *testing.T) {
	t.Parallel()
	for out, want := range map[int]struct {
		state release.JobState
		left  string // jobs and sheets
		facts string
	}{5: {release.Done, "0 0", ""}, 4: {release.Expired, "1 1", "printer-stopped unclear-answered"}} {
		h := newHouse(t)
		job := h.partlyOut(5, out)
		h.forget(1)
		h.delivery(job.ID, release.Unclear)
		h.clock.Advance(34 * time.Hour)
		h.state(job.ID, want.state)
		if h.balance(h.Sam) != int64(100-out) {
			t.Errorf("%d of 5: %d left", out, h.balance(h.Sam))
		}
		if got := dbtest.Value[string](t, h.db, "SELECT coalesce(string_agg(kind, ' ' ORDER BY kind), '') FROM fact WHERE kind IN ('printer-stopped', 'unclear-answered')"); got != want.facts {
			t.Errorf("%d of 5: the facts are %q", out, got)
		}
		if got := dbtest.Value[string](t, h.db, "SELECT concat_ws(' ', sum(left_jobs), sum(left_sheets)) FROM usage WHERE person_id = $1", h.Sam.Person); got != want.left {
			t.Errorf("%d of 5: %s jobs and sheets were saved", out, got)
		}
		h.sound()
	}
}

// forget has the printer deny every job; uptime is since when it is on.
func (h *house) forget(uptime int) {
	h.paper.with(func() { h.paper.uptime = uptime })
	h.paper.fail("Find", release.ErrGone)
	h.paper.fail("Progress", release.ErrGone)
}

// A printer that took a document and denies the job a moment later forgets
// what is cancelled at its panel. It is not given the document again.
func TestAForgetfulPrinterIsNotSentTheDocumentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.partlyOut(5, 4)
	h.close()
	h.forget(2000)
	h.open()
	h.eventually("the delivery", func() (string, bool) {
		h.clock.Advance(time.Second)
		got := dbtest.Value[string](t, h.db, "SELECT state FROM delivery")
		return got, got != "printing"
	})
	h.delivery(job.ID, release.Unclear)
	if n := len(h.paper.printed()); n != 1 {
		t.Errorf("it was given %d times", n)
	}
}

// A node that was paused while it counted finds the document gone, for another
// has counted it: the job stays held.
func TestASecondCounterDoesNotRefuseAHeldJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	if err := h.CountAgain(t.Context(), job.ID, "00000000000000000000000000000000"); err != nil {
		t.Fatal(err)
	}
	if got := h.job(job.ID); got.State != release.Held {
		t.Errorf("%+v", got)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
}

// breakSpool has a document's bytes fail to be read, until mend is called.
func (h *house) breakSpool(id spool.ID) (mend func()) {
	h.t.Helper()
	path := filepath.Join(h.dir, "spool", string(id)+".doc")
	must := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	must(os.Rename(path, path+".away"))
	must(os.Mkdir(path, 0o700))
	return func() { must(errors.Join(os.Remove(path), os.Rename(path+".away", path))) }
}

// A disk that fails for a moment while a document is on its way costs nobody
// their document.
func TestAReadErrorOfOursKeepsTheDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	mend := h.breakSpool(job.Document)
	h.release(h.Sam, job.ID)
	h.eventually("the job to be held again", func() (string, bool) {
		h.clock.Advance(time.Second)
		j := h.job(job.ID)
		return string(j.State), j.State == release.Held || j.State == release.Refused
	})
	mend()
	if got := h.job(job.ID); got.State != release.Held || h.balance(h.Sam) != 100 {
		t.Fatalf("%+v", got)
	}
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
	h.sound()
}

// The database was lost while a living node wrote what it had counted: the job
// is counted again and does not wait for that node's end.
func TestACountThatCouldNotBeWrittenIsDoneAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.submit(h.Sam, 2)
	dbtest.Exec(t, h.db, "UPDATE job SET state = 'counting', attempts = 5, node_id = (SELECT node_id FROM node)")
	h.state(job.ID, release.Held)
	h.release(h.Sam, job.ID)
	h.state(job.ID, release.Done)
}
