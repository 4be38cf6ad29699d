package release

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"inkwell/internal/audit"
	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/quota/conduct"
)

var (
	nothingChosen   = fault.New(fault.Invalid, "nothing-chosen", "Choose something to print.")
	alreadyReleased = fault.New(fault.Conflict, "already-released", "That is printing already.")
	notReady        = fault.New(fault.Conflict, "not-ready", "That is not ready yet. Wait a few seconds.")
)

// Release sends a visitor's held jobs to the station's printer: all of them or
// none. It returns once standing, jobs, deliveries and reservations are committed
// together; the printer is spoken to afterwards.
func (d *Desk) Release(ctx context.Context, v Visitor, ids []JobID) (int, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return 0, nothingChosen
	}
	if err := v.slipIsFor(v.where()); err != nil {
		return 0, err
	}
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
		p, err := v.reached(ctx, tx)
		if err != nil {
			return err
		}
		if err := d.works(ctx, tx, v, p, ids); err != nil {
			return err
		}
		return d.release(ctx, tx, v, p, ids)
	})
	if err != nil {
		return 0, fmt.Errorf("release: %w", v.discreet(err))
	}
	crash.At("release-committed")
	return len(ids), nil
}

// works refuses a printer that does not print now, as it was last seen, with the nearest that
// can ("printer-stopped"). One that stops after that is the delivery's to wait for.
func (d *Desk) works(ctx context.Context, tx *db.Tx, v Visitor, p PrinterRecord, ids []JobID) error {
	trouble := p.Trouble()
	if trouble == "" {
		return nil
	}
	refusal := fault.New(fault.Unavailable, "printer-stopped", "%s", trouble)
	if v.Slip != nil {
		return refusal // it is good for this printer alone
	}
	held, err := heldJobsOf(ctx, tx, v.Actor.Person)
	if err != nil {
		return err
	}
	maps.DeleteFunc(held, func(id JobID, _ Job) bool { return !slices.Contains(ids, id) })
	offer, say, err := d.choices(v.Actor.School, v.Actor.Person, v.Station.ID, v.Station.Printer).instead(ctx, tx, slices.Collect(maps.Values(held)), p.ID)
	if err != nil || offer == nil {
		return cmp.Or[error](err, refusal)
	}
	return fault.New(fault.Unavailable, "printer-stopped", "%s %s", strings.TrimSuffix(trouble, " Your work is safe."), say)
}

// release locks in the one order: standing, jobs ascending, deliveries, pass or slip, account. A
// job that the printer lacks something for is refused ("printer-lacks"), and so is one
// that its queue's policy does not let out here ("printer-elsewhere", "queue-not-yours").
func (d *Desk) release(ctx context.Context, tx *db.Tx, v Visitor, p PrinterRecord, ids []JobID) error {
	if err := conduct.Check(ctx, tx, v.Actor.Person); err != nil {
		return err
	}
	if err := school.Stands(ctx, tx, v.Actor); err != nil {
		return err
	}
	leave, err := d.departure(ctx, tx, v, p)
	if err != nil {
		return err
	}
	due := 0
	var reservations []quota.Reservation
	for _, id := range ids {
		open, payer, err := leave.send(ctx, tx, id)
		if err != nil {
			return err
		}
		due += open.Impressions
		reservations = append(reservations, quota.Reservation{Delivery: quota.DeliveryID(open.ID), Payer: payer, Amount: open.Amount, Colour: int64(open.Colour)})
	}
	if err := onPass(ctx, tx, leave.pass, due); err != nil {
		return err
	}
	if err := v.useSlip(ctx, tx); err != nil {
		return err
	}
	if err := quota.Reserve(ctx, tx, v.Actor, v.Actor.Person, reservations); err != nil {
		return err
	}
	crash.At("release-written")
	return d.Hub.Touch(ctx, tx, v.Actor.School, events.Person(int64(v.Actor.Person)), events.Deliveries)
}

// departure is what all jobs of one release have in common, as it is just now.
type departure struct {
	*Desk
	Visitor
	printer PrinterRecord
	tariff  quota.Tariff
	payers  quota.Payers
	pass    school.PassID // that it counts on, or 0
	*choices
}

func (d *Desk) departure(ctx context.Context, tx *db.Tx, v Visitor, p PrinterRecord) (l departure, err error) {
	l = departure{Desk: d, Visitor: v, printer: p, pass: v.Actor.Pass, choices: d.choices(v.Actor.School, v.Actor.Person, v.Station.ID, v.beside(p))}
	if l.tariff, err = quota.TariffAt(ctx, tx, v.Actor.School, tx.Now); err != nil {
		return l, err
	}
	if l.payers, err = quota.PayersAt(ctx, tx, v.Actor.School, v.Actor.Person, quota.Left{}, int32(v.Station.ID)); err != nil {
		return l, err
	}
	if l.payers.Exam() {
		l.pass = 0 // an exam is stopped by no quota, and uses none up
	}
	return l, nil
}

// send locks a job and makes its delivery, if all that there is to ask says yes, for the
// price and to the payer that the visitor was shown.
func (l departure) send(ctx context.Context, tx *db.Tx, id JobID) (open Delivery, payer quota.AccountID, err error) {
	job, err := lockJob(ctx, tx, id)
	if err != nil {
		return open, 0, err
	}
	if err := job.releasable(l.Visitor, tx); err != nil {
		return open, 0, err
	}
	if job, err = l.rule(ctx, tx, job, l.printer); err != nil {
		return open, 0, err
	}
	ruled, err := l.book.restrict(ctx, tx, l.Visitor, job, l.printer)
	if err != nil {
		return open, 0, err
	}
	who, err := whoPays(ctx, tx, l.payers, job)
	if err != nil {
		return open, 0, err
	}
	open = newDelivery(job, l.printer, l.Visitor.Station.ID, l.tariff)
	open.Pass = l.pass
	if l.Slip != nil {
		open.Slip = l.Slip.ID
	}
	if err := l.asShown(id, who, open.Amount); err != nil {
		return open, 0, err
	}
	if open.ID, err = insertDelivery(ctx, tx, open); err != nil {
		return open, 0, err
	}
	if err := ruled.decided(ctx, tx, job, l.printer.ID, open.ID); err != nil {
		return open, 0, err
	}
	updateState(tx, id, Released)
	return open, who.Account, audit.Record(ctx, tx, audit.Entry{School: job.School, Act: "job-released", Actor: l.Actor.Pseudonym, Subject: job.owner, Object: object(id),
		Facts: map[string]any{"printer": l.printer.ID, "station": l.Visitor.Station.ID, "proof": l.Actor.Proof, "impressions": open.Impressions, "units": open.Amount, "payer": who.Account}})
}

// asShown refuses a job that another would pay than the visitor saw, or that costs more.
func (v Visitor) asShown(id JobID, who quota.Payer, amount int64) error {
	if shown, known := v.PaidBy[id]; known && shown != who.Code {
		return payerChanged
	}
	if shown, known := v.Shown[id]; known && amount > shown {
		return priceChanged
	}
	return nil
}

// onPass refuses more pages than a day pass has left ("pass-spent"). What is being
// released counts as spent already.
func onPass(ctx context.Context, tx *db.Tx, pass school.PassID, pages int) error {
	if pass == 0 {
		return nil
	}
	left, err := school.PassLeft(ctx, tx, pass)
	if err == nil && left < 0 {
		err = passSpent(left + pages)
	}
	return err
}

func passSpent(left int) error {
	return fault.New(fault.Unpaid, "pass-spent", "Your day pass has %d pages left. Choose fewer, or bring your own badge.", left)
}

func (j Job) releasable(v Visitor, tx *db.Tx) error {
	switch {
	case j.Person != v.Actor.Person || v.Slip != nil && v.Slip.Job != j.ID:
		return jobUnknown
	case j.State == Receiving || j.State == Counting:
		return notReady
	case j.State == Released:
		return alreadyReleased
	case j.Claim() && v.Station.ID == 0:
		return claimWaits
	case j.OnHold && v.Station.ID == 0:
		return onHold
	case j.Locked && !v.Opened[j.ID]:
		return passwordNeeded
	case j.State.Ended() || !j.Expires.After(tx.Now):
		return jobEnded
	}
	return nil
}

// releaseOn releases a job to the printer of its Direct queue.
func (d *Desk) releaseOn(ctx context.Context, tx *db.Tx, q Queue, job Job) error {
	p, err := printerByID(ctx, tx, q.Printer)
	if err != nil {
		return err
	}
	return d.release(ctx, tx, Visitor{Actor: job.sender(), Shown: map[JobID]int64{job.ID: job.Due()}}, p, []JobID{job.ID})
}

// releaseDirect releases a job of a direct queue as soon as it is counted, unless
// the queue is paused or the owner said to wait. What the owner's standing or
// account does not allow stays held for a station, with the reason: a computer that
// follows it must not wait for the printer.
func (d *Desk) releaseDirect(ctx context.Context, job Job) error {
	if job.OnHold {
		return nil
	}
	err := d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		q, err := queueByID(ctx, tx, job.Queue)
		if err != nil || q.Kind != Direct || q.Paused {
			return err
		}
		return d.releaseOn(ctx, tx, q, job)
	})
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		d.Log.Info("direct job stays held", "job", job.ID, "reason", f.Code)
		return d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error { return d.stays(ctx, tx, job, f.Code) })
	}
	return err
}

// stays says why a direct job stays held, and keeps what decided if a rule did.
func (d *Desk) stays(ctx context.Context, tx *db.Tx, job Job, reason string) error {
	q, err := queueByID(ctx, tx, job.Queue)
	if err != nil {
		return err
	}
	if strings.HasPrefix(reason, "rule-") {
		p, err := printerByID(ctx, tx, q.Printer)
		if err != nil {
			return err
		}
		r, err := d.rulebook(job.School).of(ctx, tx, job, p)
		if err != nil {
			return err
		}
		if err := r.decided(ctx, tx, job, q.Printer, 0); err != nil {
			return err
		}
	}
	return updateReason(ctx, tx, job.ID, reason)
}

// newDelivery is the way of what is left of a job to a printer. Of a single copy
// that stopped on the way, the missing pages go; of several copies, whole ones: a
// copy that broke off is printed again as a gift, paid once.
func newDelivery(j Job, p PrinterRecord, st StationID, t quota.Tariff) Delivery {
	left := j.Left()
	d := Delivery{School: j.School, Job: j.ID, Person: j.Person, Printer: p.ID, Station: st, State: Reserved,
		Token: newToken(), FirstPage: 1, Copies: (left + j.Pages - 1) / j.Pages, Impressions: left, Tariff: t.ID, Group: p.Group, Work: j.workAt(p)}
	d.Colour = d.Work.ColourLeft()
	d.Amount = t.Price(d.Work, d.Group).Units
	if left < j.Pages {
		d.FirstPage = j.Pages - left + 1
	}
	return d
}

// newToken names a delivery to the printer: nobody can guess it or learn anything from it.
func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process first
	return hex.EncodeToString(b[:])
}
