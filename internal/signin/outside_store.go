package signin

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// boundTo is the person whom an identity means.
func boundTo(ctx context.Context, tx *db.Tx, o Outside) (person school.PersonID, found bool, err error) {
	return personOf(tx.QueryRow(ctx, `
		SELECT person_id FROM sso_identity WHERE issuer = $1 AND subject = $2 AND ended_at IS NULL`, o.Issuer, o.Subject))
}

// bind has an identity mean a person, and no other of theirs any more.
func bind(ctx context.Context, tx *db.Tx, p school.Person, o Outside) error {
	if err := unbind(ctx, tx, p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO sso_identity (school_id, person_id, issuer, subject, bound_at) VALUES ($1, $2, $3, $4, $5)`,
		p.School, p.ID, o.Issuer, o.Subject, tx.Now)
	return err
}

// unbind has no identity mean a person any more.
func unbind(ctx context.Context, tx *db.Tx, p school.Person) error {
	_, err := tx.Exec(ctx, `UPDATE sso_identity SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL`, p.ID, tx.Now)
	return err
}

// addressees are the people at all schools, two at most, whose user name is an address or what stands before its @. Where it is
// the name of more than one human, staff and those who have left among them, it is nobody's: which of them the address
// belongs to is not known here.
func addressees(ctx context.Context, tx *db.Tx, address string) ([]school.PersonID, error) {
	rows, _ := tx.Query(ctx, `
		WITH all_named AS (SELECT person_id, individual_id, left_at FROM person WHERE username IN ($1, split_part($1, '@', 1)))
		SELECT person_id FROM all_named
		 WHERE left_at IS NULL AND (SELECT count(DISTINCT individual_id) FROM all_named) = 1
		 ORDER BY person_id LIMIT 2`, address)
	return pgx.CollectRows(rows, pgx.RowTo[school.PersonID])
}

// ownBound says whether somebody is bound to an identity that opens their own page alone.
func ownBound(ctx context.Context, tx *db.Tx, person school.PersonID) (is bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM sso_identity WHERE person_id = $1 AND ended_at IS NULL AND starts_with(issuer, $2))`, person, ownPages).Scan(&is)
	return is, err
}
