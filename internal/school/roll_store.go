package school

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func rolls(ctx context.Context, tx *db.Tx, school ID, day time.Time) ([]Roll, error) {
	rows, _ := tx.Query(ctx, `
		SELECT c.class_id, c.name, array_agg(e.person_id ORDER BY e.person_id)
		  FROM class c JOIN enrolment e USING (class_id) JOIN person p USING (person_id)
		 WHERE c.school_id = $1 AND e.role = 'pupil' AND e.valid_from <= $2 AND e.valid_to > $2 AND p.left_at IS NULL
		 GROUP BY c.class_id, c.name ORDER BY c.name, c.class_id`, school, day)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Roll])
}

func usernames(ctx context.Context, tx *db.Tx, ids []PersonID) (map[PersonID]string, error) {
	rows, _ := tx.Query(ctx, `SELECT person_id, username FROM person WHERE person_id = ANY ($1)`, ids)
	all := map[PersonID]string{}
	var id PersonID
	var name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		all[id] = name
		return nil
	})
	return all, err
}
