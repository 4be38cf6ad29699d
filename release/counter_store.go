package release

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

// errCounted: another node has read the counter of that night.
var errCounted = errors.New("the night is counted")

// countsDue are the printers that answer, whose night has not been counted and that have
// nothing of ours in hand.
func countsDue(ctx context.Context, tx *db.Tx) ([]dueCount, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printerColumns+`, n.day
		  FROM printer r JOIN school c USING (school_id)
		 CROSS JOIN LATERAL (SELECT (($1::timestamptz AT TIME ZONE c.time_zone) - interval '2 hours')::date - 1 AS day) AS n
		 WHERE r.state NOT IN ('unknown', 'unreachable')
		   AND NOT EXISTS (SELECT FROM printer_count k WHERE k.printer_id = r.printer_id AND k.day >= n.day)
		   AND NOT EXISTS (SELECT FROM delivery d WHERE d.printer_id = r.printer_id AND d.state IN ('sending', 'printing'))
		 ORDER BY r.printer_id`, tx.Now)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p dueCount, err error) {
		var day time.Time
		p.printer, err = scanPrinter(row, &day)
		p.day = calendar.DateOf(day)
		return p, err
	})
}

// lockPrinter says whether something of ours is on its way to a printer, and has nothing begin
// until the commit: a delivery's writes wait for the printer's row.
func lockPrinter(ctx context.Context, tx *db.Tx, p PrinterID) (busy bool, err error) {
	if _, err := tx.Exec(ctx, `SELECT FROM printer WHERE printer_id = $1 FOR UPDATE`, p); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM delivery WHERE printer_id = $1 AND state IN ('sending', 'printing'))`, p).Scan(&busy)
	return busy, err
}

const nightColumns = `day, read_at, coalesce(counter, -1), source, device, ours, coalesce(unaccounted, -1), note`

func scanNight(row pgx.CollectableRow) (n Night, err error) {
	var day time.Time
	err = row.Scan(&day, &n.Read, &n.Counter, &n.Source, &n.Device, &n.Ours, &n.Unaccounted, &n.Note)
	n.Day = calendar.DateOf(day)
	return n, err
}

// lastCounted is the latest reading that had a counter, or zero.
func lastCounted(ctx context.Context, tx *db.Tx, p PrinterID) (Night, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+nightColumns+` FROM printer_count WHERE printer_id = $1 AND counter IS NOT NULL ORDER BY day DESC LIMIT 1`, p)
	n, err := pgx.CollectExactlyOneRow(rows, scanNight)
	if errors.Is(err, pgx.ErrNoRows) {
		return Night{}, nil
	}
	return n, err
}

// oursBetween is how many impressions came out of what a printer was given in a time. What
// nobody knows of is taken to have come out.
func oursBetween(ctx context.Context, tx *db.Tx, p PrinterID, from, until time.Time) (n int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(sum(CASE WHEN state = 'unclear' THEN impressions ELSE coalesce(printed, 0) END), 0)
		  FROM delivery WHERE printer_id = $1 AND sending_at >= $2 AND sending_at < $3`, p, from, until).Scan(&n)
	return n, err
}

func insertNight(ctx context.Context, tx *db.Tx, p PrinterRecord, n Night) error {
	done, err := tx.Exec(ctx, `
		INSERT INTO printer_count (printer_id, school_id, day, read_at, counter, source, device, ours, unaccounted, note)
		VALUES ($1, $2, $3, $4, nullif($5::bigint, -1), $6, $7, $8, nullif($9::bigint, -1), $10) ON CONFLICT DO NOTHING`,
		p.ID, p.School, n.Day.Time(), n.Read, n.Counter, n.Source, n.Device, n.Ours, n.Unaccounted, n.Note)
	if err == nil && done.RowsAffected() == 0 {
		err = errCounted
	}
	return err
}

// nightsOf are a printer's latest, the last one first.
func nightsOf(ctx context.Context, tx *db.Tx, p PrinterID, most int) ([]Night, error) {
	rows, _ := tx.Query(ctx, `SELECT `+nightColumns+` FROM printer_count WHERE printer_id = $1 ORDER BY day DESC LIMIT $2`, p, most)
	return pgx.CollectRows(rows, scanNight)
}
