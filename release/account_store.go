package release

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

func numberedKey(kind string, n int64) string { return fmt.Sprintf("%s:%d", kind, n) }

// answersTo are the answers to what somebody asked: pages back, and a yes to a job.
func answersTo(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) ([]Message, error) {
	rows, _ := tx.Query(ctx, `
		SELECT 'refund:' || f.refund_id, CASE WHEN f.granted > 0 THEN 'refund-granted' ELSE 'refund-declined' END, f.answered_at, coalesce(f.granted, 0),
		       '', coalesce(f.why, ''), f.told_at IS NOT NULL
		  FROM refund f WHERE f.person_id = $1 AND f.answered_at >= $2
		UNION ALL
		SELECT 'approval:' || a.approval_id, a.answer, a.answered_at, a.impressions, coalesce(p.given_name || ' ' || p.family_name, ''), coalesce(a.reason, ''), a.told_at IS NOT NULL
		  FROM approval a LEFT JOIN person p ON p.person_id = a.answered_by
		 WHERE a.person_id = $1 AND a.answer IN ('approved', 'returned') AND a.answered_at >= $2
		 ORDER BY 3 DESC, 1 LIMIT `+fmt.Sprint(messagesMost), person, since)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Message, err error) {
		return m, row.Scan(&m.Key, &m.Kind, &m.When, &m.Pages, &m.Who, &m.Why, &m.Read)
	})
}

// updateAnswersTold is the reading of them.
func updateAnswersTold(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	if _, err := tx.Exec(ctx, `UPDATE refund SET told_at = $2 WHERE person_id = $1 AND answered_at IS NOT NULL AND told_at IS NULL`, person, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE approval SET told_at = $2 WHERE person_id = $1 AND answer IN ('approved', 'returned') AND told_at IS NULL`, person, tx.Now)
	return err
}

// wastedBy is what of somebody's jobs nobody came for.
func wastedBy(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) (n int, err error) {
	return n, tx.QueryRow(ctx, `
		SELECT coalesce(sum(impressions - printed), 0) FROM job WHERE person_id = $1 AND state = 'expired' AND ended_at >= $2 AND proof <> 'vouched'`, person, since).Scan(&n)
}
