package conduct

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// isUnread says of a step that it told somebody something, which they have not read.
const isUnread = `person_id = $1 AND action IN ('notice', 'tutor') AND held_back IS NULL AND seen_at IS NULL`

func newestNotice(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) (id StepID, reason string, err error) {
	err = tx.QueryRow(ctx, `SELECT step_id, reason FROM step WHERE `+isUnread+` AND taken_at > $2 ORDER BY step_id DESC LIMIT 1`, person, since).Scan(&id, &reason)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return id, reason, err
}

func unreadNotices(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) (map[StepID]bool, error) {
	rows, _ := tx.Query(ctx, `SELECT step_id FROM step WHERE `+isUnread+` AND taken_at > $2`, person, since)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[StepID])
	all := map[StepID]bool{}
	for _, id := range ids {
		all[id] = true
	}
	return all, err
}

func updateNoticesSeen(ctx context.Context, tx *db.Tx, person school.PersonID, shown []StepID) error {
	_, err := tx.Exec(ctx, `UPDATE step SET seen_at = $2 WHERE `+isUnread+` AND step_id = ANY($3)`, person, tx.Now, shown)
	return err
}
