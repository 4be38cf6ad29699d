package release

import (
	"context"
	"fmt"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var (
	jobUnknown  = fault.New(fault.NotFound, "job-unknown", "There is no such job.")
	jobEnded    = fault.New(fault.Conflict, "job-ended", "This job has already ended.")
	jobPrinting = fault.New(fault.Conflict, "job-printing", "This job is at the printer. Use the printer's cancel button.")
)

// Cancel ends a job that is not at a printer yet, for its owner or IT. Nothing
// is charged and its document is destroyed.
func (d *Desk) Cancel(ctx context.Context, a school.Actor, id JobID) error {
	return d.CancelSaying(ctx, a, id, nil)
}

// CancelSaying is Cancel and, by IT, Remark in one: neither is done without the other.
func (d *Desk) CancelSaying(ctx context.Context, a school.Actor, id JobID, why *string) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := lockJob(ctx, tx, id)
		if err != nil {
			return err
		}
		if !job.visibleTo(a) {
			return jobUnknown
		}
		if err := job.cancellable(); err != nil {
			return err
		}
		if err := updateEnded(ctx, tx, id, Cancelled, ""); err != nil {
			return err
		}
		if err := d.leave(ctx, tx, job); err != nil {
			return err
		}
		if err := remark(ctx, tx, a, job, why); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-cancelled", Actor: recorded(a), Subject: job.owner, Object: object(id),
			Facts: map[string]any{"proof": a.Proof}}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
	if err != nil {
		return fmt.Errorf("cancel job %d: %w", id, err)
	}
	return d.shred(ctx, a.School, id)
}

// cancellable refuses what comes too late.
func (j Job) cancellable() error {
	switch {
	case j.State.Ended():
		return jobEnded
	case !j.may(Cancelled):
		return jobPrinting
	}
	return nil
}

// Delete is Cancel by a visitor at a station: their own jobs alone, whatever else
// they may do elsewhere.
func (d *Desk) Delete(ctx context.Context, v Visitor, id JobID) error {
	job, err := d.Job(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	if !v.owns(job) {
		return jobUnknown
	}
	return d.Cancel(ctx, v.Actor, id)
}
