package quota

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// sharedColumns are of shared_account s and account a.
const sharedColumns = `s.account_id, s.code, s.name, s.sort, a.has_floor, coalesce(s.class_id, 0), s.until, a.closed_at IS NOT NULL, a.balance,
	coalesce((SELECT jsonb_agg(jsonb_build_object('role', coalesce(u.role, ''), 'from', coalesce(u.year_from, -1), 'to', coalesce(u.year_to, -1),
	                                              'class', coalesce(u.class_id, 0), 'person', coalesce(u.person_id, 0))
	                           ORDER BY u.person_id NULLS FIRST, u.class_id NULLS FIRST, u.role NULLS FIRST, u.year_from)
	            FROM account_user u WHERE u.account_id = s.account_id), '[]'),
	ARRAY(SELECT c.class_id FROM class_account c WHERE c.account_id = s.account_id ORDER BY c.class_id)`

// userRow is an audience as the database has it.
type userRow struct {
	Role     school.Role `json:"role"`
	From, To int
	Class    school.ClassID  `json:"class"`
	Person   school.PersonID `json:"person"`
}

func scanShared(row pgx.Row) (s Shared, err error) {
	var until *time.Time
	var users []userRow
	err = row.Scan(&s.ID, &s.Code, &s.Name, &s.Sort, &s.Limited, &s.Class, &until, &s.Closed, &s.Balance, &users, &s.PaysFor)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, AccountNone
	}
	if until != nil {
		s.Until = until.UTC()
	}
	for _, u := range users {
		s.Users = append(s.Users, Audience(u))
	}
	return s, err
}

func sharedAccounts(ctx context.Context, tx *db.Tx, id school.ID) ([]Shared, error) {
	return askSharedAccounts(tx, id)(ctx)
}

func askSharedAccounts(tx *db.Tx, id school.ID) db.Answer[[]Shared] {
	return db.Ask(tx, db.All(func(row pgx.CollectableRow) (Shared, error) { return scanShared(row) }), `
		SELECT `+sharedColumns+` FROM shared_account s JOIN account a USING (account_id)
		 WHERE s.school_id = $1 AND s.removed_at IS NULL ORDER BY lower(s.name), s.account_id`, id)
}

// lockShared locks who may charge an account and until when, and not its balance.
func lockShared(ctx context.Context, tx *db.Tx, id school.ID, account AccountID) (Shared, error) {
	return scanShared(tx.QueryRow(ctx, `
		SELECT `+sharedColumns+` FROM shared_account s JOIN account a USING (account_id)
		 WHERE s.school_id = $1 AND s.account_id = $2 AND s.removed_at IS NULL FOR UPDATE OF s`, id, account))
}

func insertShared(ctx context.Context, tx *db.Tx, id school.ID, s Shared) (account AccountID, err error) {
	kind := CentreAccount
	if s.Limited {
		kind = SharedAccount
	}
	err = tx.QueryRow(ctx, `
		WITH opened AS (INSERT INTO account (school_id, kind, name) VALUES ($1, $2, $3) RETURNING account_id)
		INSERT INTO shared_account (account_id, school_id, name, code, sort, class_id, until, added_at)
		SELECT account_id, $1, $3, $4, $5, nullif($6::bigint, 0), $7, $8 FROM opened RETURNING account_id`,
		id, kind, s.Name, s.Code, s.Sort, s.Class, orNull(s.Until), tx.Now).Scan(&account)
	if err == nil && s.Closed {
		err = closeAccount(ctx, tx, account, true)
	}
	return account, sharedConflict(err)
}

func updateShared(ctx context.Context, tx *db.Tx, s Shared) error {
	_, err := tx.Exec(ctx, `UPDATE shared_account SET name = $2, code = $3, until = $4 WHERE account_id = $1`, s.ID, s.Name, s.Code, orNull(s.Until))
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE account SET name = $2 WHERE account_id = $1 AND name <> $2`, s.ID, s.Name)
	}
	if err == nil {
		err = closeAccount(ctx, tx, s.ID, s.Closed)
	}
	return sharedConflict(err)
}

// closeAccount closes an account or opens it again. It touches nothing that is so already:
// the row is hot.
func closeAccount(ctx context.Context, tx *db.Tx, account AccountID, closed bool) error {
	_, err := tx.Exec(ctx, `
		UPDATE account SET closed_at = CASE WHEN $2 THEN $3::timestamptz END WHERE account_id = $1 AND (closed_at IS NOT NULL) <> $2`, account, closed, tx.Now)
	return err
}

// lockBalance locks an account and reads what is on it.
func lockBalance(ctx context.Context, tx *db.Tx, account AccountID) (balance int64, err error) {
	err = tx.QueryRow(ctx, `SELECT balance FROM account WHERE account_id = $1 FOR NO KEY UPDATE`, account).Scan(&balance)
	return balance, err
}

func removeShared(ctx context.Context, tx *db.Tx, account AccountID) error {
	_, err := tx.Exec(ctx, `UPDATE shared_account SET removed_at = $2 WHERE account_id = $1`, account, tx.Now)
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM account_user WHERE account_id = $1`, account)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM class_account WHERE account_id = $1`, account)
	}
	if err == nil {
		err = closeAccount(ctx, tx, account, true)
	}
	return err
}

// sharedConflict says which of an account's own things another has already.
func sharedConflict(err error) error {
	if is := new(pgconn.PgError); errors.As(err, &is) && is.Code == "23505" { // unique_violation
		return sharedThere.Because(err)
	}
	return err
}

// replaceUsers writes who may charge an account and for which classes it pays.
func replaceUsers(ctx context.Context, tx *db.Tx, id school.ID, s Shared) error {
	if _, err := tx.Exec(ctx, `DELETE FROM account_user WHERE account_id = $1`, s.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO account_user (account_id, school_id, role, year_from, year_to, class_id, person_id)
		SELECT $1, $2, nullif(u.role, ''), nullif(u.year_from, -1), nullif(u.year_to, -1), nullif(u.class, 0), nullif(u.person, 0)
		  FROM unnest($3::text[], $4::int[], $5::int[], $6::bigint[], $7::bigint[]) AS u (role, year_from, year_to, class, person)
		    ON CONFLICT DO NOTHING`, s.ID, id,
		column(s.Users, func(a Audience) string { return string(a.Role) }), column(s.Users, func(a Audience) int { return a.From }),
		column(s.Users, func(a Audience) int { return a.To }), column(s.Users, func(a Audience) int64 { return int64(a.Class) }),
		column(s.Users, func(a Audience) int64 { return int64(a.Person) }))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM class_account WHERE account_id = $1`, s.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO class_account (class_id, school_id, account_id) SELECT DISTINCT c, $2::integer, $1::bigint FROM unnest($3::bigint[]) AS c`,
		s.ID, id, column(s.PaysFor, func(c school.ClassID) int64 { return int64(c) }))
	if is := new(pgconn.PgError); errors.As(err, &is) && is.Code == "23505" {
		return sharedDefault.Because(err)
	}
	return err
}

// personalsOf are the personal accounts of people who have one that is open.
func askPersonalsOf(tx *db.Tx, people []school.PersonID) db.Answer[map[school.PersonID]Account] {
	return db.Ask(tx, readPersonals, `SELECT person_id, account_id, balance FROM account WHERE person_id = ANY ($1) AND kind = 'personal' AND closed_at IS NULL`, people)
}

func readPersonals(rows pgx.Rows) (map[school.PersonID]Account, error) {
	all := map[school.PersonID]Account{}
	var a Account
	_, err := pgx.ForEachRow(rows, []any{&a.Person, &a.ID, &a.Balance}, func() error {
		all[a.Person] = a
		return nil
	})
	return all, err
}

// openPersonal opens a person's personal account where there is none.
func openPersonal(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) (account AccountID, err error) {
	_, err = tx.Exec(ctx, `INSERT INTO account (school_id, kind, person_id) VALUES ($1, 'personal', $2) ON CONFLICT DO NOTHING`, id, person)
	if err != nil {
		return 0, err
	}
	all, err := askPersonalsOf(tx, []school.PersonID{person})(ctx)
	return all[person].ID, err
}

// orNull is a time, or nothing for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ownAlone says whether nobody but one human, at whatever school, may charge an account; of
// nobody it says no.
func ownAlone(ctx context.Context, tx *db.Tx, by school.Pseudonym, account AccountID) (alone bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(bool_and(coalesce(o.individual_id = p.individual_id, false)), false)
		  FROM account_user u LEFT JOIN person o ON o.person_id = u.person_id LEFT JOIN person p ON p.pseudonym = nullif($1, '')::uuid
		 WHERE u.account_id = $2`, by, account).Scan(&alone)
	return alone, err
}

// ownAccounts are people's own accounts.
func ownAccounts(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]AccountID, error) {
	rows, _ := tx.Query(ctx, `SELECT person_id, account_id FROM account WHERE person_id = ANY ($1) AND kind = 'person' AND purse = 'pages'`, people)
	all := map[school.PersonID]AccountID{}
	var person school.PersonID
	var account AccountID
	_, err := pgx.ForEachRow(rows, []any{&person, &account}, func() error {
		all[person] = account
		return nil
	})
	return all, err
}

// lockSchools has those who need an account of the school's first open it one after the other.
func lockSchools(ctx context.Context, tx *db.Tx, id school.ID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('schools-account'), $1)`, id)
	return err
}
