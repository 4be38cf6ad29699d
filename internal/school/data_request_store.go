package school

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func dataRequests(ctx context.Context, tx *db.Tx, id ID, one RequestID) ([]DataRequest, error) {
	rows, _ := tx.Query(ctx, `
		SELECT r.request_id, r.person_id, p.given_name || ' ' || p.family_name, p.username, r.received_on, r.due_on, r.made_at, r.answered_at
		  FROM data_request r JOIN person p USING (person_id)
		 WHERE r.school_id = $1 AND ($2::bigint = 0 OR r.request_id = $2)
		 ORDER BY r.answered_at DESC NULLS FIRST, r.due_on, r.request_id LIMIT 200`, id, one)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r DataRequest, err error) {
		var made, answered *time.Time
		err = row.Scan(&r.ID, &r.Person, &r.Name, &r.Username, &r.Received, &r.Due, &made, &answered)
		if made != nil {
			r.Made = *made
		}
		if answered != nil {
			r.Answered = *answered
		}
		return r, err
	})
}

func insertRequest(ctx context.Context, tx *db.Tx, p Person, received, due time.Time) (id RequestID, made bool, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO data_request (school_id, person_id, received_on, due_on, entered_at) VALUES ($1, $2, $3, $4, $5)
		    ON CONFLICT (person_id) WHERE answered_at IS NULL DO NOTHING RETURNING request_id`, p.School, p.ID, received, due, tx.Now).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// updateRequest sets one of the request's times to now.
func updateRequest(ctx context.Context, tx *db.Tx, id RequestID, column string) error {
	set := map[string]string{
		"made_at":     `UPDATE data_request SET made_at = $2 WHERE request_id = $1`,
		"answered_at": `UPDATE data_request SET answered_at = $2 WHERE request_id = $1`,
	}[column]
	_, err := tx.Exec(ctx, set, id, tx.Now)
	return err
}
