package release

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
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
	err := d.withDocuments(ctx, v.Actor.School, v.Actor.Person, ids, func() error {
		return d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) error {
			l := d.departure(tx, v, v.where(), ids)
			p, err := v.reached(ctx, tx, l.printer)
			if err != nil {
				return err
			}
			if err := d.works(ctx, tx, v, p, ids); err != nil {
				return err
			}
			return l.release(ctx, tx)
		})
	})
	if err != nil {
		d.noteTooFew(v.Actor, err)
		return 0, fmt.Errorf("release: %w", v.discreet(d.printingAt(ctx, v, ids, err)))
	}
	crash.At("release-committed")
	return len(ids), nil
}

// printingAt says of a job that was released elsewhere a moment before where it comes out
// ("printing-at"); any other refusal is left as it is.
func (d *Desk) printingAt(ctx context.Context, v Visitor, ids []JobID, refusal error) error {
	if !errors.Is(refusal, alreadyReleased) {
		return refusal
	}
	var printer string
	err := d.inSchool(ctx, v.Actor.School, func(ctx context.Context, tx *db.Tx) (err error) {
		printer, err = printerOfOpen(ctx, tx, v.Actor.Person, ids)
		return err
	})
	if err != nil || printer == "" {
		return refusal
	}
	return fault.New(fault.Conflict, "printing-at", "That is printing already, at %s.", printer)
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

// departure is what there is to know about one release, all of it asked for at once, and
// locked in the one order: standing, then jobs ascending.
type departure struct {
	*Desk
	Visitor
	free    func(context.Context) error // of what suspends its owner
	stands  func(context.Context) error // as they signed in
	printer db.Answer[PrinterRecord]
	tariff  db.Answer[quota.Tariff]
	payers  db.Answer[quota.Payers]
	book    *rulebook
	jobs    []leaving
}

// leaving is a job of a departure.
type leaving struct {
	job   db.Answer[Job]
	queue db.Answer[Queue]
}

func (d *Desk) departure(tx *db.Tx, v Visitor, p PrinterID, ids []JobID) departure {
	a := v.Actor
	l := departure{
		Desk: d, Visitor: v, book: d.rulebook(a.School),
		free: conduct.AskCheck(tx, a.Person, conduct.Way{Teacher: v.By != nil && !v.Room, Station: int32(v.Station.ID)}), stands: school.AskStands(tx, a), printer: askPrinter(tx, p),
		tariff: quota.AskTariff(tx, a.School, tx.Now), payers: quota.AskPayers(tx, a.School, a.Person, quota.Left{}, int32(v.Station.ID)),
	}
	l.book.ask(tx)
	for _, id := range ids {
		l.jobs = append(l.jobs, leaving{askJobLocked(tx, id), askQueueOf(tx, id)})
	}
	return l
}

// release goes on locking in the one order: deliveries, pass or slip, account. A job that the
// printer lacks something for is refused ("printer-lacks"), and so is one that its queue's
// policy does not let out here ("printer-elsewhere", "queue-not-yours").
func (l departure) release(ctx context.Context, tx *db.Tx) error {
	if err := l.free(ctx); err != nil {
		return err
	}
	if err := l.stands(ctx); err != nil {
		return err
	}
	t, err := l.terms(ctx)
	if err != nil {
		return err
	}
	due := 0
	sent := make([]sending, len(l.jobs))
	reservations := make([]quota.Reservation, len(l.jobs))
	for i, job := range l.jobs {
		if sent[i], err = l.send(ctx, tx, job, t); err != nil {
			return err
		}
		due += sent[i].Impressions
		reservations[i] = quota.Reservation{Payer: sent[i].payer, Amount: sent[i].Amount, Colour: int64(sent[i].Colour)}
	}
	if err := onPass(ctx, tx, t.pass, due); err != nil {
		return err
	}
	if err := l.useSlip(ctx, tx); err != nil {
		return err
	}
	accounts := quota.Lock(tx, l.Actor.Person, reservations)
	for i, s := range sent {
		if s.ID, err = s.number(ctx); err != nil {
			return err
		}
		reservations[i].Delivery = quota.DeliveryID(s.ID)
		s.ruled.decided(tx, s.job, s.Printer, s.ID)
	}
	if err := accounts.Reserve(ctx, tx, l.actor(), reservations); err != nil {
		return err
	}
	crash.At("release-written")
	return l.Hub.Touch(ctx, tx, l.Actor.School, events.Person(int64(l.Actor.Person)), events.Deliveries)
}

// terms are what all jobs of one release have in common, as they are just now.
type terms struct {
	printer PrinterRecord
	tariff  quota.Tariff
	payers  quota.Payers
	pass    school.PassID // that it counts on, or 0
	*choices
}

func (l departure) terms(ctx context.Context) (t terms, err error) {
	t.pass = l.Actor.Pass
	if t.printer, err = l.printer(ctx); err != nil {
		return t, err
	}
	if t.tariff, err = l.tariff(ctx); err != nil {
		return t, err
	}
	if t.payers, err = l.payers(ctx); err != nil {
		return t, err
	}
	if t.payers.Exam() {
		t.pass = 0 // an exam is stopped by no quota, and uses none up
	}
	t.choices = l.choices(l.Actor.School, l.Actor.Person, l.Visitor.Station.ID, l.beside(t.printer))
	t.book = l.book
	return t, nil
}

// sending is a job's delivery as it is written.
type sending struct {
	Delivery
	number db.Answer[DeliveryID]
	payer  quota.AccountID
	job    Job
	ruled  restraint
}

// send makes a job's delivery, if all that there is to ask says yes, for the price and to
// the payer that the visitor was shown.
func (l departure) send(ctx context.Context, tx *db.Tx, of leaving, t terms) (s sending, err error) {
	if s.job, err = of.job(ctx); err != nil {
		return s, err
	}
	if err := s.job.releasable(l.Visitor, tx); err != nil {
		return s, err
	}
	q, err := of.queue(ctx)
	if err != nil {
		return s, err
	}
	if _, err := t.rulingOf(ctx, tx, q); err != nil {
		return s, err
	}
	if s.job, err = t.rule(ctx, tx, s.job, t.printer); err != nil {
		return s, err
	}
	if s.ruled, err = t.book.restrict(ctx, tx, l.Visitor, s.job, t.printer); err != nil {
		return s, err
	}
	who, err := l.payerOf(ctx, tx, t.payers, s.job, q.Account)
	if err != nil {
		return s, err
	}
	s.Delivery, s.payer = newDelivery(s.job, t.printer, l.Visitor.Station.ID, t.tariff), who.Account
	s.Pass = t.pass
	if l.Slip != nil {
		s.Slip = l.Slip.ID
	}
	if l.By != nil {
		s.By = l.By.Person
	}
	if slices.Contains(unproven, s.job.Proof) && l.byOwner() {
		conduct.NoteTitles(tx, s.job.School, true, int32(s.job.ID))
	}
	if err := l.asShown(s.job, who, s.Amount); err != nil {
		return s, err
	}
	s.number = insertDelivery(tx, s.Delivery)
	updateState(tx, s.job.ID, Released)
	return s, audit.Record(ctx, tx, audit.Entry{School: s.job.School, Act: "job-released", Actor: l.actor().Pseudonym, Subject: s.job.owner, Object: object(s.job.ID),
		Facts: map[string]any{"printer": s.Printer, "station": l.Visitor.Station.ID, "proof": l.actor().Proof, "impressions": s.Impressions, "units": s.Amount, "payer": who.Account}})
}

// payerOf is who pays for one of the jobs, which came by a queue with an account, or 0.
func (v Visitor) payerOf(ctx context.Context, tx *db.Tx, payers quota.Payers, j Job, queue quota.AccountID) (quota.Payer, error) {
	if v.sponsor != nil {
		return *v.sponsor, nil
	}
	return payerOf(ctx, tx, payers, j, queue)
}

// byOwner says whether the owner of what is released is there themself.
func (v Visitor) byOwner() bool { return v.By == nil && v.Slip == nil && v.Station.ID != 0 }

// asShown refuses a job that another would pay than the visitor saw, that was changed since, or
// that costs more.
func (v Visitor) asShown(j Job, who quota.Payer, amount int64) error {
	if shown, known := v.PaidBy[j.ID]; known && shown != who.Code {
		return payerChanged
	}
	if shown, known := v.Editions[j.ID]; known && shown != j.Edition {
		return jobEdited
	}
	if shown, known := v.Shown[j.ID]; known && amount > shown {
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
	case j.InPrintRoom && !v.Room && !j.State.Ended():
		return withPrintRoom
	case v.Room && !j.InPrintRoom:
		return roomGone
	case j.Claim() && v.Station.ID == 0:
		return claimWaits
	case j.OnHold && v.Station.ID == 0:
		return onHold
	case j.Locked && !v.Opened[j.ID]:
		return passwordNeeded
	case j.State.Ended() || !j.Expires.After(tx.Now):
		return jobEnded
	case j.unmade:
		return documentUnmade
	}
	return nil
}

// releaseOn releases a job to the printer of its Direct queue.
func (d *Desk) releaseOn(ctx context.Context, tx *db.Tx, q Queue, job Job) error {
	return d.departure(tx, Visitor{Actor: job.sender(), Shown: map[JobID]int64{job.ID: job.Due()}}, q.Printer, []JobID{job.ID}).release(ctx, tx)
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
		r.decided(tx, job, q.Printer, 0)
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
	d.Uncounted = j.Uncounted()
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
