package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

func updateKioskWords(ctx context.Context, tx *db.Tx, id school.ID, words string, until time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE school SET kiosk_words = $2, kiosk_words_until = CASE WHEN $2 <> '' THEN $3::timestamptz END WHERE school_id = $1`, id, words, until)
	return err
}
