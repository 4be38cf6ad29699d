package school

import (
	"context"
	"time"

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

// tutees are the pupils of the registration classes that a person teaches on a day.
func tutees(ctx context.Context, tx *db.Tx, school ID, teacher PersonID, day time.Time) ([]Person, error) {
	return people(ctx, tx, `p.school_id = $1 AND p.left_at IS NULL AND p.person_id IN (
		SELECT m.person_id FROM enrolment t JOIN class c USING (class_id) JOIN enrolment m USING (class_id)
		 WHERE t.person_id = $2 AND t.role = 'teacher' AND c.kind = 'registration' AND m.role = 'pupil'
		   AND t.valid_from <= $3 AND t.valid_to > $3 AND m.valid_from <= $3 AND m.valid_to > $3)`, 500, school, teacher, day)
}
