package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/quota"
)

// Rest is what a printer that stands has not printed of a job, and where that can come out.
type Rest struct {
	Choice
	Pages int   // impressions that the printer has not told of
	Due   int64 // what they cost there, in units
}

// giveBack is how long a printer may take to give a job back, before its owner is told to wait.
const giveBack = 45 * time.Second

var (
	movesNot   = fault.New(fault.Conflict, "not-stopped", "The printer goes on. It comes out here.")
	movesLater = fault.New(fault.Unavailable, "not-given-back", "The printer does not give it back yet. Your work is safe in your list: try again in a few minutes.")
	ownerMoves = "owner-prints-elsewhere"
)

// rests says of each job at a printer that stands where the rest of it can come out: at the
// nearest printer that can be released to from here, works, and takes it.
func (c *choices) rests(ctx context.Context, tx *db.Tx, t quota.Tariff, jobs []VisitJob) error {
	for i := range jobs {
		j := &jobs[i]
		if d := j.Delivery; j.State != Released || d.Trouble == "" || d.State != Printing && d.State != Reserved {
			continue
		}
		job, err := jobByID(ctx, tx, j.ID)
		if err != nil {
			return err
		}
		if job.Uncounted() {
			continue // there is no beginning it in the middle
		}
		job.Printed += j.Delivery.Printed
		at, err := c.nearest(ctx, tx, j.Delivery.at, func(o Choice) (bool, error) {
			if !o.Reach || o.Trouble() != "" {
				return false, nil
			}
			return c.takes(ctx, tx, job, o.PrinterRecord)
		})
		if err != nil {
			return err
		}
		if at != nil && job.Left() > 0 {
			j.Rest = &Rest{Choice: *at, Pages: job.Left(), Due: t.Price(job.workAt(at.PrinterRecord), at.Group).Units}
		}
	}
	return nil
}

// MoveOn has what a printer that stands has not printed of the visitor's jobs come out of another
// one, which can be released to from their station. What the first printer holds it gives back
// before anything is sent again: nothing comes out twice, and what it printed is charged there.
// Refusals: "not-stopped" for what goes on meanwhile, "not-given-back" where the printer does not
// answer in time, "not-asked-yet" where nobody knows what it printed; and those of Release. In each
// of them the job is where it was, or held with what is left.
func (d *Desk) MoveOn(ctx context.Context, v Visitor, ids []JobID, to PrinterID) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if v.Slip != nil || len(ids) == 0 {
		return notAllowed
	}
	bell := d.Hub.Subscribe(events.Person(int64(v.Actor.Person)))
	defer bell.Close()
	others, err := d.paidByOthers(ctx, v, ids)
	if err == nil {
		err = d.recall(ctx, v, ids)
	}
	if err != nil {
		return fmt.Errorf("recall: %w", err)
	}
	over := time.NewTimer(giveBack)
	defer over.Stop()
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for {
		back, waits, err := d.givenBack(ctx, v, ids)
		if err != nil {
			return fmt.Errorf("recall: %w", err)
		}
		if !waits {
			if len(back) == 0 {
				return nil // all of it came out after all
			}
			v.At = to
			return d.goOn(ctx, v, back, others)
		}
		select {
		case <-ctx.Done():
			return movesLater.Because(context.Cause(ctx))
		case <-over.C:
			return movesLater
		case <-bell.C:
		case <-again.C:
		}
	}
}

// paidByOthers are the accounts that have said yes to paying for all of the jobs at the printer that stands, where it is not
// their owner's own.
func (d *Desk) paidByOthers(ctx context.Context, v Visitor, ids []JobID) (by map[JobID]quota.Payer, err error) {
	err = d.readSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		accounts, err := accountsOfOpen(ctx, tx, v.Actor.Person, ids)
		if err != nil {
			return err
		}
		by = map[JobID]quota.Payer{}
		for id, account := range accounts {
			s, err := quota.SharedByID(ctx, tx, v.Actor.School, quota.AccountID(account))
			if err != nil {
				return err
			}
			by[id] = quota.Payer{Code: s.Code, Name: s.Name, Account: s.ID, Limited: s.Limited}
		}
		return nil
	})
	return by, err
}

// goOn releases what is left, each job for who paid for the beginning of it.
func (d *Desk) goOn(ctx context.Context, v Visitor, ids []JobID, others map[JobID]quota.Payer) error {
	var own []JobID
	for _, id := range ids {
		payer, others := others[id]
		if !others {
			own = append(own, id)
			continue
		}
		theirs := v
		theirs.sponsor = &payer
		if _, err := d.Release(ctx, theirs, []JobID{id}); err != nil {
			return err
		}
	}
	if len(own) == 0 {
		return nil
	}
	_, err := d.Release(ctx, v, own)
	return err
}

// recall ends what a printer has nothing of, and has the rest asked back.
func (d *Desk) recall(ctx context.Context, v Visitor, ids []JobID) error {
	return d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			job, err := lockJob(ctx, tx, id)
			if err != nil {
				return err
			}
			if !v.owns(job) {
				return jobUnknown
			}
			open, found, err := lockOpenDelivery(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := d.recallOne(ctx, tx, v, job, open, found); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) recallOne(ctx context.Context, tx *db.Tx, v Visitor, job Job, open Delivery, found bool) error {
	switch {
	case !found: // it is held again, or has ended
		return nil
	case open.State == Unclear:
		return unclearFirst
	}
	p, err := printerByID(ctx, tx, open.Printer)
	if err != nil {
		return err
	}
	if p.Trouble() == "" {
		return movesNot
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-recalled", Actor: v.Actor.Pseudonym, Subject: job.owner, Object: object(job.ID),
		Facts: map[string]any{"delivery": open.ID, "printer": open.Printer}}); err != nil {
		return err
	}
	if open.State == Reserved {
		return d.finish(ctx, tx, job, open, Outcome{Reason: ownerMoves})
	}
	return updateRecalled(ctx, tx, open.ID)
}

var unclearFirst = fault.New(fault.Conflict, "not-asked-yet", "We lost sight of the printer. Say first what came out.")

// givenBack are those of the jobs that are held again, and whether some are not known of yet.
func (d *Desk) givenBack(ctx context.Context, v Visitor, ids []JobID) (back []JobID, waits bool, err error) {
	err = d.readSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		back, waits = nil, false
		for _, id := range ids {
			job, err := jobByID(ctx, tx, id)
			switch {
			case err != nil:
				return err
			case job.State == Held:
				back = append(back, id)
			case job.State == Released:
				waits = true
			}
		}
		if !waits {
			return nil
		}
		lost, err := anyUnclear(ctx, tx, ids)
		if err == nil && lost {
			err = unclearFirst
		}
		return err
	})
	return back, waits, err
}

// recalled says whether a delivery's owner wants it out elsewhere.
func (d *Desk) recalled(ctx context.Context, del Delivery) (is bool) {
	err := d.readSchool(ctx, del.School, func(ctx context.Context, tx *db.Tx) (err error) {
		is, err = isRecalled(ctx, tx, del.ID)
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		d.Log.Info("recall not read", "delivery", del.ID, "error", err)
	}
	return is
}
