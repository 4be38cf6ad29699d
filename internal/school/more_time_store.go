package school

import (
	"context"

	"inkwell/internal/db"
)

func setMoreTime(ctx context.Context, tx *db.Tx, p PersonID, more bool) error {
	_, err := tx.Exec(ctx, `UPDATE person SET more_time = $2 WHERE person_id = $1`, p, more)
	return err
}
