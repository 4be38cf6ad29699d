package audit

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

const actColumns = `audit_id, at, act, coalesce(actor::text, ''), coalesce(subject::text, ''), coalesce(object, ''), facts`

func collectActs(rows pgx.Rows) ([]Act, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Act, err error) {
		return a, row.Scan(&a.ID, &a.At, &a.Act, &a.Actor, &a.Subject, &a.Object, &a.Facts)
	})
}

// done goes by time, which the index has, and then by number: rows of one moment are one
// transaction's.
func done(ctx context.Context, tx *db.Tx, school db.SchoolID, before int64, without []string, limit int) ([]Act, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+actColumns+` FROM audit
		 WHERE school_id = $1 AND act NOT LIKE ALL ($3::text[])
		   AND ($2::bigint = 0 OR (at, audit_id) < (SELECT at, audit_id FROM audit WHERE audit_id = $2))
		 ORDER BY at DESC, audit_id DESC LIMIT $4`, school, before, without, limit)
	return collectActs(rows)
}

func doneTo(ctx context.Context, tx *db.Tx, school db.SchoolID, subject string, acts []string, before int64, limit int) ([]Act, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+actColumns+` FROM audit
		 WHERE school_id = $1 AND subject = $2::uuid AND act = ANY ($3)
		   AND ($4::bigint = 0 OR (at, audit_id) < (SELECT at, audit_id FROM audit WHERE audit_id = $4 AND subject = $2::uuid))
		 ORDER BY at DESC, audit_id DESC LIMIT $5`, school, subject, acts, before, limit)
	return collectActs(rows)
}

func doneAbout(ctx context.Context, tx *db.Tx, school db.SchoolID, subject string, without []string, limit int) ([]Act, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+actColumns+` FROM audit
		 WHERE school_id = $1 AND subject = $2::uuid AND act NOT LIKE ALL ($3::text[])
		 ORDER BY at DESC, audit_id DESC LIMIT $4`, school, subject, without, limit)
	return collectActs(rows)
}

func doneAt(ctx context.Context, tx *db.Tx, school db.SchoolID, act, object string, at time.Time) ([]Act, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+actColumns+` FROM audit
		 WHERE school_id = $1 AND at = $2 AND act = $3 AND object = $4 ORDER BY audit_id LIMIT 1`, school, at, act, object)
	return collectActs(rows)
}

func countSince(ctx context.Context, tx *db.Tx, school db.SchoolID, since time.Time, most int) ([]Counted, error) {
	rows, _ := tx.Query(ctx, `
		SELECT act, count(*)::int, max(at)
		  FROM (SELECT act, at FROM audit WHERE school_id = $1 AND at > $2 ORDER BY at DESC LIMIT $3) AS late
		 GROUP BY act ORDER BY 2 DESC, 1`, school, since, most)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Counted])
}

func lastViewed(ctx context.Context, tx *db.Tx, actor string, before time.Time) (at time.Time, err error) {
	var last *time.Time
	err = tx.QueryRow(ctx, `SELECT max(at) FROM audit WHERE actor = $1::uuid AND act = 'record-viewed' AND at < $2`, actor, before).Scan(&last)
	if last != nil {
		at = *last
	}
	return at, err
}
