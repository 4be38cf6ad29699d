package release

import (
	"context"
	"errors"
	"time"

	"inkwell/internal/crash"
	"inkwell/internal/events"
	"inkwell/internal/fault"
)

func personTopic(del Delivery) string { return events.Person(int64(del.Person)) }

// follow asks the printer how far the job is until it has ended, and settles by what
// came out. Each page that comes out shows on its owner's screen.
func (d *Desk) follow(ctx context.Context, c claim, p Printer, job Job, del Delivery) error {
	seen := sighting{last: d.DB.Now(), moved: d.DB.Now()}
	for {
		at, err := p.Progress(ctx, del.PrinterJob)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && seen.completed != nil: // it said so before it forgot it
			return d.end(ctx, c, del, Outcome{Complete: true, Reason: "completed", Said: seen.completed})
		case errors.Is(err, ErrGone):
			return d.recover(ctx, c, p, job, del)
		case err != nil && d.DB.Now().Sub(seen.last) > d.LostPatience:
			return d.lose(ctx, c, del)
		case err == nil:
			done, err := d.heard(ctx, c, p, &del, at, &seen)
			if err != nil || done {
				return err
			}
		}
		if !events.Pause(ctx, d.Poll) {
			return ctx.Err()
		}
	}
}

// sighting is when a followed job was last heard of, and since when it has stood still.
type sighting struct {
	last    time.Time
	moved   time.Time // the last page, as far as the printer tells of pages
	stopped time.Time
	told    bool // the printer was told to cancel
	counts  bool // the printer tells of pages

	completed *Said // it says that the job is completed, without a count; it is asked once more
}

// heard acts on one answer about a followed job.
func (d *Desk) heard(ctx context.Context, c claim, p Printer, del *Delivery, at Progress, seen *sighting) (done bool, err error) {
	crash.At("printing-seen")
	seen.last, seen.counts = d.DB.Now(), at.Impressions >= 0
	switch at.Phase {
	case PhaseCompleted:
		said := d.said(ctx, p, *del, at)
		if seen.completed == nil && said.silent(*del) { // some say so of a job that they abort a moment later
			seen.completed = said
			return false, nil
		}
		return true, d.end(ctx, c, *del, Outcome{Complete: true, Reason: "completed", Said: said})
	case PhaseEnded:
		return true, d.end(ctx, c, *del, Outcome{Reason: "printer-ended", Said: d.said(ctx, p, *del, at)})
	}
	if out := min(del.written(at.Impressions), del.Impressions); out > del.Printed && del.believes(at.Impressions) {
		before := del.Printed
		del.Printed, seen.moved = out, d.DB.Now()
		if err := d.save(ctx, c, *del); fault.KindOf(err) == fault.Unavailable {
			del.Printed = before // told again with the next answer
		} else if err != nil {
			return false, err
		}
	}
	if at.Phase == PhaseStopped || d.DB.Now().Sub(seen.moved) > longest(*del) || d.stands(ctx, *del, *seen) {
		return false, d.stopped(ctx, c, p, *del, seen)
	}
	if !seen.stopped.IsZero() { // it goes on
		seen.stopped = time.Time{}
		stood := c.printer
		stood.State = PrinterStopped
		return false, d.look(ctx, stood, p)
	}
	return false, nil
}

// stands says that a printer which tells nothing of a jam but its own state has not moved since
// the owner wanted the job out elsewhere.
func (d *Desk) stands(ctx context.Context, del Delivery, seen sighting) bool {
	return seen.counts && d.DB.Now().Sub(seen.moved) > stoodStill && d.recalled(ctx, del)
}

// stoodStill is from when on a page is late, for an owner who asks.
const stoodStill = 3 * time.Second

// longest is how long a job may go on without a page, for a printer that tells of
// its pages at the end alone: ten minutes and ten seconds for each. One that
// claims to print for ever would hold up everybody behind it.
func longest(del Delivery) time.Duration {
	return 10*time.Minute + time.Duration(del.Impressions)*10*time.Second
}

// stopped gives a jam or an empty tray some time, then takes the rest of the job
// back from the printer: its owner can print that somewhere else. It takes it back at once where
// they have asked for that; not from a printer that tells of no pages, where nobody would pay for those that are out.
func (d *Desk) stopped(ctx context.Context, c claim, p Printer, del Delivery, seen *sighting) error {
	if seen.stopped.IsZero() {
		seen.stopped = d.DB.Now()
		return d.look(ctx, c.printer, p)
	}
	if seen.told || d.DB.Now().Sub(seen.stopped) < d.StopPatience && (!seen.counts || !d.recalled(ctx, del)) {
		return nil
	}
	d.Log.Info("printer does not go on", "job", del.Job, "delivery", del.ID, "printer", del.Printer)
	err := p.Cancel(ctx, del.PrinterJob)
	seen.told = err == nil
	if err != nil && !errors.Is(err, ErrGone) && !errors.Is(err, ErrRefused) {
		d.Log.Info("cancel at printer", "delivery", del.ID, "error", err)
	}
	return nil
}
