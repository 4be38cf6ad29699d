package school

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

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

func taughtBy(ctx context.Context, tx *db.Tx, school ID, teacher PersonID, day time.Time) ([]Taught, error) {
	rows, _ := tx.Query(ctx, `
		SELECT c.class_id, c.name FROM class c WHERE c.school_id = $1 AND `+taughtOn("$2", "c.class_id", "$3")+`
		 ORDER BY c.name, c.class_id`, school, teacher, day)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Taught, err error) {
		return t, row.Scan(&t.Class, &t.Name)
	})
}

func pupilsOfClass(ctx context.Context, tx *db.Tx, school ID, class ClassID, day time.Time) ([]Person, error) {
	all, err := people(ctx, tx, `p.school_id = $1 AND p.left_at IS NULL AND `+pupilOn("p.person_id", "$2", "$3"), 500, school, class, day)
	slices.SortStableFunc(all, func(a, b Person) int {
		return cmp.Or(strings.Compare(a.Family, b.Family), strings.Compare(a.Given, b.Given))
	})
	return all, err
}
