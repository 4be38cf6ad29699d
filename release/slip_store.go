package release

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// insertSlip returns 0 when the code is an open slip's already.
func insertSlip(ctx context.Context, tx *db.Tx, id school.ID, s Slip, p school.SlipProof) (slip SlipID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO slip (school_id, job_id, printer_id, key_id, digest, code, made_at, expires_at, units)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		    ON CONFLICT (school_id, code) WHERE used_at IS NULL AND ended_at IS NULL DO NOTHING RETURNING slip_id`,
		id, s.Job, s.Printer, p.Key, p.TextDigest, p.CodeDigest, tx.Now, s.Until, s.Costs).Scan(&slip)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return slip, err
}

// endSlipsBefore ends the open slip of a job, which is locked, and lets go of the codes of
// those whose time is over; what another transaction is at, that one ends.
func endSlipsBefore(ctx context.Context, tx *db.Tx, id school.ID, job JobID) error {
	_, err := tx.Exec(ctx, `UPDATE slip SET ended_at = greatest($2, made_at) WHERE job_id = $1 AND used_at IS NULL AND ended_at IS NULL`, job, tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE slip SET ended_at = $2 WHERE slip_id IN (
			SELECT slip_id FROM slip WHERE school_id = $1 AND expires_at <= $2 AND used_at IS NULL AND ended_at IS NULL FOR UPDATE SKIP LOCKED)`, id, tx.Now)
	return err
}

func endSlip(ctx context.Context, tx *db.Tx, owner school.PersonID, job JobID) (id SlipID, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE slip s SET ended_at = greatest($3, s.made_at)
		  FROM job j
		 WHERE j.job_id = s.job_id AND s.job_id = $1 AND j.person_id = $2 AND s.used_at IS NULL AND s.ended_at IS NULL AND s.expires_at > $3
		RETURNING s.slip_id`, job, owner, tx.Now).Scan(&id)
	return none(id, err, slipNone)
}

// slipByDigest is the slip in force that has one of the digests, and whose it is, or nobody's.
func slipByDigest(ctx context.Context, tx *db.Tx, id school.ID, digests [][]byte) (s Slip, owner school.PersonID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT s.slip_id, s.job_id, s.printer_id, r.name, s.expires_at, coalesce(s.units, j.price), j.person_id
		  FROM slip s JOIN job j USING (job_id) JOIN printer r USING (printer_id)
		 WHERE s.school_id = $1 AND (s.digest = ANY ($2) OR s.code = ANY ($2)) AND `+slipOpen, id, digests, tx.Now).
		Scan(&s.ID, &s.Job, &s.Printer, &s.At, &s.Until, &s.Costs, &owner)
	if errors.Is(err, pgx.ErrNoRows) {
		return Slip{}, 0, nil
	}
	return s, owner, err
}

// slipOpen is what can be used, of slip s and job j at the time $3.
const slipOpen = `s.used_at IS NULL AND s.ended_at IS NULL AND s.expires_at > $3 AND j.state = 'held' AND j.expires_at > $3`

// slipStands refuses the visit of a slip that is neither open nor used.
func slipStands(ctx context.Context, tx *db.Tx, in school.ID, id SlipID) error {
	var stands bool
	err := tx.QueryRow(ctx, `
		SELECT s.used_at IS NOT NULL OR `+slipOpen+` FROM slip s JOIN job j USING (job_id) WHERE s.slip_id = $1 AND s.school_id = $2`,
		id, in, tx.Now).Scan(&stands)
	if err == nil && !stands {
		err = slipOver
	}
	return err
}

// updateSlipUsed says whether the slip could be used.
func updateSlipUsed(ctx context.Context, tx *db.Tx, s Slip) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE slip SET used_at = greatest($4, made_at)
		 WHERE slip_id = $1 AND job_id = $2 AND printer_id = $3 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $4`, s.ID, s.Job, s.Printer, tx.Now)
	return done.RowsAffected() == 1, err
}

// printerWithStation is a printer of the school that has a kiosk beside it.
func printerWithStation(ctx context.Context, tx *db.Tx, id school.ID, p PrinterID) (PrinterRecord, error) {
	return scanPrinter(tx.QueryRow(ctx, `
		SELECT `+printerColumns+` FROM printer r
		 WHERE r.printer_id = $2 AND r.school_id = $1 AND `+atKiosk, id, p))
}

// printersWithStation are a school's that have a kiosk beside them, by name.
func printersWithStation(ctx context.Context, tx *db.Tx, id school.ID) ([]PrinterRecord, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printerColumns+` FROM printer r
		 WHERE r.school_id = $1 AND `+atKiosk+` ORDER BY r.name, r.printer_id`, id)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (PrinterRecord, error) { return scanPrinter(row) })
}

// lastPrinter is where something of a person's went last, or 0.
func lastPrinter(ctx context.Context, tx *db.Tx, p school.PersonID) (id PrinterID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT d.printer_id FROM job j JOIN delivery d USING (job_id) WHERE j.person_id = $1 ORDER BY d.delivery_id DESC LIMIT 1`, p).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// slipsOf are the slips of jobs that are open or were used, by job; the latest of each.
func slipsOf(ctx context.Context, tx *db.Tx, id school.ID, jobs []JobID) (open map[JobID]Slip, used map[JobID]Collection, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT s.job_id, s.slip_id, s.printer_id, r.name, s.expires_at, s.used_at IS NOT NULL, coalesce(s.used_at, s.made_at), coalesce(t.name, r.name),
		       coalesce(d.state, ''), coalesce(d.printed, 0)
		  FROM slip s JOIN job j USING (job_id) JOIN printer r USING (printer_id)
		  LEFT JOIN delivery d USING (slip_id)
		  LEFT JOIN station t USING (station_id)
		 WHERE s.job_id = ANY ($1) AND s.school_id = $2 AND (s.used_at IS NOT NULL OR `+slipOpen+`)
		 ORDER BY s.slip_id`, jobs, id, tx.Now)
	open, used = map[JobID]Slip{}, map[JobID]Collection{}
	var s Slip
	var c Collection
	var isUsed bool
	_, err = pgx.ForEachRow(rows, []any{&s.Job, &s.ID, &s.Printer, &s.At, &s.Until, &isUsed, &c.When, &c.Where, &c.State, &c.Pages}, func() error {
		if isUsed {
			used[s.Job] = c
			return nil
		}
		open[s.Job] = s
		return nil
	})
	return open, used, err
}
