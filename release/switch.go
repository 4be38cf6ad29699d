package release

import (
	"context"
	"errors"
	"fmt"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Switch is one of the switches of a queue.
type Switch string

// The switches; a queue's two states are independent of each other.
const (
	CloseQueue  Switch = "closed"  // new jobs are refused (Disable-Printer)
	OpenQueue   Switch = "opened"  // they are taken again (Enable-Printer)
	PauseQueue  Switch = "paused"  // jobs are taken and wait (Pause-Printer)
	ResumeQueue Switch = "resumed" // what waits at a Direct queue is released (Resume-Printer)
)

var notYourQueue = fault.New(fault.Forbidden, "not-your-queue", "Only IT can do that to a printer.")

// Queues lists all queues of the installation, oldest first.
func (d *Desk) Queues(ctx context.Context) (all []Queue, err error) {
	err = d.DB.InTx(ctx, db.System("queues"), func(ctx context.Context, tx *db.Tx) error {
		all, err = queues(ctx, tx)
		return err
	})
	return all, err
}

// QueueOf finds the queue of a job ("job-unknown").
func (d *Desk) QueueOf(ctx context.Context, id JobID) (q Queue, err error) {
	err = d.DB.InTx(ctx, db.System("queue"), func(ctx context.Context, tx *db.Tx) error {
		job, err := jobByID(ctx, tx, id)
		if err == nil {
			q, err = queueByID(ctx, tx, job.Queue)
		}
		return err
	})
	return q, err
}

// Switch turns a switch of a queue, for IT. A kiosk releases held jobs whatever
// their queue's switches say: they stand for the way in, not for a printer.
func (d *Desk) Switch(ctx context.Context, a school.Actor, id QueueID, to Switch) error {
	return d.SwitchSaying(ctx, a, id, to, Notice{})
}

// SwitchSaying is Switch and Announce in one; the zero Notice is none. Neither is done
// without the other, and whoever hears of the switch finds it explained.
func (d *Desk) SwitchSaying(ctx context.Context, a school.Actor, id QueueID, to Switch, why Notice) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		q, err := lockQueueFor(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if why != (Notice{}) {
			if err := announce(ctx, tx, a, q, why); err != nil {
				return err
			}
		}
		q.Closed = to == CloseQueue || q.Closed && to != OpenQueue
		q.Paused = to == PauseQueue || q.Paused && to != ResumeQueue
		if err := updateQueueSwitches(ctx, tx, q); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: q.School, Act: "queue-" + string(to), Actor: a.Pseudonym, Object: fmt.Sprintf("queue:%d", id)})
	})
	d.queues.forget()
	if err == nil && to == ResumeQueue {
		err = d.releaseWaiting(ctx, a.School, id)
	}
	return err
}

// releaseWaiting releases what has come while a queue was paused, each job on its
// own. It looks after the switch is turned, so that none slips between.
func (d *Desk) releaseWaiting(ctx context.Context, in school.ID, id QueueID) error {
	var waiting []Job
	err := d.inSchool(ctx, in, func(ctx context.Context, tx *db.Tx) (err error) {
		waiting, err = jobsForPrinter(ctx, tx, id)
		return err
	})
	for _, job := range waiting {
		err = errors.Join(err, d.releaseDirect(ctx, job))
	}
	return err
}
