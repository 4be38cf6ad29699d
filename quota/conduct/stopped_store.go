package conduct

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// stopped has the conditions of askInForce, but those of an exam, which has its stations.
func stopped(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]bool, error) {
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT s.person_id
		  FROM suspension s LEFT JOIN conduct_order o USING (order_id)
		 WHERE s.person_id = ANY ($1) AND s.lifted_at IS NULL AND s.starts_at <= $2 AND s.ends_at > $2 AND o.kind IS DISTINCT FROM 'pause'
		   AND NOT (s.set_id IS NOT NULL AND s.confirmed_at IS NULL AND let_off(s.person_id, $2))`, people, tx.Now)
	all := map[school.PersonID]bool{}
	var p school.PersonID
	_, err := pgx.ForEachRow(rows, []any{&p}, func() error { all[p] = true; return nil })
	return all, err
}
