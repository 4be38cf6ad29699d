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
