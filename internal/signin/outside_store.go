package signin

import (
	"context"

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
