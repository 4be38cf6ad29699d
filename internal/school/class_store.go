package school

import (
	"context"

	"inkwell/internal/db"
)

func insertClass(ctx context.Context, tx *db.Tx, school ID, c Class) error {
	_, err := tx.Exec(ctx, `
		WITH added AS (INSERT INTO class (school_id, name, kind) VALUES ($1, $2, CASE WHEN $7 THEN 'registration' ELSE 'teaching' END) RETURNING class_id)
		INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to)
		SELECT a.class_id, m.person, $1, m.role, $5, $6
		  FROM added a, (SELECT unnest($3::bigint[]), 'pupil' UNION ALL SELECT unnest($4::bigint[]), 'teacher') AS m (person, role)`,
		school, c.Name, c.Pupils, c.Teachers, c.From, c.To, c.Registers)
	return err
}
