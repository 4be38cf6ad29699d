package quota

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func movements(ctx context.Context, tx *db.Tx, delivery DeliveryID) ([]Movement, error) {
	rows, _ := tx.Query(ctx, `
		WITH mine AS (
			SELECT t.transfer_id, t.kind, t.at, t.amount, (SELECT r.from_account FROM transfer r WHERE r.delivery_id = $1 AND r.kind = 'reserve' AND r.purse = 'pages') AS payer
			  FROM transfer t WHERE t.delivery_id = $1 AND t.purse = 'pages')
		SELECT m.kind, m.at, m.amount,
		       (SELECT coalesce(sum(t.amount) FILTER (WHERE t.to_account = m.payer), 0) - coalesce(sum(t.amount) FILTER (WHERE t.from_account = m.payer), 0)
		          FROM transfer t WHERE (t.to_account = m.payer OR t.from_account = m.payer) AND t.transfer_id <= m.transfer_id)::bigint
		  FROM mine m ORDER BY m.transfer_id`, delivery)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Movement, err error) {
		return m, row.Scan(&m.Kind, &m.At, &m.Amount, &m.After)
	})
}

func totals(ctx context.Context, tx *db.Tx) (r Report, err error) {
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM account), count(*),
		       coalesce(sum(amount) FILTER (WHERE kind = 'settle' AND purse = 'pages'), 0)::bigint,
		       (coalesce(sum(amount) FILTER (WHERE kind = 'reserve' AND purse = 'pages'), 0)
		        - coalesce(sum(amount) FILTER (WHERE kind IN ('settle', 'return', 'void') AND purse = 'pages'), 0))::bigint
		  FROM transfer`).Scan(&r.Accounts, &r.Transfers, &r.Printed, &r.Reserved)
	return r, err
}

// RoomToSum lets the transaction add up a whole ledger in memory, on several cores.
const RoomToSum = `SET LOCAL work_mem = '256MB'; SET LOCAL max_parallel_workers_per_gather = 4; SET LOCAL jit = off`

type wrongBalance struct {
	Account AccountID
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
	Purse    Purse
	Reserved int64
	Settled  int64
	Back     int64
}

func oddReservations(ctx context.Context, tx *db.Tx) ([]oddReservation, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			SELECT delivery_id AS delivery, purse,
			       coalesce(sum(amount) FILTER (WHERE kind = 'reserve'), 0)::bigint AS reserved,
			       coalesce(sum(amount) FILTER (WHERE kind = 'settle'), 0)::bigint AS settled,
			       coalesce(sum(amount) FILTER (WHERE kind IN ('return', 'void')), 0)::bigint AS back
			  FROM transfer WHERE delivery_id IS NOT NULL GROUP BY delivery_id, purse) AS d
		 WHERE settled + back NOT IN (0, reserved)
		 ORDER BY delivery, purse LIMIT $1`, problemsShown)
	return pgx.CollectRows(rows, pgx.RowToStructByName[oddReservation])
}
