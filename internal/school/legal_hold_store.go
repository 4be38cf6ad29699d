package school

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func legalHolds(ctx context.Context, tx *db.Tx, id ID, one HoldID) ([]LegalHold, error) {
	rows, _ := tx.Query(ctx, `
		SELECT h.hold_id, h.person_id, p.given_name || ' ' || p.family_name, p.username, p.left_at IS NOT NULL, h.reason, h.placed_at,
		       coalesce(h.placed_by::text, ''), h.review_on, h.reviews, h.ended_at, coalesce(h.end_reason, '')
		  FROM legal_hold h JOIN person p USING (person_id)
		 WHERE h.school_id = $1 AND ($2::bigint = 0 OR h.hold_id = $2)
		 ORDER BY h.ended_at DESC NULLS FIRST, h.review_on, h.hold_id LIMIT 500`, id, one)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h LegalHold, err error) {
		var ended *time.Time
		err = row.Scan(&h.ID, &h.Person, &h.Name, &h.Username, &h.Left, &h.Reason, &h.Placed, &h.By, &h.Review, &h.Reviews, &ended, &h.EndReason)
		if ended != nil {
			h.Ended = *ended
		}
		return h, err
	})
}

func countHolds(ctx context.Context, tx *db.Tx, id ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM legal_hold WHERE school_id = $1 AND ended_at IS NULL`, id).Scan(&n)
	return n, err
}

func countPastReview(ctx context.Context, tx *db.Tx, id ID) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM legal_hold h JOIN school s USING (school_id)
		 WHERE h.ended_at IS NULL AND ($1 = 0 OR h.school_id = $1) AND h.review_on <= ($2::timestamptz AT TIME ZONE s.time_zone)::date`, id, tx.Now).Scan(&n)
	return n, err
}

func insertHold(ctx context.Context, tx *db.Tx, by Actor, p Person, reason string, review time.Time) (id HoldID, placed bool, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO legal_hold (school_id, person_id, reason, placed_at, placed_by, review_on) VALUES ($1, $2, $3, $4, nullif($5, '')::uuid, $6)
		    ON CONFLICT (person_id) WHERE ended_at IS NULL DO NOTHING RETURNING hold_id`, p.School, p.ID, reason, tx.Now, by.Pseudonym, review).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

func updateReview(ctx context.Context, tx *db.Tx, id HoldID, review time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE legal_hold SET review_on = $2, reviews = reviews + 1 WHERE hold_id = $1 AND ended_at IS NULL`, id, review)
	return err
}

func updateHoldEnded(ctx context.Context, tx *db.Tx, id HoldID, by Pseudonym, why string) error {
	_, err := tx.Exec(ctx, `
		UPDATE legal_hold SET ended_at = greatest($2, placed_at), ended_by = nullif($3, '')::uuid, end_reason = $4 WHERE hold_id = $1 AND ended_at IS NULL`, id, tx.Now, by, why)
	return err
}
