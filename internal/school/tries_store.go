package school

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// atAnySchool finds a place by the index, which begins with the school.
const atAnySchool = `school_id = ANY (ARRAY(SELECT school_id FROM school)) AND place = $1`

// lastTries are the times of a name's latest tries, newest first. It holds back others
// who count the same name, at any school: a directory counts them together.
func lastTries(ctx context.Context, tx *db.Tx, name string, most int) ([]time.Time, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name); err != nil {
		return nil, err
	}
	rows, _ := tx.Query(ctx, `
		SELECT at FROM guess WHERE `+atAnySchool+` ORDER BY at DESC LIMIT $2`, name, most)
	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}

func insertTry(ctx context.Context, tx *db.Tx, school ID, name string) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO guess (school_id, place, at) VALUES ($1, $2, $3) RETURNING guess_id`, school, name, tx.Now).Scan(&id)
	return id, err
}

func deleteTry(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM guess WHERE guess_id = $1`, id)
	return err
}

func deleteTries(ctx context.Context, tx *db.Tx, name string) error {
	_, err := tx.Exec(ctx, `DELETE FROM guess WHERE `+atAnySchool, name)
	return err
}

// raiseVersions is for people without a password here: those of a school, or the one of
// that name.
func raiseVersions(ctx context.Context, tx *db.Tx, school ID, username string) (people int, err error) {
	done, err := tx.Exec(ctx, `
		UPDATE person SET credential_version = credential_version + 1
		 WHERE school_id = $1 AND password_hash IS NULL AND left_at IS NULL AND ($2 = '' OR username = $2)`, school, username)
	return int(done.RowsAffected()), err
}
