package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
)

// What is said to go later goes with the next statement, in its order, and at the latest
// before the commit; its answer is heard then, and its error is that of the transaction.
func TestStatementsThatGoLater(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	add := `INSERT INTO school (name, time_zone) VALUES ($1, 'UTC') RETURNING school_id`
	in := func(fn func(context.Context, *db.Tx) error) error { return d.InTx(t.Context(), db.System("test"), fn) }
	names := func(ctx context.Context, tx *db.Tx) (all string) {
		if err := tx.QueryRow(ctx, `SELECT coalesce(string_agg(name, ' ' ORDER BY school_id), '') FROM school`).Scan(&all); err != nil {
			t.Error(err)
		}
		return all
	}
	heard := 0
	hears := func(rows pgx.Rows) error {
		for rows.Next() {
			heard++
		}
		return rows.Err()
	}
	if err := in(func(ctx context.Context, tx *db.Tx) error {
		tx.Later(add, []any{"A"}, hears)
		tx.Later(add, []any{"B"}, nil)
		if heard != 0 {
			t.Error("it went at once")
		}
		if got := names(ctx, tx); got != "A B" || heard != 1 {
			t.Errorf("%q before the next statement, %d heard", got, heard)
		}
		tx.Later(add, []any{"C"}, nil)
		tag, err := tx.Exec(ctx, `UPDATE school SET name = name || $1`, "!")
		if tag.RowsAffected() != 3 {
			t.Errorf("%d rows", tag.RowsAffected())
		}
		tx.Later(add, []any{"D"}, hears)
		return err
	}); err != nil || heard != 2 {
		t.Fatalf("%v, %d heard", err, heard)
	}
	for name, fn := range map[string]func(context.Context, *db.Tx) error{
		"before the commit": func(context.Context, *db.Tx) error { return nil },
		"with a statement":  func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, `SELECT $1::int`, 1); return err },
		"with several":      func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, `SELECT 1; SELECT 2`); return err },
		"with a batch": func(ctx context.Context, tx *db.Tx) error {
			b := &pgx.Batch{}
			b.Queue(`SELECT 1`)
			return tx.SendBatch(ctx, b).Close()
		},
		"with a read": func(ctx context.Context, tx *db.Tx) error { var n int; return tx.QueryRow(ctx, `SELECT 1`).Scan(&n) },
	} {
		if err := in(func(ctx context.Context, tx *db.Tx) error {
			tx.Later(add, []any{"E"}, nil)
			tx.Later(add, []any{"D"}, nil) // is there
			return fn(ctx, tx)
		}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := in(func(ctx context.Context, tx *db.Tx) error {
		_, _ = tx.Exec(ctx, `SELECT 1/$1::int`, 0)
		return nil
	}); !errors.Is(err, pgx.ErrTxCommitRollback) {
		t.Errorf("what was broken off was committed: %v", err)
	}
	if err := in(func(ctx context.Context, tx *db.Tx) error {
		if got := names(ctx, tx); got != "A! B! C! D" {
			t.Errorf("%q is there", got)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// Questions that are asked together are answered together, each after what was asked before it:
// in a transaction, and in a look.
func TestQuestionsThatGoTogether(t *testing.T) {
	t.Parallel()
	spy := &dbtest.Exchanges{}
	d := dbtest.New(t, dbtest.Counting(spy))
	one := func(n int) func(ctx context.Context, tx *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			first := db.Ask(tx, db.First(func(r pgx.Row) (got int, err error) { return got, r.Scan(&got) }), `SELECT $1::int`, n)
			all := db.Ask(tx, db.All(pgx.RowTo[int]), `SELECT generate_series(1, $1::int)`, n)
			before := spy.Count()
			got, err := first(ctx)
			if err != nil || got != n {
				t.Errorf("%d, %v", got, err)
			}
			if rest, err := all(ctx); err != nil || len(rest) != n || spy.Count() != before+1 {
				t.Errorf("%v, %v, in %d exchanges", rest, err, spy.Count()-before)
			}
			return err
		}
	}
	before := spy.Count()
	if err := d.InTx(t.Context(), db.System("test"), one(3)); err != nil || spy.Count() != before+2 {
		t.Errorf("%v, %d exchanges with the commit", err, spy.Count()-before)
	}
	if err := d.Look(t.Context(), db.System("test"), one(4)); err != nil || spy.Count() != before+3 {
		t.Errorf("%v, %d exchanges with a look", err, spy.Count()-before)
	}
	err := d.Look(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		none := db.Ask(tx, db.All(pgx.RowTo[int]), `SELECT 1 / $1::int`, 0)
		after := db.Ask(tx, db.All(pgx.RowTo[int]), `SELECT $1::int`, 1)
		if _, err := none(ctx); err == nil {
			t.Error("an error was no answer's")
		}
		_, err := after(ctx)
		return err
	})
	if err == nil {
		t.Error("an answer came that was never sent")
	}
}
