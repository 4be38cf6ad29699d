package quota

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var accountMissing = fault.New(fault.NotFound, "account-missing", "There is no such account at this school.")

func accountByID(ctx context.Context, tx *db.Tx, id AccountID) (Account, error) {
	rows, _ := tx.Query(ctx, accountsFor+` WHERE a.account_id = $2`, "", id)
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, accountMissing
	}
	return a, err
}

func accountsOf(ctx context.Context, tx *db.Tx, person school.PersonID) ([]Account, error) {
	rows, _ := tx.Query(ctx, accountsFor+` WHERE a.person_id = $2 ORDER BY a.kind, a.purse DESC`, "", person)
	return pgx.CollectRows(rows, scanAccount)
}

// sides are an account's transfers, what went out of it below 0.
const sides = `
	(SELECT transfer_id, at, kind, amount, from_account AS other, delivery_id, key, actor FROM transfer WHERE to_account = $1
	 UNION ALL
	 SELECT transfer_id, at, kind, -amount, to_account, delivery_id, key, actor FROM transfer WHERE from_account = $1) AS t`

func balanceAt(ctx context.Context, tx *db.Tx, id AccountID, at time.Time) (units int64, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(sum(amount), 0)::bigint FROM `+sides+` WHERE t.at < $2`, id, at).Scan(&units)
	return units, err
}

// lines are in the order of their numbers: a transfer that takes from an account gets its
// number while it holds the account's lock, so that what it needs has a lower one.
func lines(ctx context.Context, tx *db.Tx, id AccountID, from, to time.Time, limit int) ([]Posting, error) {
	rows, _ := tx.Query(ctx, `
		SELECT transfer_id, at, kind, amount, other, coalesce(delivery_id, 0), coalesce(key, '')
		  FROM `+sides+` WHERE t.at >= $2 AND t.at < $3 ORDER BY transfer_id LIMIT $4`, id, from, to, limit)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Posting, err error) {
		return l, row.Scan(&l.ID, &l.At, &l.Kind, &l.Amount, &l.Other, &l.Delivery, &l.Key)
	})
}

func movements(ctx context.Context, tx *db.Tx, delivery DeliveryID) ([]Movement, error) {
	rows, _ := tx.Query(ctx, `
		WITH mine AS (
			SELECT t.transfer_id, t.kind, t.at, t.amount,
			       (SELECT r.from_account FROM transfer r WHERE r.delivery_id = $1 AND r.kind = 'reserve' AND r.purse = 'pages') AS payer
			  FROM transfer t WHERE t.delivery_id = $1 AND t.purse = 'pages')
		SELECT m.kind, m.at, m.amount,
		       (SELECT coalesce(sum(t.amount) FILTER (WHERE t.to_account = m.payer), 0) - coalesce(sum(t.amount) FILTER (WHERE t.from_account = m.payer), 0)
		          FROM transfer t WHERE (t.to_account = m.payer OR t.from_account = m.payer) AND t.transfer_id <= m.transfer_id)::bigint
		  FROM mine m ORDER BY m.transfer_id`, delivery)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Movement, err error) {
		return m, row.Scan(&m.Kind, &m.At, &m.Amount, &m.After)
	})
}

// bookings sum up from the first transfer on, which is a person's: a few thousand rows of two indexes.
func bookings(ctx context.Context, tx *db.Tx, account AccountID, kinds []Kind, before int64, limit int) ([]Booking, error) {
	rows, _ := tx.Query(ctx, `
		SELECT t.transfer_id, t.at, t.kind, t.amount, t.after, t.other, coalesce(t.delivery_id, 0), coalesce(t.key, ''), coalesce(t.actor::text, ''), coalesce(a.name, '')
		  FROM (SELECT *, sum(amount) OVER (ORDER BY transfer_id)::bigint AS after FROM `+sides+` WHERE $3::bigint = 0 OR transfer_id < $3) AS t
		  JOIN account a ON a.account_id = t.other
		 WHERE t.kind = ANY ($2)
		 ORDER BY t.transfer_id DESC LIMIT $4`, account, kinds, before, limit)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Booking, err error) {
		return b, row.Scan(&b.ID, &b.At, &b.Kind, &b.Amount, &b.After, &b.Other, &b.Delivery, &b.Key, &b.By, &b.Name)
	})
}
