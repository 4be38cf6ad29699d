package audit

import (
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// row is a chained row: its transaction and its line.
type row struct {
	xact uint64
	line []byte
}

// lined says how each row of a chain is written as one text that no other row can have: the
// same on every server, whatever its locale, time zone and date style. Columns that come
// later make a new form, and never change that of the rows before.
var lined = map[Chain]struct {
	columns string
	scan    pgx.RowToFunc[row]
}{
	Acts: {`xact, jsonb_build_array(audit_id, school_id, xact::text, (extract(epoch FROM at) * 1000000)::bigint,
		act, actor, subject, object, facts, encode(note_digest, 'hex'))::text`, scanLine},
	Transfers: {`purse, transfer_id, school_id, xact, at, kind, from_account, to_account, amount, delivery_id, actor, key`, scanTransfer},
}

func scanLine(r pgx.CollectableRow) (out row, err error) {
	err = r.Scan(&out.xact, &out.line)
	return out, err
}

// scanTransfer writes a transfer's columns one after the other with a bar between them, its time
// in microseconds, a dash for what it has not, and "=" before its key. There are millions of
// them: the database takes three times as long for it. Other purses came later: what is of
// theirs begins with the purse.
func scanTransfer(r pgx.CollectableRow) (out row, err error) {
	var purse, kind string
	var id, school, from, to, amount int64
	var at time.Time
	var delivery pgtype.Int8
	var actor pgtype.UUID
	var key pgtype.Text
	if err = r.Scan(&purse, &id, &school, &out.xact, &at, &kind, &from, &to, &amount, &delivery, &actor, &key); err != nil {
		return out, err
	}
	line := make([]byte, 0, 128)
	number := func(n int64) { line = append(strconv.AppendInt(line, n, 10), '|') }
	if purse != "pages" {
		line = append(append(line, purse...), '|')
	}
	number(id)
	number(school)
	line = append(strconv.AppendUint(line, out.xact, 10), '|')
	number(at.UnixMicro())
	line = append(append(line, kind...), '|')
	number(from)
	number(to)
	number(amount)
	if delivery.Valid {
		number(delivery.Int64)
	} else {
		line = append(line, "-|"...)
	}
	if actor.Valid {
		line = append(line, actor.String()...)
	} else {
		line = append(line, '-')
	}
	if key.Valid {
		line = append(append(line, "|="...), key.String...)
	} else {
		line = append(line, "|-"...)
	}
	out.line = line
	return out, nil
}
