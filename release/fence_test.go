package release_test

import (
	"context"
	"testing"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// A node that loses the printer between the printer's answer to Create-Job and the row of it leaves
// no empty job there: whoever has the printer now opens one of its own.
func TestAFencedNodeTakesItsEmptyJobBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.paper.begun = func() { h.taken() }
	job := h.submit(h.Sam, 2)
	h.release(h.Sam, job.ID)
	h.eventually("the empty job to be cancelled", func() (state string, gone bool) {
		h.paper.with(func() { gone = len(h.paper.jobs) == 1 && h.paper.jobs[0].progress.Phase == release.PhaseEnded })
		return "it stays", gone
	})
	h.close()
	if n := len(h.paper.printed()); n != 0 {
		t.Errorf("the printer was given %d documents", n)
	}
	h.delivery(job.ID, release.Sending)
	if known := dbtest.Value[bool](t, h.db, "SELECT printer_job IS NOT NULL FROM delivery"); known {
		t.Error("a fenced node wrote the printer's number of its job")
	}
	h.sound()
}

// What has ended stays as it ended, though the node that writes has the printer still: its
// owner has said no meanwhile, or time ran out.
func TestNothingIsWrittenToADeliveryThatHasEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	settled := h.submit(h.Sam, 2)
	h.release(h.Sam, settled.ID)
	h.state(settled.ID, release.Done)
	h.paper.fail("Begin", release.ErrRefused)
	void := h.submit(h.Sam, 2)
	h.release(h.Sam, void.ID)
	h.delivery(void.ID, release.Void)
	h.close()
	for _, job := range []release.JobID{settled.ID, void.ID} {
		row := func() string {
			return dbtest.Value[string](t, h.db, "SELECT to_jsonb(d)::text FROM delivery d WHERE job_id = $1", job)
		}
		before := row()
		for name, late := range release.LateWrites {
			err := h.db.InTx(t.Context(), db.InSchool(h.School), func(ctx context.Context, tx *db.Tx) error { return late(ctx, tx, job) })
			if !release.IsFenced(err) {
				t.Errorf("%s of job %d: %v", name, job, err)
			}
		}
		if after := row(); after != before {
			t.Errorf("it was %s\nand is %s", before, after)
		}
	}
	h.sound()
}
