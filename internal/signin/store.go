package signin

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

func insertInvitation(ctx context.Context, tx *db.Tx, digest []byte, id school.ID, person school.PersonID, expires time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO invitation (digest, school_id, person_id, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		digest, id, person, tx.Now, expires)
	return err
}

func endInvitations(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE invitation SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL`, person, tx.Now)
	return err
}

// openInvitation is whom an unused, unexpired invitation is for.
func openInvitation(ctx context.Context, tx *db.Tx, digest []byte) (person school.PersonID, found bool, err error) {
	return personOf(tx.QueryRow(ctx, `
		SELECT person_id FROM invitation WHERE digest = $1 AND used_at IS NULL AND expires_at > $2`, digest, tx.Now))
}

// useInvitation is openInvitation that also uses it up: of several at once, one
// finds it.
func useInvitation(ctx context.Context, tx *db.Tx, digest []byte) (person school.PersonID, found bool, err error) {
	return personOf(tx.QueryRow(ctx, `
		UPDATE invitation SET used_at = $2
		 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2
		RETURNING person_id`, digest, tx.Now))
}

func personOf(row pgx.Row) (person school.PersonID, found bool, err error) {
	err = row.Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return person, err == nil, err
}

// outlived are deletions of what has ended before a time, some rows of it. A session ends at its time
// at the latest, however it ended. While a legal hold is on somebody, nothing of theirs goes.
var outlived = []string{
	`DELETE FROM session WHERE session_id IN (SELECT session_id FROM session WHERE ends_at < $1 AND NOT on_hold(person_id) ORDER BY ends_at LIMIT $2)`,
	`DELETE FROM invitation WHERE digest IN (SELECT digest FROM invitation WHERE expires_at < $1 AND NOT on_hold(person_id) ORDER BY expires_at LIMIT $2)`,
	`DELETE FROM known_device WHERE digest IN (SELECT digest FROM known_device WHERE ends_at < $1 AND NOT on_hold(person_id) ORDER BY ends_at LIMIT $2)`,
	`DELETE FROM recovery_code WHERE digest IN (SELECT digest FROM recovery_code WHERE used_at < $1 AND NOT on_hold(person_id) ORDER BY used_at LIMIT $2)`,
	// A review that another followed, two years after it was signed.
	`DELETE FROM access_review WHERE review_id IN (SELECT v.review_id FROM access_review v WHERE v.signed_at < $1::timestamptz - interval '23 months'
		AND EXISTS (SELECT FROM access_review n WHERE n.school_id = v.school_id AND n.signed_at > v.signed_at)
		AND NOT EXISTS (SELECT FROM access_review_entry e WHERE e.review_id = v.review_id AND on_hold(e.person_id)) ORDER BY v.signed_at LIMIT $2)`,
}

func deleteOutlived(ctx context.Context, tx *db.Tx, of string, before time.Time, most int) (int, error) {
	done, err := tx.Exec(ctx, of, before, most)
	return int(done.RowsAffected()), err
}
