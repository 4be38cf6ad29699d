package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/release/spool"
)

// orphanAge is how old a document must be before one without a job is destroyed:
// far longer than any upload lasts.
const orphanAge = time.Hour

// tidyEvery is how often guests go whose last day is over, and subscriptions that have
// ended, old notifications and counts of taps, which nobody sees any more by then.
const tidyEvery = 20 * time.Second

// sweep ends the jobs of people who have left, lets jobs go whose hold has ended, expires
// what nobody came for, ends subscriptions, and destroys documents that are done with, also
// those a crash left behind.
func (d *Desk) sweep(ctx context.Context) {
	var orphans, tidied time.Time
	d.every(ctx, "sweep", 5*time.Second, nil, func(ctx context.Context) error {
		d.pictures.age(d.DB.Now())
		err := errors.Join(d.dismiss(ctx), d.endHolds(ctx), d.expire(ctx), d.shredAll(ctx))
		if now := d.DB.Now(); now.Sub(tidied) > tidyEvery {
			tidied = now
			err = errors.Join(err, d.tidySubscriptions(ctx), d.endGuests(ctx), d.tidyFaults(ctx), d.tidyTaps(ctx), d.tidyRoom(ctx))
		}
		if now := d.DB.Now(); now.Sub(orphans) > orphanAge/4 {
			orphans = now
			err = errors.Join(err, d.sweepOrphans(ctx))
		}
		return err
	})
}

// expire ends held jobs whose time is up, a hundred at a time, each in a
// transaction of its own.
func (d *Desk) expire(ctx context.Context) error {
	var due []Job
	err := d.DB.InTx(ctx, db.System("expire"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = jobsToExpire(ctx, tx)
		return err
	})
	for _, job := range due {
		err = errors.Join(err, d.expireOne(ctx, job))
	}
	return err
}

func (d *Desk) expireOne(ctx context.Context, job Job) error {
	return d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockJob(ctx, tx, job.ID)
		if err != nil || !now.may(Expired) || now.Expires.After(tx.Now) {
			return err
		}
		if more, err := d.keepsOn(ctx, tx, now); err != nil || more {
			return err
		}
		if open, found, err := lockOpenDelivery(ctx, tx, job.ID); err != nil || found && open.State != Unclear {
			return err
		} else if found {
			if now, err = d.unanswered(ctx, tx, now, open); err != nil || now.State.Ended() {
				return err
			}
		}
		if err := updateEnded(ctx, tx, job.ID, Expired, ""); err != nil {
			return err
		}
		if err := d.leave(ctx, tx, now); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-expired", Subject: now.owner, Object: object(job.ID)}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
	})
}

// unanswered ends a delivery of which nobody said whether it came out: nothing is charged but what the printer told of. Whoever
// says nothing is on record as who says no is: it must not be the better answer.
func (d *Desk) unanswered(ctx context.Context, tx *db.Tx, job Job, open Delivery) (Job, error) {
	if job.Uncounted() || job.Printed+open.Printed < job.Impressions {
		fact := conduct.Fact{School: job.School, Person: job.Person, Kind: "unclear-answered", Object: object(job.ID),
			Detail: map[string]any{"came": false, "nobody": true, "printer": open.Printer}}
		if err := conduct.Note(ctx, tx, fact); err != nil {
			return job, err
		}
	}
	if err := d.finish(ctx, tx, job, open, Outcome{Reason: nobodyAnswers}); err != nil {
		return job, err
	}
	return jobByID(ctx, tx, job.ID)
}

// shredAll destroys the documents of jobs that have ended. Where they are kept nobody may
// answer just now: then the rest waits for the next time, too.
func (d *Desk) shredAll(ctx context.Context) error {
	var due []Job
	err := d.DB.InTx(ctx, db.System("shred"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = jobsToShred(ctx, tx)
		return err
	})
	for _, job := range due {
		one := d.destroy(ctx, job)
		err = errors.Join(err, one)
		if errors.Is(one, spool.Away) {
			break
		}
	}
	return err
}

// shred destroys a job's document at once if the job has ended. What fails is done
// again by the sweep, so it is logged and not returned.
func (d *Desk) shred(ctx context.Context, id school.ID, job JobID) error {
	var j Job
	var stays bool
	err := d.inSchool(ctx, id, func(ctx context.Context, tx *db.Tx) (err error) {
		if j, err = jobByID(ctx, tx, job); err != nil {
			return err
		}
		stays, err = spared(ctx, tx, job)
		return err
	})
	if err == nil && j.State.Ended() && j.Document != "" && !stays {
		err = d.destroy(ctx, j)
	}
	if err != nil {
		d.Log.Warn("shred document", "job", job, "error", err)
	}
	return nil
}

// destroy takes the document's key first and forgets its name last, so that a crash
// in between is finished by the sweep.
func (d *Desk) destroy(ctx context.Context, job Job) error {
	for _, id := range job.documents() {
		if err := d.Spool.Destroy(ctx, id); err != nil {
			return fmt.Errorf("destroy document of job %d: %w", job.ID, err)
		}
	}
	d.pictures.forget(func(k pictured) bool { return k.job == job.ID })
	return d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error { return forgetDocument(ctx, tx, job.ID) })
}

// sweepOrphans destroys old documents that no job has.
func (d *Desk) sweepOrphans(ctx context.Context) error {
	var old []spool.ID
	for e, err := range d.Spool.IDs(ctx) {
		if err != nil {
			return err
		}
		if e.Age > orphanAge {
			old = append(old, e.ID)
		}
	}
	var orphans []spool.ID
	err := d.DB.InTx(ctx, db.System("shred"), func(ctx context.Context, tx *db.Tx) (err error) {
		orphans, err = withoutJob(ctx, tx, old)
		return err
	})
	for _, id := range orphans {
		err = errors.Join(err, d.Spool.Destroy(ctx, id))
	}
	return err
}
