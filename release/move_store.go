package release

import (
	"context"

	"inkwell/internal/db"
)

func updateRecalled(ctx context.Context, tx *db.Tx, id DeliveryID) error {
	_, err := tx.Exec(ctx, `UPDATE delivery SET recalled_at = coalesce(recalled_at, $2) WHERE delivery_id = $1 AND ended_at IS NULL`, id, tx.Now)
	return err
}

func isRecalled(ctx context.Context, tx *db.Tx, id DeliveryID) (is bool, err error) {
	return is, tx.QueryRow(ctx, `SELECT recalled_at IS NOT NULL FROM delivery WHERE delivery_id = $1`, id).Scan(&is)
}

func anyUnclear(ctx context.Context, tx *db.Tx, jobs []JobID) (is bool, err error) {
	return is, tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM delivery WHERE job_id = ANY ($1) AND state = 'unclear')`, jobs).Scan(&is)
}
