package release_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/release"
	"inkwell/release/document"
	"inkwell/release/document/documenttest"
)

// standstill is a house with a job that is about to be tried again, by a child that never
// gets on, as when the machine is busy with something else.
func standstill(t *testing.T, tries int) (*house, release.JobID) {
	t.Helper()
	child := documenttest.Script(t, "echo ready\n[ $1 = document-compile ] || exec sleep 600\n")
	h := newHouse(t)
	h.close()
	job, err := h.Print(t.Context(), h.submission(h.Sam), bytes.NewReader(documenttest.PDF(2)))
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "UPDATE job SET attempts = $1", tries)
	h.engine = document.Options{Executable: child, Timeout: 500 * time.Millisecond}
	h.open()
	t.Cleanup(h.close)
	return h, job.ID
}

// A document that the machine had no time for is no document at fault: it is tried
// again, and kept through a restart.
func TestABusyMachineRefusesNoDocument(t *testing.T) {
	t.Parallel()
	h, job := standstill(t, 1)
	h.eventually("a third try", func() (string, bool) {
		n := dbtest.Value[int](t, h.db, "SELECT attempts FROM job")
		return fmt.Sprint(n), n >= 3
	})
	h.close()
	if now := h.job(job); now.State != release.Counting {
		t.Fatalf("after two tries: %+v", now)
	}
	h.engine = document.Options{} // and the machine is itself again
	h.open()
	if held := h.state(job, release.Held); held.Pages != 2 {
		t.Errorf("%+v", held)
	}
}

// One whose child stands still of itself is not tried for ever.
func TestADocumentThatStandsStillIsGivenUp(t *testing.T) {
	t.Parallel()
	h, job := standstill(t, 4)
	if end := h.state(job, release.Refused); end.Reason != "document-stuck" {
		t.Errorf("%+v", end)
	}
	h.eventually("the spool", func() (string, bool) { return "documents left", h.documents() == 0 })
}

// A try that came to nothing was its owner's turn.
func TestASecondTryWaitsForOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.close() // nobody counts
	var order []release.JobID
	for _, a := range []school.Actor{h.Sam, h.Mia} {
		job, err := h.Print(t.Context(), h.submission(a), bytes.NewReader(documenttest.PDF(1)))
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, job.ID)
	}
	dbtest.Exec(t, h.db, "UPDATE job SET attempts = 1 WHERE job_id = $1", order[0])
	slices.Reverse(order)
	for _, want := range order {
		if got, err := h.NextToCount(t.Context()); err != nil || got != want {
			t.Errorf("job %d is next, want %d; %v", got, want, err)
		}
	}
}
