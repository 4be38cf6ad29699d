package release

import (
	"context"
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
