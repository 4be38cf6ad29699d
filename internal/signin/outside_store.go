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
	if _, err := tx.Exec(ctx, `UPDATE sso_identity SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL`, p.ID, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO sso_identity (school_id, person_id, issuer, subject, bound_at) VALUES ($1, $2, $3, $4, $5)`,
		p.School, p.ID, o.Issuer, o.Subject, tx.Now)
	return err
}

// pupilsNamed are the pupils of all schools, two at most, whose user name is an address or what stands before its @.
func pupilsNamed(ctx context.Context, tx *db.Tx, address string) ([]school.PersonID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.person_id FROM person p
		 WHERE p.username IN ($1, split_part($1, '@', 1)) AND p.left_at IS NULL
		   AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role = 'pupil')
		 ORDER BY p.person_id LIMIT 2`, address)
	return pgx.CollectRows(rows, pgx.RowTo[school.PersonID])
}

// ownBound says whether somebody is bound to an identity that opens their own page alone.
func ownBound(ctx context.Context, tx *db.Tx, person school.PersonID) (is bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM sso_identity WHERE person_id = $1 AND ended_at IS NULL AND starts_with(issuer, $2))`, person, ownPages).Scan(&is)
	return is, err
}
