package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// lastAsked is what an earlier answer of a printer was worth.
type lastAsked struct {
	can    Capabilities
	at     time.Time // zero: never
	config int       // printer-config-change-time
}

func capabilitiesAsked(ctx context.Context, tx *db.Tx, id PrinterID) (l lastAsked, err error) {
	var at *time.Time
	err = tx.QueryRow(ctx, `
		SELECT coalesce(capabilities, '{}'), asked_at, config_time FROM printer WHERE printer_id = $1`, id).Scan(&l.can, &at, &l.config)
	l.at = instant(at)
	return none(l, err, printerUnknown)
}

// updateCapabilities keeps an answer; changed moves the time at which the printer
// last became another.
func updateCapabilities(ctx context.Context, tx *db.Tx, id PrinterID, c Capabilities, config int, changed bool) error {
	_, err := tx.Exec(ctx, `
		UPDATE printer SET capabilities = $2, config_time = $3, asked_at = $4, capable_at = CASE WHEN $5 THEN $4 ELSE capable_at END
		 WHERE printer_id = $1`, id, c, max(0, config), tx.Now, changed)
	return err
}

// offering is one printer behind a queue.
type offering struct {
	name, room string
	can        Capabilities
	changed    time.Time
}

// offerings are the printers that print a queue's jobs: its own, or else those of
// the school, or among those that are named, that have a station, or all of them before
// there is one.
func offerings(ctx context.Context, tx *db.Tx, id school.ID, own PrinterID, among []PrinterID) ([]offering, error) {
	rows, _ := tx.Query(ctx, `
		SELECT r.name, r.room, coalesce(r.capabilities, '{}'), r.capable_at
		  FROM printer r
		 WHERE r.school_id = $1 AND (coalesce(cardinality($3::integer[]), 0) = 0 OR r.printer_id = ANY ($3))
		   AND CASE WHEN $2 <> 0 THEN r.printer_id = $2
		            ELSE `+atKiosk+`
		                 OR NOT EXISTS (SELECT FROM station s WHERE s.school_id = $1) END
		 ORDER BY r.printer_id`, id, own, among)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o offering, err error) {
		var changed *time.Time
		err = row.Scan(&o.name, &o.room, &o.can, &changed)
		o.changed = instant(changed)
		return o, err
	})
}

// formatTaken says whether a printer of the school says that it takes such documents.
func formatTaken(ctx context.Context, tx *db.Tx, id school.ID, format string) (taken bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM printer WHERE school_id = $1 AND capabilities->'formats' ? $2)`, id, format).Scan(&taken)
	return taken, err
}
