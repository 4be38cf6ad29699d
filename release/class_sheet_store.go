package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

func classSheets(ctx context.Context, tx *db.Tx, id school.ID) (s ClassSheets, err error) {
	err = tx.QueryRow(ctx, `SELECT class_sheets FROM school WHERE school_id = $1`, id).Scan(&s)
	return s, err
}

func setClassSheets(ctx context.Context, tx *db.Tx, id school.ID, s ClassSheets) error {
	_, err := tx.Exec(ctx, `UPDATE school SET class_sheets = $2 WHERE school_id = $1`, id, s)
	return err
}

// countUnnamed is how many of these jobs have no name in their margins.
func countUnnamed(ctx context.Context, tx *db.Tx, ids []JobID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM job WHERE job_id = ANY ($1) AND coalesce(edit->>'class', '') = ''`, ids).Scan(&n)
	return n, err
}
