package quota

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// entry is a transfer as it is written. An end that is 0 is the account that the school
// has for it: see ends.
type entry struct {
	kind     Kind
	purse    Purse
	from, to AccountID
	amount   int64
	delivery DeliveryID // or key
	key      string
}

// ends are which of a school's own accounts a transfer comes from or goes to.
var ends = map[Kind]AccountKind{
	Granted: toGive, Expired: toGive,
	Reserved: setAside, Returned: setAside, Voided: setAside,
	Settled: spent, Refunded: spent,
	Charged: lost,
}

// writeTransfers has transfers written with the transaction's next statement. A second
// transfer of one kind for a delivery is an error then.
func writeTransfers(tx *db.Tx, id school.ID, actor school.Pseudonym, all []entry) {
	tx.Later(transferring, transfers(tx, id, actor, all), nil)
}

// insertTransfers writes transfers, and returns the numbers of those that were not there by
// their key, in no order.
func insertTransfers(ctx context.Context, tx *db.Tx, id school.ID, actor school.Pseudonym, all []entry) ([]made, error) {
	rows, _ := tx.Query(ctx, transferring, transfers(tx, id, actor, all)...)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[made])
}

const transferring = `
	INSERT INTO transfer (school_id, at, kind, purse, from_account, to_account, amount, delivery_id, key, actor)
	SELECT $1, $2, t.kind, t.purse, coalesce(nullif(t.payer, 0), s.account_id), coalesce(nullif(t.payee, 0), s.account_id), t.amount,
	       nullif(t.delivery, 0), nullif(t.key, ''), nullif($3, '')::uuid
	  FROM unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[])
	       WITH ORDINALITY AS t (kind, ends, purse, payer, payee, amount, delivery, key, n)
	  JOIN account s ON s.school_id = $1 AND s.kind = t.ends AND s.purse = t.purse AND s.kind IN ('allowance', 'reserved', 'printed', 'lost')
	 ORDER BY t.n
	    ON CONFLICT (school_id, key) DO NOTHING
	RETURNING transfer_id, coalesce(key, '')`

// transfers are the arguments of transferring.
func transfers(tx *db.Tx, id school.ID, actor school.Pseudonym, all []entry) []any {
	return []any{id, tx.Now, actor,
		column(all, func(e entry) string { return string(e.kind) }), column(all, func(e entry) string { return string(ends[e.kind]) }),
		column(all, func(e entry) string { return string(e.purse) }),
		column(all, func(e entry) int64 { return int64(e.from) }), column(all, func(e entry) int64 { return int64(e.to) }),
		column(all, func(e entry) int64 { return e.amount }), column(all, func(e entry) int64 { return int64(e.delivery) }),
		column(all, func(e entry) string { return e.key })}
}

// made is a transfer that was written.
type made struct {
	ID  int64
	Key string
}

// column is one value of each.
func column[T, V any](all []T, of func(T) V) []V {
	values := make([]V, len(all))
	for i, e := range all {
		values[i] = of(e)
	}
	return values
}

// reservation is what is set aside for a delivery: at most one transfer of each purse.
type reservation struct {
	school   school.ID
	payer    AccountID // that pays, unless it is a person's own: 0
	reserved []entry
}

func reservationOf(ctx context.Context, tx *db.Tx, delivery DeliveryID) (r reservation, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT t.school_id, CASE a.kind WHEN 'person' THEN 0 ELSE a.account_id END, t.purse, t.from_account, t.to_account, t.amount
		  FROM transfer t JOIN account a ON a.account_id = t.from_account
		 WHERE t.delivery_id = $1 AND t.kind = 'reserve'`, delivery)
	e := entry{kind: Reserved, delivery: delivery}
	_, err = pgx.ForEachRow(rows, []any{&r.school, &r.payer, &e.purse, &e.from, &e.to, &e.amount}, func() error {
		r.reserved = append(r.reserved, e)
		return nil
	})
	return r, err
}

// paymentOf is what was settled of a delivery, by purse: from who paid to printed.
func paymentOf(ctx context.Context, tx *db.Tx, delivery DeliveryID) (map[Purse]entry, error) {
	rows, _ := tx.Query(ctx, `
		SELECT s.purse, r.from_account, s.to_account, s.amount
		  FROM transfer s JOIN transfer r ON r.delivery_id = s.delivery_id AND r.purse = s.purse AND r.kind = 'reserve'
		 WHERE s.delivery_id = $1 AND s.kind = 'settle'`, delivery)
	all := map[Purse]entry{}
	var e entry
	_, err := pgx.ForEachRow(rows, []any{&e.purse, &e.from, &e.to, &e.amount}, func() error {
		all[e.purse] = e
		return nil
	})
	return all, err
}

// keysMade are those keys whose transfers have been made.
func keysMade(ctx context.Context, tx *db.Tx, id school.ID, keys []string) ([]string, error) {
	rows, _ := tx.Query(ctx, `SELECT key FROM transfer WHERE school_id = $1 AND key = ANY ($2)`, id, keys)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
