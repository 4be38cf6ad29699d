package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/quota/conduct"
	"inkwell/release/spool"
)

// handover is how long a document that is on its way when the program is told to
// stop may take to get there.
const handover = 7 * time.Second

// deliver takes one delivery as far as it goes: to its end, or to a later try.
// Before each word to the printer the state it would leave us in is committed; no
// transaction is open while talking. Every error of ours leaves the delivery as
// it stands, to be recovered by the next call.
func (d *Desk) deliver(ctx context.Context, c claim, p Printer, job Job, del Delivery) error {
	if del.State != Reserved {
		return d.recover(ctx, c, p, job, del)
	}
	st, err := p.Status(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return errors.Join(d.saw(ctx, c.printer, p, st, err), d.postpone(ctx, c, job, del, "printer-unreachable"))
	case st.stands():
		return errors.Join(d.saw(ctx, c.printer, p, st, nil), d.postpone(ctx, c, job, del, "printer-stopped"))
	}
	out, err := d.outgoing(ctx, c, job, del)
	if err != nil {
		return d.notTaken(ctx, c, p, job, del, err)
	}
	defer out.Close()
	del.UpTime, del.Counter = st.UpTime, st.Counter
	if barred, err := d.markSending(ctx, c, job, &del); err != nil || barred {
		return err
	}
	crash.At("sending-committed")
	ctx, stop := grace(ctx, handover)
	defer stop()
	id, err := p.Begin(ctx, del.errand(job, c.printer))
	if err != nil {
		return d.notTaken(ctx, c, p, job, del, err)
	}
	del.PrinterJob = id
	d.Meter.Begun(d.DB.Now().Sub(del.Reserved))
	crash.At("printer-job-known")
	if err := d.save(ctx, c, del); err != nil {
		if errors.Is(err, errFenced) { // whoever has the printer now begins a job of its own
			d.abandon(ctx, p, del)
		}
		return err
	}
	crash.At("printer-job-committed")
	if err := p.Send(ctx, del.errand(job, c.printer), del.PrinterJob, out); err != nil {
		return d.notTaken(ctx, c, p, job, del, err)
	}
	crash.At("document-taken")
	d.breakers.close(del.Printer)
	del.State = Printing
	if err := d.insist(ctx, func() error { return d.save(ctx, c, del) }); err != nil {
		return err
	}
	crash.At("printing-committed")
	d.Log.Info("printer has the document", "job", job.ID, "delivery", del.ID, "printer", del.Printer, "printer_job", del.PrinterJob)
	return d.follow(ctx, c, p, job, del)
}

// notDialled is a try at a printer that there is no way to, such as an address that is not
// allowed any more.
func (d *Desk) notDialled(ctx context.Context, c claim, job Job, del Delivery) error {
	if del.State != Reserved {
		return nil // nobody can be asked what became of it until there is a way again
	}
	return d.postpone(ctx, c, job, del, "printer-unreachable")
}

// markSending commits that the printer is about to be spoken to. Somebody whose
// rights were withdrawn since the release gets nothing, and pays nothing.
func (d *Desk) markSending(ctx context.Context, c claim, job Job, del *Delivery) (barred bool, err error) {
	err = d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		err := conduct.CheckBy(ctx, tx, job.Person, conduct.Way{Teacher: del.By != 0, Station: int32(del.Station), At: del.Reserved})
		if fault.KindOf(err) == fault.Suspended {
			barred = true
			return d.finishLocked(ctx, tx, c, *del, Outcome{Reason: fault.As(err).Code})
		}
		if err != nil {
			return err
		}
		del.State, del.Token, del.PrinterJob = Sending, newToken(), 0
		return updateDelivery(ctx, tx, c, *del)
	})
	return barred, err
}

// notTaken decides what a failed word to the printer means for the paper.
func (d *Desk) notTaken(ctx context.Context, c claim, p Printer, job Job, del Delivery, err error) error {
	d.Log.Info("printer did not take it", "job", job.ID, "delivery", del.ID, "printer", del.Printer, "error", err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errFenced): // what is at the printer is for its new node to find
		return err
	case errors.Is(err, errMidway): // it prints while it reads: what is out is out
		d.abandon(ctx, p, del)
		return d.adopt(ctx, c, p, job, del, del.PrinterJob)
	case errors.Is(err, errUndrawn):
		d.abandon(ctx, p, del)
		return d.end(ctx, c, del, Outcome{Reason: "document-undrawn"})
	case errors.Is(err, errOurs) && (errors.Is(err, spool.Gone) || errors.Is(err, spool.Damaged)):
		d.abandon(ctx, p, del)
		if err := d.end(ctx, c, del, Outcome{Reason: "document-gone"}); err != nil {
			return err
		}
		job.State = Held
		return d.refuse(ctx, job, "document-gone")
	case errors.Is(err, errOurs): // a disk or an engine that may be well again in a moment
		d.abandon(ctx, p, del)
		return d.postpone(ctx, c, job, del, "document-unread")
	case errors.Is(err, ErrRefused):
		d.abandon(ctx, p, del)
		return d.end(ctx, c, del, Outcome{Reason: "printer-refused"})
	case errors.Is(err, ErrBusy):
		d.abandon(ctx, p, del)
		return d.postpone(ctx, c, job, del, "printer-busy")
	case errors.Is(err, ErrUnreachable):
		d.abandon(ctx, p, del)
		return d.postpone(ctx, c, job, del, "printer-unreachable")
	}
	return d.recover(ctx, c, p, job, del)
}

// abandon cancels the empty job that Begin left at the printer. If that fails the
// printer gives it up by itself: it never has a document.
func (d *Desk) abandon(ctx context.Context, p Printer, del Delivery) {
	if del.PrinterJob == 0 {
		return
	}
	if err := p.Cancel(ctx, del.PrinterJob); err != nil && !errors.Is(err, ErrGone) {
		d.Log.Info("empty job stays at printer", "delivery", del.ID, "printer", del.Printer, "error", err)
	}
}

// save commits how far a delivery is.
func (d *Desk) save(ctx context.Context, c claim, del Delivery) error {
	return d.inSchool(ctx, del.School, func(ctx context.Context, tx *db.Tx) error {
		if err := updateDelivery(ctx, tx, c, del); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, del.School, personTopic(del))
	})
}

// insist writes what a printer has done or said until the database takes it, or ctx ends:
// by the time that the database is back, the printer may have forgotten.
func (d *Desk) insist(ctx context.Context, write func() error) error {
	for {
		err := write()
		if err == nil || fault.KindOf(err) != fault.Unavailable || !events.Pause(ctx, time.Second) {
			return err
		}
	}
}

// end finishes a delivery in a transaction of its own and destroys the document
// if the job is done with it.
func (d *Desk) end(ctx context.Context, c claim, del Delivery, o Outcome) error {
	crash.At("outcome-known")
	within := context.WithoutCancel(ctx)
	err := d.insist(ctx, func() error {
		return d.inSchool(within, del.School, func(ctx context.Context, tx *db.Tx) error { return d.finishLocked(ctx, tx, c, del, o) })
	})
	if err != nil {
		return fmt.Errorf("finish delivery %d: %w", del.ID, err)
	}
	crash.At("outcome-committed")
	d.Log.Info("delivery ended", "job", del.Job, "delivery", del.ID, "printer", del.Printer, "reason", o.Reason, "complete", o.Complete)
	return d.shred(within, del.School, del.Job)
}

// finishLocked locks the job, holds the fence, and finishes.
func (d *Desk) finishLocked(ctx context.Context, tx *db.Tx, c claim, del Delivery, o Outcome) error {
	job, err := lockJob(ctx, tx, del.Job)
	if err != nil {
		return err
	}
	if err := fence(ctx, tx, c); err != nil {
		return err
	}
	return d.finish(ctx, tx, job, del, o)
}

// grace is ctx that goes on for a while after it has been cancelled.
func grace(ctx context.Context, extra time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(extra, cancel) })
	return longer, func() { stop(); cancel() }
}
