package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

const faultColumns = `
	f.printer_fault_id, f.printer_id, f.school_id, r.name, r.room, r.asset, f.kind, f.alert, f.reports, f.first_at, f.last_at,
	f.mailed_at, f.ended_at, f.ended_by IS NOT NULL`

func scanFault(row pgx.CollectableRow) (f Fault, err error) {
	var mailed, ended *time.Time
	err = row.Scan(&f.ID, &f.Printer.ID, &f.Printer.School, &f.Printer.Name, &f.Printer.Room, &f.Printer.Asset, &f.Kind, &f.Alert, &f.Reports, &f.First, &f.Last,
		&mailed, &ended, &f.ByHand)
	f.Mailed, f.Ended = instant(mailed), instant(ended)
	return f, err
}

// updateAlerts opens what a printer says is wrong, unless it is open, and ends what it
// said before and does not any more. Of one that cannot be reached, nothing ends.
func updateAlerts(ctx context.Context, tx *db.Tx, p PrinterRecord, st Status) error {
	_, err := tx.Exec(ctx, `
		WITH ended AS (
			UPDATE printer_fault SET ended_at = $4 WHERE printer_id = $1 AND ended_at IS NULL AND alert AND kind <> ALL ($3) AND $5)
		INSERT INTO printer_fault (school_id, printer_id, kind, alert, first_at, last_at)
		SELECT $2, $1, kind, true, $4, $4 FROM unnest($3::text[]) AS kind
		    ON CONFLICT (printer_id, kind) WHERE ended_at IS NULL
		    DO UPDATE SET alert = true, last_at = $4 WHERE NOT printer_fault.alert OR printer_fault.last_at < $4::timestamptz - interval '1 minute'`,
		p.ID, p.School, alerts(st), tx.Now, st.State != PrinterUnreachable)
	return err
}

// insertReport says whether it is the person's first of the kind for the printer today.
func insertReport(ctx context.Context, tx *db.Tx, a school.Actor, p PrinterID, kind FaultKind, day calendar.Date) (fresh bool, err error) {
	done, err := tx.Exec(ctx, `
		INSERT INTO printer_report (person_id, printer_id, kind, day, school_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		a.Person, p, kind, day.Time(), a.School)
	return err == nil && done.RowsAffected() > 0, err
}

func addReport(ctx context.Context, tx *db.Tx, p PrinterRecord, kind FaultKind) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO printer_fault (school_id, printer_id, kind, alert, reports, first_at, last_at) VALUES ($1, $2, $3, false, 1, $4, $4)
		    ON CONFLICT (printer_id, kind) WHERE ended_at IS NULL DO UPDATE SET reports = printer_fault.reports + 1, last_at = $4`, p.School, p.ID, kind, tx.Now)
	return err
}

// lockFault locks an open fault of a school's.
func lockFault(ctx context.Context, tx *db.Tx, id school.ID, of FaultID) (Fault, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+faultColumns+` FROM printer_fault f JOIN printer r USING (printer_id)
		 WHERE f.school_id = $1 AND f.printer_fault_id = $2 AND f.ended_at IS NULL FOR UPDATE OF f`, id, of)
	f, err := pgx.CollectExactlyOneRow(rows, scanFault)
	return none(f, err, faultUnknown)
}

func updateMended(ctx context.Context, tx *db.Tx, id FaultID, by school.PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE printer_fault SET ended_at = $2, ended_by = $3 WHERE printer_fault_id = $1`, id, tx.Now, by)
	return err
}

// openFaults are a school's, or everybody's for 0, the latest first.
func openFaults(ctx context.Context, tx *db.Tx, id school.ID) ([]Fault, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+faultColumns+` FROM printer_fault f JOIN printer r USING (printer_id)
		 WHERE f.ended_at IS NULL AND ($1 = 0 OR f.school_id = $1)
		 ORDER BY f.first_at DESC, f.printer_fault_id DESC LIMIT 2000`, id)
	return pgx.CollectRows(rows, scanFault)
}

// faultsOf are a printer's, the latest first. What it said itself for a moment is left out.
func faultsOf(ctx context.Context, tx *db.Tx, p PrinterID) ([]Fault, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+faultColumns+` FROM printer_fault f JOIN printer r USING (printer_id)
		 WHERE f.printer_id = $1 AND (f.ended_at IS NULL OR f.reports > 0 OR f.ended_at > f.first_at + $2::interval)
		 ORDER BY f.printer_fault_id DESC LIMIT 30`, p, lasting)
	return pgx.CollectRows(rows, scanFault)
}

func deleteOldFaults(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM printer_report WHERE day < $1 AND NOT on_hold(person_id)`, tx.Now.Add(-reportsKept)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM printer_fault WHERE ended_at < $1 OR reports = 0 AND mailed_at IS NULL AND ended_at < first_at + $3::interval AND ended_at < $2`,
		tx.Now.Add(-faultsKept), tx.Now.Add(-lasting), lasting)
	return err
}

// toMail is a fault that has not been mailed, and is worth it: $1 is now, $2 how long what a
// printer alone says has to last.
const toMail = `f.ended_at IS NULL AND f.mailed_at IS NULL AND (f.reports > 0 OR f.first_at <= $1::timestamptz - $2::interval)`

// schoolsToMail have something to mail, and had no mail for a while.
func schoolsToMail(ctx context.Context, tx *db.Tx) ([]school.ID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT f.school_id FROM printer_fault f
		 WHERE `+toMail+` AND NOT EXISTS (SELECT FROM fault_mail m WHERE m.school_id = f.school_id AND m.sent_at > $1::timestamptz - $3::interval)
		 ORDER BY 1`, tx.Now, lasting, mailAgain)
	return pgx.CollectRows(rows, pgx.RowTo[school.ID])
}

// faultsToMail locks them, so that one node mails them; none while another does.
func faultsToMail(ctx context.Context, tx *db.Tx, id school.ID) ([]Fault, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+faultColumns+` FROM printer_fault f JOIN printer r USING (printer_id)
		 WHERE f.school_id = $3 AND `+toMail+` ORDER BY f.printer_fault_id LIMIT 200 FOR UPDATE OF f SKIP LOCKED`, tx.Now, lasting, id)
	return pgx.CollectRows(rows, scanFault)
}

// updateMailed notes that faults were mailed, or after all were not.
func updateMailed(ctx context.Context, tx *db.Tx, id school.ID, all []Fault, mailed bool) error {
	ids := make([]FaultID, len(all))
	for i, f := range all {
		ids[i] = f.ID
	}
	if _, err := tx.Exec(ctx, `UPDATE printer_fault SET mailed_at = CASE WHEN $2 THEN $3::timestamptz END WHERE printer_fault_id = ANY ($1)`, ids, mailed, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO fault_mail (school_id, sent_at) VALUES ($1, $2) ON CONFLICT (school_id) DO UPDATE SET sent_at = $2`, id, tx.Now)
	return err
}
