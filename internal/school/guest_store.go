package school

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

const authorityColumns = `a.authority_id, a.reason, a.starts_on, a.ends_on, a.guests, (SELECT count(*) FROM guest g WHERE g.authority_id = a.authority_id)`

func scanAuthority(row pgx.CollectableRow) (a Authority, err error) {
	return a, row.Scan(&a.ID, &a.Reason, &a.Starts, &a.End, &a.Guests, &a.Used)
}

func insertAuthority(ctx context.Context, tx *db.Tx, by Actor, a Authority) (id AuthorityID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO guest_authority (school_id, reason, starts_on, ends_on, guests, given_by, given_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING authority_id`,
		by.School, a.Reason, a.Starts, a.End, a.Guests, by.Pseudonym, tx.Now).Scan(&id)
	return id, err
}

func withdrawAuthority(ctx context.Context, tx *db.Tx, school ID, id AuthorityID) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE guest_authority SET withdrawn_at = $3 WHERE school_id = $1 AND authority_id = $2 AND withdrawn_at IS NULL`, school, id, tx.Now)
	return done.RowsAffected() > 0, err
}

func authorities(ctx context.Context, tx *db.Tx, school ID, today time.Time) ([]Authority, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+authorityColumns+` FROM guest_authority a
		 WHERE a.school_id = $1 AND a.withdrawn_at IS NULL AND a.ends_on >= $2 ORDER BY a.ends_on, a.authority_id`, school, today)
	return pgx.CollectRows(rows, scanAuthority)
}

// lockAuthority is a zero Authority when none of that number is in force today.
func lockAuthority(ctx context.Context, tx *db.Tx, school ID, id AuthorityID) (Authority, error) {
	var locked AuthorityID
	err := tx.QueryRow(ctx, `
		SELECT a.authority_id FROM guest_authority a JOIN school c USING (school_id)
		 WHERE a.school_id = $1 AND a.authority_id = $2 AND a.withdrawn_at IS NULL
		   AND ($3::timestamptz AT TIME ZONE c.time_zone)::date BETWEEN a.starts_on AND a.ends_on
		   FOR NO KEY UPDATE OF a`, school, id, tx.Now).Scan(&locked)
	if errors.Is(err, pgx.ErrNoRows) {
		return Authority{}, nil
	}
	if err != nil {
		return Authority{}, err
	}
	rows, _ := tx.Query(ctx, `SELECT `+authorityColumns+` FROM guest_authority a WHERE a.authority_id = $1`, id)
	return pgx.CollectExactlyOneRow(rows, scanAuthority)
}

func insertGuest(ctx context.Context, tx *db.Tx, by Actor, p PersonID, v Visit) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO guest (person_id, school_id, authority_id, sponsor, organisation, pages, ends_on, entered_at)
		VALUES ($1, $2, nullif($3, 0), $4, $5, $6, $7, $8)`,
		p, by.School, v.Authority, by.Pseudonym, v.Organisation, v.Pages, v.Ends, tx.Now)
	return err
}

// retireName takes the user name from a guest who has gone, and says whether it did.
func retireName(ctx context.Context, tx *db.Tx, p PersonID) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE person SET username = left(username, 50) || '~' || person_id
		 WHERE person_id = $1 AND left_at IS NOT NULL AND EXISTS (SELECT FROM guest g WHERE g.person_id = person.person_id)`, p)
	return done.RowsAffected() > 0, err
}

func guestsHere(ctx context.Context, tx *db.Tx, school ID) ([]GuestHere, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+personColumns+`, g.organisation, g.ends_on, g.authority_id IS NULL
		  FROM guest g JOIN person p USING (person_id)
		 WHERE g.school_id = $1 AND p.left_at IS NULL ORDER BY g.ends_on, p.family_name, p.given_name LIMIT 500`, school)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (g GuestHere, err error) {
		g.Person, err = scanPerson(row, &g.Organisation, &g.Ends, &g.Supply)
		return g, err
	})
}

func guestsToGo(ctx context.Context, tx *db.Tx) ([]Person, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+personColumns+`
		  FROM guest g JOIN person p USING (person_id) JOIN school c ON c.school_id = g.school_id
		 WHERE p.left_at IS NULL AND g.ends_on < ($1::timestamptz AT TIME ZONE c.time_zone)::date
		 ORDER BY p.person_id LIMIT 500`, tx.Now)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Person, error) { return scanPerson(row) })
}

func isGuest(ctx context.Context, tx *db.Tx, p PersonID) (guest bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM guest WHERE person_id = $1)`, p).Scan(&guest)
	return guest, err
}
