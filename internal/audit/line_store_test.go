package audit

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// TestATransfersLineIsAsItWasSealed: the lines that we write are those that the database wrote
// when the first seals were made, of every kind of row.
func TestATransfersLineIsAsItWasSealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.owning(func(tx *db.Tx) {
		h.exec(tx, `ALTER TABLE transfer DISABLE TRIGGER transfer_moves_balances, DROP CONSTRAINT transfer_delivery_id_fkey`)
		h.exec(tx, `
			INSERT INTO transfer (school_id, xact, at, kind, purse, from_account, to_account, amount, delivery_id, key, actor)
			SELECT $1, (2 + n * 4000000000)::text::xid8, timestamptz '1999-12-31 23:59:59.999999+00' + n * interval '97 days 1.000001 s', CASE WHEN n % 2 = 0 THEN 'grant' ELSE 'reserve' END,
			       CASE WHEN n % 3 = 0 THEN 'colour' ELSE 'pages' END, $2, $3, 9223372036854775807 - n, CASE WHEN n % 2 = 1 THEN n END,
			       CASE WHEN n % 2 = 0 THEN 'k|=-' || n || '\u00e9' END, CASE WHEN n % 5 = 0 THEN $4::uuid END
			  FROM generate_series(1, 60) n`, h.school, h.from, h.to, someone)
		rows, _ := tx.Query(t.Context(), `
			SELECT concat_ws('|', nullif(purse, 'pages'), transfer_id, school_id, xact, (extract(epoch FROM at) * 1000000)::bigint,
			       kind, from_account, to_account, amount, coalesce(delivery_id::text, '-'), coalesce(actor::text, '-'), coalesce('=' || key, '-'))
			  FROM transfer ORDER BY xact, transfer_id`)
		want, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(want) != 60 {
			t.Fatalf("%d rows, %v", len(want), err)
		}
		n := 0
		if err := eachRow(t.Context(), tx, Transfers, 0, 1<<62, func(line []byte) {
			if string(line) != want[n] {
				t.Errorf("the line is %s, and was %s", line, want[n])
			}
			n++
		}); err != nil || n != len(want) {
			t.Errorf("%d of %d, %v", n, len(want), err)
		}
	})
}
