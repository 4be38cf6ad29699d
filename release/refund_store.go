package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

const printColumns = `
	d.delivery_id, d.job_id, d.printed, d.impressions, d.charged, r.name, d.ended_at,
	f.refund_id IS NOT NULL, f.answered_at IS NOT NULL, coalesce(f.granted, 0), coalesce(f.why, ''), coalesce(f.units, 0)`

func scanPrint(row pgx.CollectableRow) (p Print, err error) {
	return p, row.Scan(&p.Delivery, &p.Job, &p.Pages, &p.Of, &p.Charged, &p.Printer, &p.When, &p.Asked, &p.Answered, &p.Granted, &p.Why, &p.Units)
}

func printsOf(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) ([]Print, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printColumns+`
		  FROM delivery d JOIN printer r USING (printer_id) LEFT JOIN refund f USING (delivery_id)
		 WHERE d.person_id = $1 AND d.state = 'settled' AND d.printed > 0 AND d.charged > 0 AND d.ended_at >= $2
		 ORDER BY d.delivery_id DESC LIMIT 30`, person, since)
	return pgx.CollectRows(rows, scanPrint)
}

// printOf is one of printsOf, however many there are.
func printOf(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time, id DeliveryID) (Print, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printColumns+`
		  FROM delivery d JOIN printer r USING (printer_id) LEFT JOIN refund f USING (delivery_id)
		 WHERE d.delivery_id = $3 AND d.person_id = $1 AND d.state = 'settled' AND d.printed > 0 AND d.charged > 0 AND d.ended_at >= $2`, person, since, id)
	p, err := pgx.CollectExactlyOneRow(rows, scanPrint)
	return none(p, err, refundUnknown)
}

func hasPrinted(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) (has bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM delivery WHERE person_id = $1 AND state = 'settled' AND ended_at >= $2 AND charged > 0)`, person, since).Scan(&has)
	return has, err
}

// refundsToTell are a person's requests whose answers they have not read, or a short while
// ago: this is the reading.
func refundsToTell(ctx context.Context, tx *db.Tx, person school.PersonID) ([]Print, error) {
	rows, _ := tx.Query(ctx, `
		WITH told AS (UPDATE refund SET told_at = $2 WHERE person_id = $1 AND answered_at IS NOT NULL AND told_at IS NULL)
		SELECT `+printColumns+`
		  FROM refund f JOIN delivery d USING (delivery_id) JOIN printer r USING (printer_id)
		 WHERE f.person_id = $1 AND f.answered_at IS NOT NULL AND (f.told_at IS NULL OR f.told_at > $3)
		 ORDER BY f.refund_id`, person, tx.Now, tx.Now.Add(-lingers))
	return pgx.CollectRows(rows, scanPrint)
}

func insertRefund(ctx context.Context, tx *db.Tx, a school.Actor, delivery DeliveryID, reason RefundReason, pages int) (id RefundID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO refund (school_id, delivery_id, person_id, reason, pages, asked_at) VALUES ($1, $2, $3, $4, $5, $6)
		    ON CONFLICT (delivery_id) DO NOTHING RETURNING refund_id`, a.School, delivery, a.Person, reason, pages, tx.Now).Scan(&id)
	return none(id, err, refundAsked)
}

func countRefunds(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM refund WHERE person_id = $1 AND asked_at >= $2`, person, since).Scan(&n)
	return n, err
}

// refundsFor are the open requests that an actor may answer: those of pupils in the classes
// they teach, or anybody's. None is their own, at this school or another.
func refundsFor(ctx context.Context, tx *db.Tx, a school.Actor, whose pupils, day calendar.Date, term time.Time, only RefundID) ([]Refund, error) {
	rows, _ := tx.Query(ctx, `
		SELECT f.refund_id, f.person_id, p.given_name || ' ' || p.family_name, coalesce(p.year_group, -1), k.names, d.job_id, f.reason, f.pages,
		       d.printed, d.impressions, d.charged, r.name, d.ended_at, f.asked_at, coalesce(d.reason, ''), d.reported,
		       (SELECT count(*) FROM refund o WHERE o.person_id = f.person_id AND o.asked_at >= $6 AND o.refund_id <= f.refund_id), d.delivery_id
		  FROM refund f JOIN delivery d USING (delivery_id) JOIN printer r USING (printer_id) JOIN person p ON p.person_id = f.person_id
		 CROSS JOIN LATERAL (`+classesSeen+`) AS k
		 WHERE f.school_id = $1 AND f.answered_at IS NULL AND ($5 OR cardinality(k.names) > 0) AND ($7::bigint = 0 OR f.refund_id = $7)
		   AND p.individual_id <> (SELECT me.individual_id FROM person me WHERE me.person_id = $2)
		 ORDER BY f.refund_id LIMIT 200`, a.School, a.Person, whose.classes, day.Time(), whose.anyone, term, only)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Refund, err error) {
		return f, row.Scan(&f.ID, &f.Person, &f.Name, &f.Year, &f.Classes, &f.Job, &f.Reason, &f.Pages,
			&f.Printed, &f.Of, &f.Charged, &f.Printer, &f.When, &f.Asked, &f.Ended, &f.Reported, &f.Times, &f.delivery)
	})
}

// updateRefundAnswered writes an answer, unless there is one.
func updateRefundAnswered(ctx context.Context, tx *db.Tx, a school.Actor, id RefundID, pages int, units int64, why string) error {
	done, err := tx.Exec(ctx, `
		UPDATE refund SET granted = $2, units = $3, why = nullif($4, ''), answered_by = $5, answered_at = $6
		 WHERE refund_id = $1 AND answered_at IS NULL`, id, pages, units, why, a.Person, tx.Now)
	if err == nil && done.RowsAffected() == 0 {
		err = refundDone // a colleague was quicker
	}
	return err
}
