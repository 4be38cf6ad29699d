package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// printersCared are a school's printers, or all for 0, with what waits for them and their
// last night.
func printersCared(ctx context.Context, tx *db.Tx, id school.ID) ([]Care, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printerColumns+`, (SELECT count(*) FROM delivery d WHERE d.printer_id = r.printer_id AND d.state IN ('reserved', 'sending', 'printing')),
		       n.day, n.read_at, coalesce(n.counter, -1), coalesce(n.source, ''), coalesce(n.ours, 0), coalesce(n.unaccounted, -1), coalesce(n.note, ''),
		       (SELECT coalesce(sum(w.unaccounted), 0) FROM printer_count w WHERE w.printer_id = r.printer_id AND w.read_at > $2::timestamptz - interval '7 days')
		  FROM printer r
		  LEFT JOIN LATERAL (SELECT * FROM printer_count n WHERE n.printer_id = r.printer_id ORDER BY n.day DESC LIMIT 1) AS n ON true
		 WHERE $1 = 0 OR r.school_id = $1 ORDER BY lower(r.name), r.printer_id`, id, tx.Now)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Care, err error) {
		var day, read *time.Time
		n := &c.Night
		c.PrinterRecord, err = scanPrinter(row, &c.Waiting, &day, &read, &n.Counter, &n.Source, &n.Ours, &n.Unaccounted, &n.Note, &c.Week)
		n.Read = instant(read)
		if day != nil {
			n.Day = calendar.DateOf(*day)
		}
		return c, err
	})
}

// sentSince are a printer's deliveries of a time, the latest first.
func sentSince(ctx context.Context, tx *db.Tx, id PrinterID, since time.Time) ([]Sent, error) {
	rows, _ := tx.Query(ctx, `
		SELECT d.job_id, q.kind = 'test', d.state, coalesce(d.reason, ''), coalesce(d.printed, 0), d.impressions, d.tries, d.reserved_at, d.ended_at
		  FROM delivery d JOIN job j USING (job_id) JOIN queue q USING (queue_id)
		 WHERE d.printer_id = $1 AND (d.reserved_at >= $2 OR d.ended_at IS NULL) ORDER BY d.delivery_id DESC LIMIT 100`, id, since)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Sent, err error) {
		var ended *time.Time
		err = row.Scan(&s.Job, &s.Test, &s.State, &s.Reason, &s.Printed, &s.Of, &s.Tries, &s.Reserved, &ended)
		s.Ended = instant(ended)
		return s, err
	})
}

// updatePaused says whether it has changed anything.
func updatePaused(ctx context.Context, tx *db.Tx, id school.ID, p PrinterID, pause bool) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE printer SET paused_at = CASE WHEN $3 THEN $4::timestamptz END
		 WHERE school_id = $1 AND printer_id = $2 AND (paused_at IS NULL) = $3`, id, p, pause, tx.Now)
	if err == nil && done.RowsAffected() == 0 {
		known, err := printerByID(ctx, tx, p)
		if err == nil && known.School != id {
			err = printerUnknown
		}
		return false, err
	}
	return err == nil, err
}

func updateLabel(ctx context.Context, tx *db.Tx, p PrinterID, l Label) error {
	done, err := tx.Exec(ctx, `
		UPDATE printer SET room = coalesce($2, room), asset = coalesce($3, asset), only_beside = coalesce($4, only_beside) WHERE printer_id = $1`, p, l.Room, l.Asset, l.OnlyBeside)
	if err == nil && done.RowsAffected() == 0 {
		err = printerUnknown
	}
	return err
}
