package release

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// uploadsTo is the queue that documents from people's own page go to, 0 where the school has none.
func uploadsTo(ctx context.Context, tx *db.Tx, id school.ID) (q QueueID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT q.queue_id FROM own_page o JOIN queue q ON q.queue_id = o.uploads
		 WHERE o.school_id = $1 AND q.school_id = $1 AND q.removed_at IS NULL`, id).Scan(&q)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return q, err
}

func setUploads(ctx context.Context, tx *db.Tx, id school.ID, q QueueID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO own_page (school_id, uploads) VALUES ($1, nullif($2, 0))
		    ON CONFLICT (school_id) DO UPDATE SET uploads = excluded.uploads`, id, q)
	return err
}

// historyOf is what came out for a person since a time, the latest first.
func historyOf(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time, most int) ([]Print, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+printColumns+`
		  FROM delivery d JOIN printer r USING (printer_id) LEFT JOIN refund f USING (delivery_id)
		 WHERE d.person_id = $1 AND d.state = 'settled' AND d.printed > 0 AND d.ended_at >= $2
		 ORDER BY d.delivery_id DESC LIMIT $3`, person, since, most)
	return pgx.CollectRows(rows, scanPrint)
}
