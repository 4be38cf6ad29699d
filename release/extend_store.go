package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// expiries are until when the jobs of a school are kept that have arrived and not
// ended, by ascending number.
func expiries(ctx context.Context, tx *db.Tx, id school.ID, lock bool) ([]expiry, error) {
	sql := `SELECT job_id, received_at, expires_at FROM job WHERE school_id = $1 AND ended_at IS NULL AND received_at IS NOT NULL ORDER BY job_id`
	if lock {
		sql += ` FOR UPDATE`
	}
	rows, _ := tx.Query(ctx, sql, id)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e expiry, err error) {
		return e, row.Scan(&e.job, &e.received, &e.until)
	})
}

// updateExpiries writes until when jobs are kept, and returns whose they are.
func updateExpiries(ctx context.Context, tx *db.Tx, all []expiry) ([]school.PersonID, error) {
	ids, until := make([]JobID, len(all)), make([]time.Time, len(all))
	for i, e := range all {
		ids[i], until[i] = e.job, e.until
	}
	rows, _ := tx.Query(ctx, `
		UPDATE job SET expires_at = e.until FROM unnest($1::integer[], $2::timestamptz[]) AS e (job_id, until)
		 WHERE job.job_id = e.job_id AND ended_at IS NULL
		RETURNING job.person_id`, ids, until)
	return pgx.CollectRows(rows, pgx.RowTo[school.PersonID])
}
