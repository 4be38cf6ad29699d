package release

import (
	"context"
	"errors"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
)

// leaversAtOnce is how many jobs are read at a time.
const leaversAtOnce = 100

// dismiss ends the jobs of people who have left, however that came
// about: nobody can collect them. Their documents are destroyed by the same sweep. What is
// at a printer comes out first.
func (d *Desk) dismiss(ctx context.Context) error {
	for {
		var due []Job
		err := d.DB.InTx(ctx, db.System("dismiss"), func(ctx context.Context, tx *db.Tx) (err error) {
			due, err = jobsOfLeavers(ctx, tx)
			return err
		})
		for _, job := range due {
			err = errors.Join(err, d.dismissOne(ctx, job))
		}
		if err != nil || len(due) < leaversAtOnce {
			return err
		}
	}
}

func (d *Desk) dismissOne(ctx context.Context, job Job) error {
	return d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockJob(ctx, tx, job.ID)
		if err != nil || !now.may(Cancelled) {
			return err
		}
		as, err := endOfLeavers(ctx, tx, now)
		if err != nil {
			return err
		}
		if err := updateEnded(ctx, tx, job.ID, as, ""); err != nil {
			return err
		}
		if err := d.leave(ctx, tx, now); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-cancelled", Subject: now.owner, Object: object(job.ID),
			Facts: map[string]any{"reason": "owner-left"}}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
}

// endOfLeavers is how a leaver's job ends: nobody comes for it any more, so while a legal hold is on them its document stays as that
// of any job whose time is up.
func endOfLeavers(ctx context.Context, tx *db.Tx, job Job) (JobState, error) {
	held, err := byLaw(ctx, tx, job.Person)
	if held && job.may(Expired) {
		return Expired, err
	}
	return Cancelled, err
}
