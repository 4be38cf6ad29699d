package school

import (
	"context"

	"inkwell/internal/db"
)

func moreTime(ctx context.Context, tx *db.Tx, p PersonID) (more bool, err error) {
	err = tx.QueryRow(ctx, `SELECT more_time FROM person WHERE person_id = $1`, p).Scan(&more)
	return more, err
}

func setMoreTime(ctx context.Context, tx *db.Tx, p PersonID, more bool) error {
	_, err := tx.Exec(ctx, `UPDATE person SET more_time = $2 WHERE person_id = $1`, p, more)
	return err
}
