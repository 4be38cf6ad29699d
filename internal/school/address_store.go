package school

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func insertAddress(ctx context.Context, tx *db.Tx, p Person, device string, digest []byte) (id AddressID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO address (school_id, person_id, device, digest, issued_at) VALUES ($1, $2, $3, $4, $5)
		RETURNING address_id`, p.School, p.ID, device, digest, tx.Now).Scan(&id)
	return id, err
}

func addressesOf(ctx context.Context, tx *db.Tx, p PersonID) ([]Address, error) {
	rows, _ := tx.Query(ctx, `
		SELECT address_id, person_id, device, issued_at, seen_on
		  FROM address WHERE person_id = $1 AND revoked_at IS NULL ORDER BY address_id`, p)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Address, err error) {
		var seen *time.Time
		err = row.Scan(&a.ID, &a.Person, &a.Device, &a.Issued, &seen)
		if seen != nil {
			a.Seen = *seen
		}
		return a, err
	})
}

func revokeAddress(ctx context.Context, tx *db.Tx, p PersonID, id AddressID) (found bool, err error) {
	tag, err := tx.Exec(ctx, `UPDATE address SET revoked_at = greatest($3, issued_at) WHERE address_id = $1 AND person_id = $2 AND revoked_at IS NULL`, id, p, tx.Now)
	return tag.RowsAffected() == 1, err
}

// personByAddress is a zero Person when no address in force has the digest. The
// day of its use is written once a day.
func personByAddress(ctx context.Context, tx *db.Tx, school ID, digest []byte) (Person, error) {
	var used bool
	p, err := scanPerson(tx.QueryRow(ctx, `
		SELECT `+personColumns+`, a.seen_on IS NOT DISTINCT FROM $3::timestamptz::date
		  FROM address a JOIN person p USING (person_id)
		 WHERE a.digest = $2 AND a.revoked_at IS NULL AND p.school_id = $1 AND p.left_at IS NULL`, school, digest, tx.Now), &used)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, nil
	}
	if err == nil && !used {
		_, err = tx.Exec(ctx, `UPDATE address SET seen_on = $2::timestamptz::date WHERE digest = $1`, digest, tx.Now)
	}
	return p, err
}
