package quota

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// accountsFor lists accounts with the actor in mind whose pseudonym is $1, or nobody.
const accountsFor = `
	SELECT a.account_id, a.kind, a.purse, coalesce(a.person_id, 0), coalesce(a.name, ''), a.balance, a.has_floor, a.closed_at IS NOT NULL,
	       coalesce(p.pseudonym::text, ''), coalesce(p.individual_id = (SELECT individual_id FROM person WHERE pseudonym = nullif($1, '')::uuid), false)
	  FROM account a LEFT JOIN person p USING (person_id)`

func scanAccount(row pgx.CollectableRow) (a Account, err error) {
	return a, row.Scan(&a.ID, &a.Kind, &a.Purse, &a.Person, &a.Name, &a.Balance, &a.Floor, &a.Closed, &a.owner, &a.own)
}

// lockAccounts locks accounts that have a floor, by ascending number as everywhere, and
// reads them. Those without a floor are read and not locked: many releases pass them at once.
func lockAccounts(ctx context.Context, tx *db.Tx, by school.Pseudonym, all []AccountID) ([]Account, error) {
	rows, _ := tx.Query(ctx, `
		WITH locked AS (`+accountsFor+` WHERE a.account_id = ANY ($2) AND a.has_floor ORDER BY a.account_id FOR NO KEY UPDATE OF a)
		SELECT * FROM locked
		UNION ALL `+accountsFor+` WHERE a.account_id = ANY ($2) AND NOT a.has_floor`, by, all)
	return pgx.CollectRows(rows, scanAccount)
}

// payer is an account that a release charges.
type payer struct {
	ID      AccountID
	Purse   Purse
	Own     bool // the person's own
	Floor   bool
	Closed  bool
	Balance int64
}

// askPayersLocked locks what a person spends from, both purses, with other accounts that
// are to pay: all of them by ascending number.
func askPayersLocked(tx *db.Tx, person school.PersonID, others []AccountID) db.Answer[[]payer] {
	read := db.All(pgx.RowToStructByPos[payer])
	if len(others) == 0 {
		return db.Ask(tx, read, `
			SELECT account_id, purse, true, true, closed_at IS NOT NULL, balance FROM account
			 WHERE person_id = $1 AND kind = 'person' ORDER BY account_id FOR NO KEY UPDATE`, person)
	}
	return db.Ask(tx, read, `
		WITH locked AS (
			SELECT account_id, purse, coalesce(person_id = $1, false) AND kind = 'person', has_floor, closed_at IS NOT NULL, balance FROM account
			 WHERE (account_id = ANY ($2) AND has_floor) OR (person_id = $1 AND kind = 'person')
			 ORDER BY account_id FOR NO KEY UPDATE)
		SELECT * FROM locked
		UNION ALL
		SELECT account_id, purse, false, false, closed_at IS NOT NULL, balance FROM account WHERE account_id = ANY ($2) AND NOT has_floor`, person, others)
}

// lockPeople locks the own accounts of people, both purses, by ascending number.
func lockPeople(ctx context.Context, tx *db.Tx, by school.Pseudonym, people []school.PersonID) ([]Account, error) {
	rows, _ := tx.Query(ctx, accountsFor+` WHERE a.person_id = ANY ($2) AND a.kind = 'person' ORDER BY a.account_id FOR NO KEY UPDATE OF a`, by, people)
	return pgx.CollectRows(rows, scanAccount)
}

// openCeilings gives people an account for colour, or opens again what they had.
func openCeilings(ctx context.Context, tx *db.Tx, id school.ID, people []school.PersonID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO account (school_id, kind, purse, person_id)
		SELECT $1, 'person', 'colour', p FROM unnest($2::bigint[]) AS p ORDER BY p
		    ON CONFLICT (person_id, kind, purse) WHERE person_id IS NOT NULL DO UPDATE SET closed_at = NULL`, id, people)
	return err
}

// closeCeilings ends the ceilings of people. What is set aside comes back to a closed
// account, where it counts for nothing.
func closeCeilings(ctx context.Context, tx *db.Tx, people []school.PersonID) error {
	_, err := tx.Exec(ctx, `
		UPDATE account SET closed_at = $2 WHERE person_id = ANY ($1) AND kind = 'person' AND purse = 'colour' AND closed_at IS NULL`, people, tx.Now)
	return err
}

func leftOf(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]Left, error) {
	rows, _ := tx.Query(ctx, `
		SELECT person_id, purse, balance FROM account WHERE person_id = ANY ($1) AND kind = 'person' AND closed_at IS NULL`, people)
	all := map[school.PersonID]Left{}
	var person school.PersonID
	var purse Purse
	var balance int64
	_, err := pgx.ForEachRow(rows, []any{&person, &purse, &balance}, func() error {
		left := all[person]
		if purse == ColourPurse {
			left.Colour, left.Ceiling = balance, true
		} else {
			left.Units = balance
		}
		all[person] = left
		return nil
	})
	return all, err
}

func accountOf(ctx context.Context, tx *db.Tx, person school.PersonID, purse Purse) (id AccountID, err error) {
	err = tx.QueryRow(ctx, `SELECT account_id FROM account WHERE person_id = $1 AND kind = 'person' AND purse = $2`, person, purse).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}
