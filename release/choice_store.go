package release

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// atKiosk says that printer r has a kiosk, as its own or one of those it serves.
const atKiosk = `(EXISTS (SELECT FROM station k WHERE k.printer_id = r.printer_id AND k.kind = 'kiosk')
	OR EXISTS (SELECT FROM station_printer k WHERE k.printer_id = r.printer_id))`

// choicesAt are the printers of a school with a kiosk, as a station sees them; 0 is no station.
// One that is released to from beside it alone is seen by the stations beside it alone.
func choicesAt(ctx context.Context, tx *db.Tx, id school.ID, st StationID) ([]Choice, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printerColumns+`, coalesce(s.printer_id = r.printer_id, false) OR x.printer_id IS NOT NULL, coalesce(s.elsewhere, false)
		  FROM printer r
		  LEFT JOIN station s ON s.station_id = $2
		  LEFT JOIN station_printer x ON x.station_id = $2 AND x.printer_id = r.printer_id
		 WHERE r.school_id = $1 AND (s.printer_id = r.printer_id OR x.printer_id IS NOT NULL OR NOT r.only_beside AND `+atKiosk+`)`, id, st)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Choice, err error) {
		c.PrinterRecord, err = scanPrinter(row, &c.Beside, &c.Reach)
		c.Reach = c.Reach || c.Beside
		return c, err
	})
}

// kiosks are a school's, by the name of their pages.
func kiosks(ctx context.Context, tx *db.Tx, id school.ID) ([]Kiosk, error) {
	rows, _ := tx.Query(ctx, `
		SELECT s.slug, s.name, r.name, s.elsewhere,
		       ARRAY(SELECT o.name FROM station_printer x JOIN printer o USING (printer_id) WHERE x.station_id = s.station_id ORDER BY o.name)
		  FROM station s JOIN printer r USING (printer_id)
		 WHERE s.school_id = $1 AND s.kind = 'kiosk' ORDER BY s.slug`, id)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Kiosk, err error) {
		return k, row.Scan(&k.Slug, &k.Name, &k.Printer, &k.Elsewhere, &k.Serves)
	})
}

// updateStation writes whether jobs can be released from a kiosk to printers elsewhere ("station-unknown").
func updateStation(ctx context.Context, tx *db.Tx, id school.ID, slug string, elsewhere *bool) (st StationID, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE station SET elsewhere = coalesce($3, elsewhere) WHERE school_id = $1 AND slug = $2 AND kind = 'kiosk' RETURNING station_id`,
		id, slug, elsewhere).Scan(&st)
	return none(st, err, stationUnknown)
}

// replaceServed writes which printers a kiosk serves besides its own.
func replaceServed(ctx context.Context, tx *db.Tx, id school.ID, st StationID, serves []PrinterID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM station_printer WHERE station_id = $1`, st); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO station_printer (station_id, printer_id, school_id)
		SELECT $1, r.printer_id, r.school_id FROM printer r JOIN station s ON s.station_id = $1
		 WHERE r.school_id = $2 AND r.printer_id = ANY ($3) AND r.printer_id <> s.printer_id`, st, id, serves)
	return err
}

func updatePlace(ctx context.Context, tx *db.Tx, id PrinterID, p Place) error {
	done, err := tx.Exec(ctx, `
		UPDATE printer SET place = $2, room = CASE WHEN $3 = '' THEN room ELSE $3 END WHERE printer_id = $1`, id, p.String(), p.Room)
	if err == nil && done.RowsAffected() == 0 {
		err = printerUnknown
	}
	return err
}

// classPrinters are the printers of a room, by name; for no room those that stand in one and have
// no kiosk.
func classPrinters(ctx context.Context, tx *db.Tx, id school.ID, room string) ([]PrinterRecord, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printerColumns+` FROM printer r
		 WHERE r.school_id = $1 AND r.room <> ''
		   AND CASE WHEN $2 = '' THEN NOT `+atKiosk+` ELSE lower(btrim(r.room)) = lower(btrim($2)) END
		 ORDER BY r.name, r.printer_id`, id, room)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (PrinterRecord, error) { return scanPrinter(row) })
}

// heldByPeople are the jobs that people can still print, oldest first.
func heldByPeople(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID][]Job, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+jobColumns+jobTables+`
		 WHERE j.person_id = ANY ($1) AND j.state = 'held' AND j.ended_at IS NULL AND j.expires_at > $2 ORDER BY j.job_id`, people, tx.Now)
	all, err := manyJobs(rows)
	held := map[school.PersonID][]Job{}
	for _, j := range all {
		held[j.Person] = append(held[j.Person], j)
	}
	return held, err
}
