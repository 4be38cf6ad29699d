package release

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"inkwell/internal/db"
)

// A printer in trouble is asked by one job, later and later, and not by every job that waits
// for it: after 1, 2, 4 and so on up to 60 seconds, less up to a quarter by chance, so that
// printers of one dead switch are not all asked in one moment. Once it has failed as often as
// one job is tried, what waits for it goes back to its owners together, and each further
// attempt is that printer's only one until it has taken a document again.
const longestBackOff = 60 * time.Second

// waitsAtMost is how long a job waits for a printer's next attempt, whenever that is due.
const waitsAtMost = 50 * time.Second

// patience is how often a printer may be out of reach or say not now, or we not
// read our own, before a job goes back to its owner: 1+2+4+8 s, or a minute.
var patience = map[string]int{"printer-unreachable": 5, "document-unread": 5, "printer-stopped": 7, "printer-busy": 7}

// backOff is how long to wait after so many failures in a row.
func backOff(failed int) time.Duration {
	wait := longestBackOff
	if failed < 7 {
		wait = time.Second << (failed - 1)
	}
	return wait - rand.N(wait/4) // #nosec G404 -- chance, no secret
}

// breakers are the printers in trouble, as this node has met them.
type breakers struct {
	mu sync.Mutex
	of map[PrinterID]breaker
}

type breaker struct {
	failed int       // in a row
	until  time.Time // not asked before
}

// trip notes a failure and says how many there have been in a row, and for how long the
// printer is to be left alone.
func (b *breakers) trip(p PrinterID, now time.Time) (failed int, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil {
		b.of = map[PrinterID]breaker{}
	}
	failed = b.of[p].failed + 1
	wait = backOff(failed)
	b.of[p] = breaker{failed, now.Add(wait)}
	return failed, wait
}

// close forgets the trouble of a printer that has taken a document.
func (b *breakers) close(p PrinterID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of, p)
}

// open says that a printer is to be left alone, with a job that waits since a time.
func (b *breakers) open(p PrinterID, now, since time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.of[p].until) && now.Before(since.Add(waitsAtMost))
}

// postpone puts a delivery that has not begun, or of which the printer has
// nothing, back to be tried later; and after enough tries back to its owner, with all that
// waits behind it.
func (d *Desk) postpone(ctx context.Context, c claim, job Job, del Delivery, reason string) error {
	del.Tries++
	failed, wait := del.Tries, backOff(del.Tries)
	if reason != "document-unread" { // which is ours
		failed, wait = d.breakers.trip(del.Printer, d.DB.Now())
	}
	if max(del.Tries, failed) >= patience[reason] {
		return d.giveBack(ctx, c, del, reason)
	}
	del.State, del.Reason, del.PrinterJob = Reserved, reason, 0
	d.Log.Info("delivery is tried again later", "job", job.ID, "delivery", del.ID, "printer", del.Printer, "reason", reason, "tries", del.Tries, "wait", wait)
	return d.inSchool(ctx, job.School, func(ctx context.Context, tx *db.Tx) error {
		if err := updatePostponed(ctx, tx, c, del, tx.Now.Add(wait)); err != nil {
			return err
		}
		tx.AfterCommit(func() { d.Meter.Retried(reason) })
		return d.Hub.Touch(ctx, tx, del.School, personTopic(del))
	})
}

// giveBack ends a delivery that the printer has nothing of, and where that is the printer's
// doing all that have not begun there.
func (d *Desk) giveBack(ctx context.Context, c claim, del Delivery, reason string) error {
	if err := d.end(ctx, c, del, Outcome{Reason: reason}); err != nil || reason == "document-unread" {
		return err
	}
	var behind []Delivery
	err := d.inSchool(ctx, c.printer.School, func(ctx context.Context, tx *db.Tx) (err error) {
		behind, err = deliveriesReserved(ctx, tx, c.printer.ID)
		return err
	})
	for _, del := range behind {
		if err == nil {
			err = d.end(ctx, c, del, Outcome{Reason: reason})
		}
	}
	return err
}
