package quota

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

type accountID int64

type transfer struct {
	school   school.ID
	kind     Kind
	from, to accountID
	amount   int64
	delivery DeliveryID
	actor    school.Pseudonym
}

// lockAccount locks a person's account FOR UPDATE, opening it where it is missing.
func lockAccount(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) (account accountID, balance int64, err error) {
	const lock = `SELECT account_id, balance FROM account WHERE person_id = $1 AND kind = 'person' FOR UPDATE`
	err = tx.QueryRow(ctx, lock, person).Scan(&account, &balance)
	if !errors.Is(err, pgx.ErrNoRows) {
		return account, balance, err
	}
	if err = openAccounts(ctx, tx, id, []school.PersonID{person}); err != nil {
		return 0, 0, err
	}
	err = tx.QueryRow(ctx, lock, person).Scan(&account, &balance)
	return account, balance, err
}

// openAccounts opens accounts by ascending person, as every lock here is taken.
func openAccounts(ctx context.Context, tx *db.Tx, id school.ID, people []school.PersonID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO account (school_id, kind, person_id)
		SELECT $1, 'person', p FROM unnest($2::bigint[]) AS p
		 WHERE NOT EXISTS (SELECT FROM account a WHERE a.person_id = p AND a.kind = 'person')
		 ORDER BY p
		    ON CONFLICT (person_id) WHERE kind = 'person' DO NOTHING`, id, people)
	return err
}

// schoolAccount finds one of the accounts a school has once, opening it where it
// is missing. It locks nothing that is there: these accounts are never hot.
func schoolAccount(ctx context.Context, tx *db.Tx, id school.ID, kind string) (account accountID, err error) {
	const find = `SELECT account_id FROM account WHERE school_id = $1 AND kind = $2`
	err = tx.QueryRow(ctx, find, id, kind).Scan(&account)
	if !errors.Is(err, pgx.ErrNoRows) {
		return account, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO account (school_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, kind)
	if err != nil {
		return 0, fmt.Errorf("open %s account: %w", kind, err)
	}
	err = tx.QueryRow(ctx, find, id, kind).Scan(&account)
	return account, err
}

func insertTransfer(ctx context.Context, tx *db.Tx, t transfer) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, delivery_id, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::uuid)`,
		t.school, tx.Now, t.kind, t.from, t.to, t.amount, t.delivery, t.actor)
	return err
}

func insertGrants(ctx context.Context, tx *db.Tx, id school.ID, source accountID, actor school.Pseudonym, all []Grant) (int, error) {
	persons, amounts, keys := make([]school.PersonID, len(all)), make([]int64, len(all)), make([]string, len(all))
	for i, g := range all {
		persons[i], amounts[i], keys[i] = g.Person, g.Amount, g.Key
	}
	done, err := tx.Exec(ctx, `
		INSERT INTO transfer (school_id, at, kind, from_account, to_account, amount, key, actor)
		SELECT $1, $2, 'grant', $3, a.account_id, g.amount, g.key, nullif($4, '')::uuid
		  FROM unnest($5::bigint[], $6::bigint[], $7::text[]) AS g (person, amount, key)
		  JOIN account a ON a.person_id = g.person AND a.kind = 'person'
		 ORDER BY a.account_id
		    ON CONFLICT (school_id, key) DO NOTHING`,
		id, tx.Now, source, actor, persons, amounts, keys)
	return int(done.RowsAffected()), err
}

// reservation is the transfer that set units aside for a delivery.
func reservation(ctx context.Context, tx *db.Tx, delivery DeliveryID) (t transfer, found bool, err error) {
	t = transfer{kind: Reserved, delivery: delivery}
	err = tx.QueryRow(ctx, `
		SELECT school_id, from_account, to_account, amount FROM transfer WHERE delivery_id = $1 AND kind = 'reserve'`, delivery).
		Scan(&t.school, &t.from, &t.to, &t.amount)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	return t, err == nil, err
}

func balances(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]int64, error) {
	rows, _ := tx.Query(ctx, `SELECT person_id, balance FROM account WHERE kind = 'person' AND person_id = ANY($1)`, people)
	all := map[school.PersonID]int64{}
	var person school.PersonID
	var balance int64
	_, err := pgx.ForEachRow(rows, []any{&person, &balance}, func() error {
		all[person] = balance
		return nil
	})
	return all, err
}

func movements(ctx context.Context, tx *db.Tx, delivery DeliveryID) ([]Movement, error) {
	rows, _ := tx.Query(ctx, `
		WITH mine AS (
			SELECT t.transfer_id, t.kind, t.at, t.amount, (SELECT r.from_account FROM transfer r WHERE r.delivery_id = $1 AND r.kind = 'reserve') AS person
			  FROM transfer t WHERE t.delivery_id = $1)
		SELECT m.kind, m.at, m.amount,
		       (SELECT coalesce(sum(t.amount) FILTER (WHERE t.to_account = m.person), 0) - coalesce(sum(t.amount) FILTER (WHERE t.from_account = m.person), 0)
		          FROM transfer t WHERE (t.to_account = m.person OR t.from_account = m.person) AND t.transfer_id <= m.transfer_id)::bigint
		  FROM mine m ORDER BY m.transfer_id`, delivery)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Movement, err error) {
		return m, row.Scan(&m.Kind, &m.At, &m.Amount, &m.After)
	})
}

func totals(ctx context.Context, tx *db.Tx) (r Report, err error) {
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM account), count(*),
		       coalesce(sum(amount) FILTER (WHERE kind = 'settle'), 0)::bigint,
		       (coalesce(sum(amount) FILTER (WHERE kind = 'reserve'), 0) - coalesce(sum(amount) FILTER (WHERE kind IN ('settle', 'return', 'void')), 0))::bigint
		  FROM transfer`).Scan(&r.Accounts, &r.Transfers, &r.Printed, &r.Reserved)
	return r, err
}

type wrongBalance struct {
	Account accountID
	Cached  int64
	Sum     int64
}

// problemsShown bounds a report: after that many the ledger is broken, not odd.
const problemsShown = 100

func wrongBalances(ctx context.Context, tx *db.Tx) ([]wrongBalance, error) {
	rows, _ := tx.Query(ctx, `
		WITH moved AS (
			SELECT account, sum(units) AS total
			  FROM (SELECT from_account AS account, -sum(amount) AS units FROM transfer GROUP BY from_account
			        UNION ALL
			        SELECT to_account, sum(amount) FROM transfer GROUP BY to_account) AS sides
			 GROUP BY account)
		SELECT a.account_id AS account, a.balance AS cached, coalesce(m.total, 0)::bigint AS sum
		  FROM account a LEFT JOIN moved m ON m.account = a.account_id
		 WHERE a.has_floor AND (a.balance <> coalesce(m.total, 0) OR a.balance < 0)
		 ORDER BY a.account_id LIMIT $1`, problemsShown)
	return pgx.CollectRows(rows, pgx.RowToStructByName[wrongBalance])
}

type oddReservation struct {
	Delivery int64
	Reserved int64
	Settled  int64
	Back     int64
}

func oddReservations(ctx context.Context, tx *db.Tx) ([]oddReservation, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			SELECT delivery_id AS delivery,
			       coalesce(sum(amount) FILTER (WHERE kind = 'reserve'), 0)::bigint AS reserved,
			       coalesce(sum(amount) FILTER (WHERE kind = 'settle'), 0)::bigint AS settled,
			       coalesce(sum(amount) FILTER (WHERE kind IN ('return', 'void')), 0)::bigint AS back
			  FROM transfer WHERE delivery_id IS NOT NULL GROUP BY delivery_id) AS d
		 WHERE settled + back NOT IN (0, reserved)
		 ORDER BY delivery LIMIT $1`, problemsShown)
	return pgx.CollectRows(rows, pgx.RowToStructByName[oddReservation])
}
