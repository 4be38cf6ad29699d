package school

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func staffNamed(ctx context.Context, tx *db.Tx, id ID, all []Pseudonym) (map[Pseudonym]string, error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.pseudonym::text, p.given_name || ' ' || p.family_name FROM person p
		 WHERE p.school_id = $1 AND p.pseudonym = ANY ($2::text[]::uuid[])
		   AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role NOT IN ('pupil', 'guest'))`, id, all)
	names := map[Pseudonym]string{}
	var who, name string
	_, err := pgx.ForEachRow(rows, []any{&who, &name}, func() error { names[who] = name; return nil })
	return names, err
}
