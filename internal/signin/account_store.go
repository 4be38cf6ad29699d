package signin

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// account is a row of staff_account: a member of staff as somebody who signs in. Who has
// none is the zero account.
type account struct {
	sealed  []byte // secret of the app in force; nil without one
	pending []byte // of the one that is being set up
	last    int64  // step of the last code that was taken
	wrong   int    // codes in a row
	wrongAt time.Time
	barred  bool
}

// accountOf reads a person's account.
func accountOf(ctx context.Context, tx *db.Tx, person school.PersonID) (account, error) {
	return scanAccount(ctx, tx, person, "")
}

// holdAccount makes the person's account if there is none, and has others wait for it.
func holdAccount(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) (account, error) {
	_, err := tx.Exec(ctx, `INSERT INTO staff_account (person_id, school_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, person, id)
	if err != nil {
		return account{}, err
	}
	return scanAccount(ctx, tx, person, " FOR UPDATE")
}

func scanAccount(ctx context.Context, tx *db.Tx, person school.PersonID, lock string) (a account, err error) {
	var wrongAt *time.Time
	err = tx.QueryRow(ctx, `
		SELECT sealed, pending, last_step, wrong, wrong_at, barred_at IS NOT NULL FROM staff_account WHERE person_id = $1`+lock, person).
		Scan(&a.sealed, &a.pending, &a.last, &a.wrong, &wrongAt, &a.barred)
	if wrongAt != nil {
		a.wrongAt = *wrongAt
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return account{}, nil
	}
	return a, err
}

// updateCodes keeps what the codes of an account came to.
func updateCodes(ctx context.Context, tx *db.Tx, person school.PersonID, a account) error {
	_, err := tx.Exec(ctx, `
		UPDATE staff_account SET last_step = $2, wrong = $3, wrong_at = CASE WHEN $3 > 0 THEN $4::timestamptz END WHERE person_id = $1`,
		person, a.last, a.wrong, a.wrongAt)
	return err
}

func updatePending(ctx context.Context, tx *db.Tx, person school.PersonID, pending []byte) error {
	_, err := tx.Exec(ctx, `UPDATE staff_account SET pending = $2 WHERE person_id = $1`, person, pending)
	return err
}

// confirmFactor puts the app that was being set up in force.
func confirmFactor(ctx context.Context, tx *db.Tx, person school.PersonID, sealed []byte, last int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE staff_account SET sealed = $4, pending = NULL, confirmed_at = $2, last_step = $3, wrong = 0, wrong_at = NULL
		 WHERE person_id = $1`, person, tx.Now, last, sealed)
	return err
}

// clearFactor forgets a person's app.
func clearFactor(ctx context.Context, tx *db.Tx, person school.PersonID) (had bool, err error) {
	done, err := tx.Exec(ctx, `
		UPDATE staff_account SET sealed = NULL, pending = NULL, confirmed_at = NULL, wrong = 0, wrong_at = NULL
		 WHERE person_id = $1 AND (sealed IS NOT NULL OR pending IS NOT NULL)`, person)
	return done.RowsAffected() > 0, err
}

func updateBarred(ctx context.Context, tx *db.Tx, person school.PersonID, barred bool) (changed bool, err error) {
	done, err := tx.Exec(ctx, `
		UPDATE staff_account SET barred_at = CASE WHEN $2 THEN $3::timestamptz END
		 WHERE person_id = $1 AND (barred_at IS NOT NULL) <> $2`, person, barred, tx.Now)
	return done.RowsAffected() > 0, err
}

// factorRoles are the roles that a school wants a second factor of.
func factorRoles(ctx context.Context, tx *db.Tx, id school.ID) (roles []school.Role, err error) {
	err = tx.QueryRow(ctx, `SELECT factor_roles FROM school WHERE school_id = $1`, id).Scan(&roles)
	return roles, err
}

func updateFactorRoles(ctx context.Context, tx *db.Tx, id school.ID, roles []school.Role) error {
	_, err := tx.Exec(ctx, `UPDATE school SET factor_roles = $2 WHERE school_id = $1`, id, roles)
	return err
}

func insertRecoveryCodes(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, digests [][]byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO recovery_code (digest, school_id, person_id, made_at) SELECT d, $2, $3, $4 FROM unnest($1::bytea[]) AS d`,
		digests, id, person, tx.Now)
	return err
}

func endRecoveryCodes(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE recovery_code SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL`, person, tx.Now)
	return err
}

// useRecoveryCode uses a code up: of several at once, one finds it.
func useRecoveryCode(ctx context.Context, tx *db.Tx, person school.PersonID, digest []byte) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE recovery_code SET used_at = $3 WHERE digest = $1 AND person_id = $2 AND used_at IS NULL`, digest, person, tx.Now)
	return done.RowsAffected() == 1, err
}

func countRecoveryCodes(ctx context.Context, tx *db.Tx, person school.PersonID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL`, person).Scan(&n)
	return n, err
}

func insertDevice(ctx context.Context, tx *db.Tx, digest []byte, p school.Person, ends time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO known_device (digest, school_id, person_id, credential_version, known_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		digest, p.School, p.ID, p.Version, tx.Now, ends)
	return err
}

// knowsDevice says whether the person has proven a second factor on the device of late.
func knowsDevice(ctx context.Context, tx *db.Tx, digest []byte, p school.Person) (known bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM known_device
		                WHERE digest = $1 AND person_id = $2 AND credential_version = $3 AND ended_at IS NULL AND ends_at > $4)`,
		digest, p.ID, p.Version, tx.Now).Scan(&known)
	return known, err
}

func countDevices(ctx context.Context, tx *db.Tx, p school.Person) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM known_device WHERE person_id = $1 AND credential_version = $2 AND ended_at IS NULL AND ends_at > $3`,
		p.ID, p.Version, tx.Now).Scan(&n)
	return n, err
}

func endDevices(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE known_device SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL`, person, tx.Now)
	return err
}

// doors are what is known of the ways in of a school's staff, by person.
func doors(ctx context.Context, tx *db.Tx, id school.ID, idle time.Duration) (map[school.PersonID]Colleague, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.person_id, coalesce(a.sealed IS NOT NULL, false), coalesce(a.barred_at IS NOT NULL, false), coalesce(s.n, 0)
		  FROM person p
		  LEFT JOIN staff_account a USING (person_id)
		  LEFT JOIN (SELECT s.person_id, count(*) AS n FROM session s JOIN person q USING (person_id)
		              WHERE s.school_id = $1 AND s.ended_at IS NULL AND s.stage = 'open' AND s.ends_at > $2 AND s.seen_at > $3
		                AND s.credential_version = q.credential_version
		              GROUP BY s.person_id) s USING (person_id)
		 WHERE p.school_id = $1 AND p.left_at IS NULL AND (a.person_id IS NOT NULL OR s.person_id IS NOT NULL)`, id, tx.Now, tx.Now.Add(-idle))
	if err != nil {
		return nil, err
	}
	all := map[school.PersonID]Colleague{}
	var p school.PersonID
	var c Colleague
	_, err = pgx.ForEachRow(rows, []any{&p, &c.Factor, &c.Barred, &c.Sessions}, func() error { all[p] = c; return nil })
	return all, err
}

// countBare counts who runs a school's pages, or any school's for 0, with a password alone.
func countBare(ctx context.Context, tx *db.Tx, id school.ID, roles []school.Role) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM person p LEFT JOIN staff_account a USING (person_id)
		 WHERE ($1 = 0 OR p.school_id = $1) AND p.left_at IS NULL AND p.password_hash IS NOT NULL AND a.sealed IS NULL AND a.barred_at IS NULL
		   AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.role = ANY ($2))`, id, roles).Scan(&n)
	return n, err
}
