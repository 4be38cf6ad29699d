package quota

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

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
	Astray   bool // what came back went to somebody who had not paid
}

func oddReservations(ctx context.Context, tx *db.Tx) ([]oddReservation, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			SELECT delivery_id AS delivery, purse,
			       coalesce(sum(amount) FILTER (WHERE kind = 'reserve'), 0)::bigint AS reserved,
			       coalesce(sum(amount) FILTER (WHERE kind = 'settle'), 0)::bigint AS settled,
			       coalesce(sum(amount) FILTER (WHERE kind IN ('return', 'void')), 0)::bigint AS back,
			       coalesce(max(from_account) FILTER (WHERE kind = 'reserve') <> max(to_account) FILTER (WHERE kind IN ('return', 'void')), false) AS astray
			  FROM transfer WHERE delivery_id IS NOT NULL GROUP BY delivery_id, purse) AS d
		 WHERE settled + back NOT IN (0, reserved) OR astray
		 ORDER BY delivery, purse LIMIT $1`, problemsShown)
	return pgx.CollectRows(rows, pgx.RowToStructByName[oddReservation])
}
