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

// maxNotice is how many characters of what IT says are kept: the length of a
// message from the operator (RFC 8011 section 5.4.25).
const maxNotice = 127

// Notice is what IT says of a queue (Set-Printer-Attributes). What is nil stays.
type Notice struct {
	Info     *string // printer-info; "" is the queue's name again
	Location *string // printer-location; "" is where its printers stand
	Message  *string // printer-message-from-operator; "" is none
}

var notForYou = fault.New(fault.Forbidden, "not-for-you", "Only IT can say that about a job.")

// Announce says something of a queue, for IT.
func (d *Desk) Announce(ctx context.Context, a school.Actor, id QueueID, n Notice) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		q, err := lockQueueFor(ctx, tx, a, id)
		if err != nil {
			return err
		}
		return announce(ctx, tx, a, q, n)
	})
	d.queues.forget()
	return err
}

// lockQueueFor locks a queue for IT of its school.
func lockQueueFor(ctx context.Context, tx *db.Tx, a school.Actor, id QueueID) (Queue, error) {
	q, err := lockQueue(ctx, tx, id)
	if err == nil && (q.School != a.School || !a.May(school.ManageFace)) {
		err = notYourQueue
	}
	return q, err
}

func announce(ctx context.Context, tx *db.Tx, a school.Actor, q Queue, n Notice) error {
	set := func(to *string, from *string) {
		if from != nil {
			*to = firstRunes(*from, maxNotice)
		}
	}
	set(&q.Info, n.Info)
	set(&q.Location, n.Location)
	if n.Message != nil {
		set(&q.Message, n.Message)
		q.Said = tx.Now
	}
	if err := updateNotice(ctx, tx, q); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: q.School, Act: "queue-described", Actor: a.Pseudonym, Object: fmt.Sprintf("queue:%d", q.ID),
		Note: fmt.Sprintf("%q %q %q", q.Info, q.Location, q.Message)})
}

// Remark says something of a job to its owner, for IT (job-message-from-operator);
// "" takes it back. It may come after the job's end, to say why.
func (d *Desk) Remark(ctx context.Context, a school.Actor, id JobID, say string) error {
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		job, err := lockJob(ctx, tx, id)
		if err != nil {
			return err
		}
		if !job.visibleTo(a) {
			return jobUnknown
		}
		if err := remark(ctx, tx, a, job, &say); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
	if err != nil {
		return fmt.Errorf("remark on job %d: %w", id, err)
	}
	return nil
}

// remark says something of a job that is locked; nil is nothing.
func remark(ctx context.Context, tx *db.Tx, a school.Actor, job Job, say *string) error {
	if say == nil {
		return nil
	}
	if !a.May(school.ManageFace) {
		return notForYou
	}
	if err := updateMessage(ctx, tx, job.ID, firstRunes(*say, maxNotice)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-remarked", Actor: a.Pseudonym, Subject: job.owner, Object: object(job.ID), Note: *say})
}
