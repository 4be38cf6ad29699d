package quota

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// RoomToSum lets the transaction add up a whole ledger in memory, on several cores.
const RoomToSum = `SET LOCAL work_mem = '256MB'; SET LOCAL max_parallel_workers_per_gather = 4; SET LOCAL jit = off`

// problemsShown bounds a report: after that many the ledger is broken, not odd.
const problemsShown = 100

// summed is an account with what its transfers add up to.
type summed struct {
	Account AccountID
	Kind    AccountKind
	Purse   Purse
	Cached  int64
	Sum     int64
}

// addUp sums every account in two passes over the transfers, and lists those that are wrong
// and those that hold what is printed and set aside.
func addUp(ctx context.Context, tx *db.Tx) (transfers, accounts int64, all []summed, err error) {
	rows, _ := tx.Query(ctx, `
		WITH moved AS MATERIALIZED (
			SELECT account, sum(units) AS units, sum(n) AS n
			  FROM (SELECT from_account AS account, -sum(amount) AS units, count(*) AS n FROM transfer GROUP BY from_account
			        UNION ALL
			        SELECT to_account, sum(amount), 0 FROM transfer GROUP BY to_account) AS sides
			 GROUP BY account), wrong AS (
			SELECT a.account_id FROM account a LEFT JOIN moved m ON m.account = a.account_id
			 WHERE a.has_floor AND (a.balance <> coalesce(m.units, 0) OR a.balance < 0)
			 ORDER BY a.account_id LIMIT $1)
		SELECT (SELECT coalesce(sum(n), 0) FROM moved)::bigint, (SELECT count(*) FROM account), a.account_id, a.kind, a.purse, a.balance, coalesce(m.units, 0)::bigint
		  FROM account a LEFT JOIN moved m ON m.account = a.account_id
		 WHERE a.account_id IN (SELECT account_id FROM wrong) OR a.kind IN ('printed', 'reserved')
		 ORDER BY a.account_id`, problemsShown)
	var s summed
	_, err = pgx.ForEachRow(rows, []any{&transfers, &accounts, &s.Account, &s.Kind, &s.Purse, &s.Cached, &s.Sum}, func() error {
		all = append(all, s)
		return nil
	})
	return transfers, accounts, all, err
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
