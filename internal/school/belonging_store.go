package school

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// belongings asks for one person by a plain number: a list has PostgreSQL plan the
// statement anew each time.
func belongings(ctx context.Context, tx *db.Tx, people []PersonID, day time.Time) (map[PersonID]Belonging, error) {
	const read = `
		SELECT p.person_id, ARRAY(SELECT r.role FROM person_role r WHERE r.person_id = p.person_id ORDER BY r.role), coalesce(p.year_group, -1),
		       ARRAY(SELECT e.class_id FROM enrolment e WHERE e.person_id = p.person_id AND e.valid_from <= $2 AND e.valid_to > $2 ORDER BY e.class_id),
		       p.username = ANY (s.generic_names)
		  FROM person p JOIN school s USING (school_id) WHERE p.person_id = `
	var rows pgx.Rows
	if len(people) == 1 {
		rows, _ = tx.Query(ctx, read+`$1`, people[0], day)
	} else {
		rows, _ = tx.Query(ctx, read+`ANY ($1)`, people, day)
	}
	defer rows.Close() // the end of the rows alone does not give a look's connection back
	all := map[PersonID]Belonging{}
	for rows.Next() {
		var id PersonID
		var b Belonging
		if err := rows.Scan(&id, &b.Roles, &b.Year, &b.Classes, &b.Generic); err != nil {
			return nil, err
		}
		all[id] = b
	}
	return all, rows.Err()
}

func classByName(ctx context.Context, tx *db.Tx, school ID, name string) (id ClassID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT class_id FROM class WHERE school_id = $1 AND lower(name) = lower($2) ORDER BY name = $2 DESC LIMIT 1`, school, name).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, classUnknown
	}
	return id, err
}

func classNames(ctx context.Context, tx *db.Tx, ids []ClassID) (map[ClassID]string, error) {
	rows, _ := tx.Query(ctx, `SELECT class_id, name FROM class WHERE class_id = ANY ($1)`, ids)
	all := map[ClassID]string{}
	var id ClassID
	var name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		all[id] = name
		return nil
	})
	return all, err
}

func yearGroups(ctx context.Context, tx *db.Tx, school ID) ([]int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT year_group::integer FROM person WHERE school_id = $1 AND left_at IS NULL AND year_group IS NOT NULL ORDER BY 1`, school)
	return pgx.CollectRows(rows, pgx.RowTo[int])
}

func genericNames(ctx context.Context, tx *db.Tx, school ID) (all []string, err error) {
	err = tx.QueryRow(ctx, `SELECT generic_names FROM school WHERE school_id = $1`, school).Scan(&all)
	return all, err
}

func lockGenericNames(ctx context.Context, tx *db.Tx, school ID) (all []string, err error) {
	err = tx.QueryRow(ctx, `SELECT generic_names FROM school WHERE school_id = $1 FOR NO KEY UPDATE`, school).Scan(&all)
	return all, err
}

func updateGenericNames(ctx context.Context, tx *db.Tx, school ID, all []string) error {
	_, err := tx.Exec(ctx, `UPDATE school SET generic_names = $2 WHERE school_id = $1`, school, all)
	return err
}
