package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

// SlipID names a runner's slip; 0 is none.
type SlipID int64

// Slip lets a runner have one held job come out at one printer, once. Whoever holds it
// learns how long the job is and whose, and nothing else of either.
type Slip struct {
	ID      SlipID
	Job     JobID
	Printer PrinterID
	At      string    // the printer's name
	For     string    // its owner, as a pupil may know them
	Pages   int       // impressions still to print
	Costs   int64     // units, as its owner was shown
	Until   time.Time // within SlipLife

	// What is shown once, when it is made: only digests are kept.
	Text string // what a reader of QR codes types
	Code string // eight digits, for the keypad, with school.SlipName
}

// SlipLife is how long a slip is good for: the way to a printer and a queue before it.
const SlipLife = 20 * time.Minute

var (
	slipClaim   = fault.New(fault.Conflict, "slip-claim", "This was sent from a shared computer in your name. Only you can print it, with your badge.")
	slipLocked  = fault.New(fault.Conflict, "slip-locked", "This document has a code of its own. Only you can print it, with your badge.")
	slipOver    = fault.New(fault.Unauthenticated, "slip-over", "This slip is no longer good.")
	slipNone    = fault.New(fault.NotFound, "slip-none", "There is no open slip for this job. Perhaps it has just been used.")
	slipStopped = fault.New(fault.Conflict, "slip-stopped", "This can't be printed just now. Please take the slip back.")
)

// MakeSlip makes a slip for a held job of the actor's and ends the one before. It is
// refused for what the owner could not print there now, and for what is not theirs alone
// to give away: "slip-claim" and "slip-locked".
func (d *Desk) MakeSlip(ctx context.Context, a school.Actor, id JobID, at PrinterID) (slip Slip, err error) {
	if !a.May(school.IssueSlip) {
		return Slip{}, school.NotAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		slip, err = d.makeSlip(ctx, tx, a, id, at)
		return err
	})
	if err != nil {
		return Slip{}, fmt.Errorf("make slip for job %d: %w", id, err)
	}
	return slip, nil
}

func (d *Desk) makeSlip(ctx context.Context, tx *db.Tx, a school.Actor, id JobID, at PrinterID) (slip Slip, err error) {
	if err := conduct.Check(ctx, tx, a.Person); err != nil {
		return slip, err
	}
	job, err := lockJob(ctx, tx, id)
	if err != nil {
		return slip, err
	}
	if err := job.givable(a, tx.Now); err != nil {
		return slip, err
	}
	p, err := printerWithStation(ctx, tx, a.School, at)
	if err != nil {
		return slip, err
	}
	if err := d.comesOut(ctx, tx, job, p); err != nil {
		return slip, err
	}
	costs, err := covered(ctx, tx, job, p)
	if err != nil {
		return slip, err
	}
	owner, err := school.PersonByID(ctx, tx, a.Person)
	if err != nil {
		return slip, err
	}
	slip = Slip{Job: id, Printer: p.ID, At: p.Name, For: asStaff(owner), Pages: job.Left(), Costs: costs, Until: tx.Now.Add(SlipLife)}
	if job.Expires.Before(slip.Until) {
		slip.Until = job.Expires
	}
	if err := d.drawSlip(ctx, tx, a.School, &slip); err != nil {
		return slip, err
	}
	if err := audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "slip-made", Actor: a.Pseudonym, Subject: job.owner, Object: object(id),
		Facts: map[string]any{"slip": slip.ID, "printer": p.ID, "until": slip.Until.Unix()}}); err != nil {
		return slip, err
	}
	return slip, d.Hub.Touch(ctx, tx, a.School, events.Person(int64(a.Person))) // who stands there with an older one
}

// covered is what the rest of a job costs at a printer, if its owner has that much.
func covered(ctx context.Context, tx *db.Tx, job Job, p PrinterRecord) (int64, error) {
	t, err := quota.TariffAt(ctx, tx, job.School, tx.Now)
	if err != nil {
		return 0, err
	}
	left, err := quota.LeftOf(ctx, tx, []school.PersonID{job.Person})
	if err != nil {
		return 0, err
	}
	has, work := left[job.Person], job.workAt(p)
	has.Unit = t.Unit
	payers, err := quota.PayersAt(ctx, tx, job.School, job.Person, has, 0)
	if err != nil {
		return 0, err
	}
	payer, err := whoPays(ctx, tx, payers, job)
	if err != nil {
		return 0, err
	}
	costs := t.Price(work, p.Group).Units
	return costs, payer.Covers(costs, int64(work.ColourLeft()))
}

// givable refuses a job that its owner cannot put into other hands. A missing one and
// somebody else's look the same.
func (j Job) givable(a school.Actor, now time.Time) error {
	switch {
	case j.Person != a.Person || !j.visibleTo(a):
		return jobUnknown
	case j.State == Receiving || j.State == Counting:
		return notReady
	case j.State == Released:
		return alreadyReleased
	case j.State != Held || !j.Expires.After(now):
		return jobEnded
	case j.InPrintRoom:
		return withPrintRoom
	case j.Claim():
		return slipClaim
	case j.Locked:
		return slipLocked
	}
	return nil
}

// comesOut refuses a job that its queue's policy or the printer itself stops there.
func (d *Desk) comesOut(ctx context.Context, tx *db.Tx, job Job, p PrinterRecord) error {
	c := d.choices(job.School, job.Person, 0, p)
	r, err := c.ruling(ctx, tx, job.Queue)
	if err != nil {
		return err
	}
	refusal, _, err := c.stops(ctx, tx, r, job, p)
	if err == nil {
		err = refusal
	}
	if err != nil {
		return err
	}
	ruled, err := c.book.of(ctx, tx, job, p)
	if err != nil {
		return err
	}
	return ruled.stops(true) // whoever makes a slip for a large job means all of it
}

// drawSlip ends the slips that it replaces, and draws until the code is no open slip's.
func (d *Desk) drawSlip(ctx context.Context, tx *db.Tx, id school.ID, slip *Slip) (err error) {
	if err := endSlipsBefore(ctx, tx, id, slip.Job); err != nil {
		return err
	}
	for range 5 {
		proof := d.Directory.NewSlipProof()
		slip.Text, slip.Code = proof.Text, proof.Code
		if slip.ID, err = insertSlip(ctx, tx, id, *slip, proof); err != nil || slip.ID != 0 {
			return err
		}
	}
	return errors.New("draw slip: every code drawn is taken")
}

// EndSlip ends the open slip of a job of the actor's ("slip-none").
func (d *Desk) EndSlip(ctx context.Context, a school.Actor, id JobID) error {
	if !a.May(school.IssueSlip) {
		return school.NotAllowed
	}
	err := d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		slip, err := endSlip(ctx, tx, a.Person, id)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "slip-ended", Actor: a.Pseudonym, Subject: a.Pseudonym, Object: object(id),
			Facts: map[string]any{"slip": slip}}); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, a.School, events.Person(int64(a.Person)))
	})
	if err != nil {
		return fmt.Errorf("end slip of job %d: %w", id, err)
	}
	return nil
}
