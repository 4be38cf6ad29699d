package release

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/release/spool"
)

// CountAgain counts a job as a counter does that claimed it long ago, when its
// document was another.
func (d *Desk) CountAgain(ctx context.Context, id JobID, was spool.ID) error {
	var job Job
	err := d.DB.InTx(ctx, db.System("count"), func(ctx context.Context, tx *db.Tx) (err error) {
		job, err = jobByID(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	job.State, job.Document = Counting, was
	return d.countOne(ctx, job)
}

// Lingers is how long an ended job stays on its owner's screen.
const Lingers = lingers

// Listening is how many wait for news.
func (d *Desk) Listening() int { return len(d.listening) }

// EndHolds is what a sweep does for jobs on hold.
func (d *Desk) EndHolds(ctx context.Context) error { return d.endHolds(ctx) }

// NextToCount takes the job that is to be counted next.
func (d *Desk) NextToCount(ctx context.Context) (JobID, error) {
	job, _, err := d.claimToCount(ctx)
	return job.ID, err
}

// Unexplained are the deliveries that cost something else than the tariff of their time says.
func Unexplained(ctx context.Context, tx *db.Tx) (wrong []DeliveryID, err error) {
	rows, _ := tx.Query(ctx, "SELECT "+deliveryColumns+" FROM delivery d ORDER BY d.delivery_id")
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Delivery, error) { return scanDelivery(row) })
	for _, d := range all {
		why, err := explainPrice(ctx, tx, d)
		if err != nil {
			return nil, err
		}
		if why.Units != d.Amount {
			wrong = append(wrong, d.ID)
		}
	}
	return wrong, err
}

// Alerts are the faults that a printer's state tells of.
var Alerts = alerts

// Judge says what a reading of a counter means beside the one before.
func (n Night) Judge(before Night) Night { return n.judge(before) }

// Oversleep makes the desk one that has not told the database that it lives for long.
func (d *Desk) Oversleep() {
	d.lease.mu.Lock()
	defer d.lease.mu.Unlock()
	d.lease.since = time.Time{}
}

// IsFenced says whether an error is that of a write that came too late.
func IsFenced(err error) bool { return errors.Is(err, errFenced) }

// LateWrites are what a node writes of a job's delivery that has the printer, in the states in
// which it may have read it last.
var LateWrites = map[string]func(context.Context, *db.Tx, JobID) error{
	"sending": late(func(ctx context.Context, tx *db.Tx, c claim, d Delivery) error {
		d.State = Sending
		return updateDelivery(ctx, tx, c, d)
	}),
	"printing": late(func(ctx context.Context, tx *db.Tx, c claim, d Delivery) error {
		d.State, d.PrinterJob, d.Printed = Printing, 7, 1
		return updateDelivery(ctx, tx, c, d)
	}),
	"a later try": late(func(ctx context.Context, tx *db.Tx, c claim, d Delivery) error {
		d.State, d.Tries = Reserved, 3
		return updatePostponed(ctx, tx, c, d, tx.Now)
	}),
	"an outcome": late(func(ctx context.Context, tx *db.Tx, _ claim, d Delivery) error {
		d.State, d.Printed, d.Charged = Settled, 1, 1
		return updateDeliveryEnded(ctx, tx, d)
	}),
}

// late has a write done by the node that the printer of a job's latest delivery is with.
func late(write func(context.Context, *db.Tx, claim, Delivery) error) func(context.Context, *db.Tx, JobID) error {
	return func(ctx context.Context, tx *db.Tx, id JobID) error {
		all, err := deliveriesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		del := all[len(all)-1]
		c := claim{}
		if c.printer, err = printerByID(ctx, tx, del.Printer); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT node_id::text, epoch FROM printer WHERE printer_id = $1`, del.Printer).Scan(&c.node, &c.epoch); err != nil {
			return err
		}
		return write(ctx, tx, c, del)
	}
}
