package release

import (
	"context"
	"errors"
	"time"

	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/events"
)

// historyKept is how long every IPP printer that we know keeps a finished job in
// its list at the least.
const historyKept = 50 * time.Second

// recover finds out what became of a delivery whose last word we did not hear, by
// asking the printer for its token before anything is sent. The document goes
// again only if the printer has it open without data, or denies having it while its
// memory can be trusted, or had never been given any; otherwise nobody knows, and
// a person is asked. A printer that took the document and denies the job has shown
// that it forgets: some drop at once what is cancelled at their panel.
func (d *Desk) recover(ctx context.Context, c claim, p Printer, job Job, del Delivery) error {
	if crash.Heedless {
		return d.postpone(ctx, c, job, del, "printer-unreachable")
	}
	id, at, err := d.search(ctx, p, del)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && del.PrinterJob == 0: // whatever it says: it never had the document
		del.PrinterJob = id
		d.abandon(ctx, p, del)
		return d.postpone(ctx, c, job, del, "printer-unreachable")
	case err == nil && at.Phase == PhaseIncoming && del.State == Sending:
		return d.takeBack(ctx, c, p, job, del, id)
	case err == nil:
		return d.adopt(ctx, c, p, job, del, id)
	case del.PrinterJob == 0:
		return d.postpone(ctx, c, job, del, "printer-unreachable") // it never had the document
	case errors.Is(err, ErrGone) && del.State == Sending && d.remembers(ctx, p, del):
		return d.postpone(ctx, c, job, del, "printer-unreachable")
	}
	return d.lose(ctx, c, del)
}

// adopt follows a job that is found at the printer.
func (d *Desk) adopt(ctx context.Context, c claim, p Printer, job Job, del Delivery, id int) error {
	del.PrinterJob, del.State = id, Printing
	if err := d.save(ctx, c, del); err != nil {
		return err
	}
	return d.follow(ctx, c, p, job, del)
}

// takeBack cancels a job whose document did not arrive, and has it sent again. The
// printer is asked once more after that: it may have begun meanwhile after all.
func (d *Desk) takeBack(ctx context.Context, c claim, p Printer, job Job, del Delivery, id int) error {
	refused := p.Cancel(ctx, id)
	at, err := p.Progress(ctx, id)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrGone), err == nil && at.Phase == PhaseEnded && at.Impressions <= 0:
		return d.postpone(ctx, c, job, del, "printer-unreachable")
	case err == nil && at.Phase != PhaseIncoming:
		return d.adopt(ctx, c, p, job, del, id)
	case refused == nil || errors.Is(refused, ErrGone):
		return d.postpone(ctx, c, job, del, "printer-unreachable")
	}
	return d.lose(ctx, c, del)
}

// search looks for the delivery's token, again and again for as long as a lost
// printer is waited for.
func (d *Desk) search(ctx context.Context, p Printer, del Delivery) (id int, at Progress, err error) {
	until := d.DB.Now().Add(d.LostPatience)
	for {
		id, at, err = p.Find(ctx, del.Token)
		if err == nil || errors.Is(err, ErrGone) || errors.Is(err, ErrCannotTell) || d.DB.Now().After(until) || !events.Pause(ctx, time.Second) {
			return id, at, err
		}
	}
}

// longestUp is more than any printer has been up: what says more tells the time in
// printer-up-time, as CUPS does, and cannot show that it was restarted.
const longestUp = 10 * 365 * 24 * 60 * 60

// remembers says whether a printer that denies having a job can be believed: it
// has been up since before the job was begun, not so long ago.
func (d *Desk) remembers(ctx context.Context, p Printer, del Delivery) bool {
	st, err := p.Status(ctx)
	if err != nil || st.UpTime == 0 || st.UpTime > longestUp || del.Begun.IsZero() {
		return false
	}
	since := d.DB.Now().Sub(del.Begun)
	return since < historyKept && st.UpTime+2 >= del.UpTime+int(since.Seconds())
}

// lose marks a delivery as unclear: document and reservation stay, nothing is
// sent again by itself, and its owner is asked.
func (d *Desk) lose(ctx context.Context, c claim, del Delivery) error {
	d.Log.Warn("delivery lost from sight", "job", del.Job, "delivery", del.ID, "printer", del.Printer)
	del.State, del.Reason = Unclear, "printer-lost"
	return d.inSchool(ctx, del.School, func(ctx context.Context, tx *db.Tx) error {
		if err := updateDelivery(ctx, tx, c, del); err != nil {
			return err
		}
		tx.AfterCommit(d.Meter.Lost)
		return d.Hub.Touch(ctx, tx, del.School, personTopic(del))
	})
}
