package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// insertActs writes rows and their notes in one statement, with the transaction's next one. A note finds its row by
// its digest, which is salted and so no other row's.
func insertActs(tx *db.Tx, all []act) {
	tx.Later(`
		WITH entry AS (
			INSERT INTO audit (school_id, at, act, actor, subject, object, facts, note_digest)
			SELECT school, $1, act, nullif(actor, '')::uuid, nullif(subject, '')::uuid, nullif(object, ''), facts::jsonb, digest
			  FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[])
			       AS a (school, act, actor, subject, object, facts, digest)
			RETURNING audit_id, school_id, note_digest
		)
		INSERT INTO audit_note (audit_id, school_id, salt, note)
		SELECT audit_id, school_id, salt, note
		  FROM entry JOIN unnest($8::bytea[], $9::bytea[], $10::text[]) AS n (note_digest, salt, note) USING (note_digest)`,
		[]any{tx.Now,
			column(all, func(a act) db.SchoolID { return a.School }), column(all, func(a act) string { return a.Act }),
			column(all, func(a act) string { return a.Actor }), column(all, func(a act) string { return a.Subject }),
			column(all, func(a act) string { return a.Object }), column(all, func(a act) string { return a.facts }),
			column(all, func(a act) []byte { return a.note.digest }), column(all, func(a act) []byte { return a.note.salt }),
			column(all, func(a act) string { return a.note.text })}, nil)
}

// column is one value of each act.
func column[T any](all []act, of func(act) T) []T {
	values := make([]T, len(all))
	for i, a := range all {
		values[i] = of(a)
	}
	return values
}

// ids are the chains' primary keys, the order of rows within a transaction.
var ids = map[Chain]string{Acts: "audit_id", Transfers: "transfer_id"}

// lockChain is true for one transaction at a time over all nodes.
func lockChain(ctx context.Context, tx *db.Tx, chain Chain) (mine bool, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('inkwell.seal.' || $1::text))`, chain).Scan(&mine)
	return mine, err
}

// readBound is the oldest transaction that may still be open.
func readBound(ctx context.Context, tx *db.Tx) (bound uint64, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())`).Scan(&bound)
	return bound, err
}

// cut is where a seal from lo on must end to have about limit rows: at most at
// bound, and never within a transaction.
func cut(ctx context.Context, tx *db.Tx, chain Chain, lo, bound uint64, limit int64) (hi uint64, err error) {
	err = tx.QueryRow(ctx, `
		WITH beyond AS (
			SELECT xact FROM `+string(chain)+` WHERE xact >= $1 AND xact < $2 ORDER BY xact OFFSET $3 LIMIT 1
		), first AS (
			SELECT xact FROM `+string(chain)+` WHERE xact >= $1 AND xact < $2 ORDER BY xact LIMIT 1
		)
		SELECT CASE WHEN beyond.xact > first.xact THEN beyond.xact
		            ELSE (beyond.xact::text::numeric + 1)::text::xid8 END
		  FROM beyond, first`, lo, bound, limit).Scan(&hi)
	if errors.Is(err, pgx.ErrNoRows) {
		return bound, nil
	}
	return hi, err
}

func eachRow(ctx context.Context, tx *db.Tx, chain Chain, lo, hi uint64, fn func(line []byte)) error {
	rows, err := tx.Query(ctx, `
		SELECT `+lined[chain].columns+` FROM `+string(chain)+`
		 WHERE xact >= $1 AND xact < $2
		 ORDER BY xact, `+ids[chain], lo, hi)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := lined[chain].scan(rows)
		if err != nil {
			return err
		}
		fn(r.line)
	}
	return rows.Err()
}

const sealColumns = `chain, number, lo, hi, row_count, digest, sealed_at`

func scanSeal(row pgx.CollectableRow) (s seal, err error) {
	err = row.Scan(&s.chain, &s.number, &s.lo, &s.hi, &s.rows, &s.digest, &s.at)
	return s, err
}

// lastSeal is the chain's head, or a seal numbered 0 that ends at transaction 0.
func lastSeal(ctx context.Context, tx *db.Tx, chain Chain) (seal, error) {
	rows, _ := tx.Query(ctx, `SELECT `+sealColumns+` FROM seal WHERE chain = $1 ORDER BY number DESC LIMIT 1`, chain)
	s, err := pgx.CollectExactlyOneRow(rows, scanSeal)
	if errors.Is(err, pgx.ErrNoRows) {
		return seal{chain: chain}, nil
	}
	return s, err
}

func insertSeal(ctx context.Context, tx *db.Tx, s seal) error {
	_, err := tx.Exec(ctx, `INSERT INTO seal (`+sealColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.chain, s.number, s.lo, s.hi, s.rows, s.digest, s.at)
	return err
}

// eachBrokenNote finds notes that do not fit their row's digest.
func eachBrokenNote(ctx context.Context, tx *db.Tx, fn func(id int64)) error {
	rows, _ := tx.Query(ctx, `
		SELECT n.audit_id
		  FROM audit_note n LEFT JOIN audit a USING (audit_id)
		 WHERE sha256(n.salt || convert_to(n.note, 'UTF8')) IS DISTINCT FROM a.note_digest
		    OR n.school_id IS DISTINCT FROM a.school_id
		 ORDER BY n.audit_id`)
	var id int64
	_, err := pgx.ForEachRow(rows, []any{&id}, func() error { fn(id); return nil })
	if err != nil {
		return fmt.Errorf("compare notes: %w", err)
	}
	return nil
}
