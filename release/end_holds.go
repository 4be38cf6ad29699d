package release

import (
	"context"
	"errors"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
)

// endHolds lets jobs go whose hold has ended by itself, a hundred at a time, each in
// a transaction of its own: those that came due while nothing ran, too.
func (d *Desk) endHolds(ctx context.Context) error {
	var due []Job
	err := d.DB.InTx(ctx, db.System("end-holds"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = jobsToLetGo(ctx, tx)
		return err
	})
	for _, job := range due {
		err = errors.Join(err, d.letGo(ctx, job))
	}
	return err
}

// letGo releases a job the normal way: standing, balance, printer. What is refused is
// no longer on hold either, and waits for a station with the reason.
func (d *Desk) letGo(ctx context.Context, job Job) error {
	err := d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		q, err := queueByID(ctx, tx, job.Queue)
		if err != nil {
			return err
		}
		if q.Paused {
			return d.unhold(ctx, tx, job, "") // and the end of the pause releases it
		}
		if err := conduct.Check(ctx, tx, job.Person); err != nil { // standing is locked before the job
			return err
		}
		if err := d.unhold(ctx, tx, job, ""); err != nil {
			return err
		}
		return d.releaseOn(ctx, tx, q, job)
	})
	f := fault.As(err)
	switch {
	case err == nil || errors.Is(err, errHoldGone):
		return nil
	case f.Kind == fault.Internal || f.Kind == fault.Unavailable:
		return fmt.Errorf("let job %d go: %w", job.ID, err)
	}
	d.Log.Info("direct job stays held", "job", job.ID, "reason", f.Code)
	err = d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error { return d.unhold(ctx, tx, job, f.Code) })
	if errors.Is(err, errHoldGone) {
		return nil
	}
	return err
}

// errHoldGone says that another hand was quicker.
var errHoldGone = errors.New("the hold is gone")

// unhold ends the hold of a job if it still is the one that came due.
func (d *Desk) unhold(ctx context.Context, tx *db.Tx, job Job, reason string) error {
	now, err := lockJob(ctx, tx, job.ID)
	if err != nil {
		return err
	}
	if now.State != Held || !now.HoldEnds.Equal(job.HoldEnds) {
		return errHoldGone
	}
	if err := endHold(ctx, tx, job.ID, reason); err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
}
