package db

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// waiting is a statement that goes with the next one.
type waiting struct {
	sql  string
	args []any
	then func(pgx.Rows) error
}

// Later has a statement sent together with the transaction's next one, or before its
// commit, so that a write whose answer nobody waits for costs no exchange of its own. Statements
// keep their order. An error of theirs is the error of what they were sent with, and ends the
// transaction. then reads the answer, and may be nil.
func (tx *Tx) Later(sql string, args []any, then func(pgx.Rows) error) {
	tx.later = append(tx.later, waiting{sql, args, then})
}

// send sends what waits, with more behind it. Of what is returned, only the answers to that
// are still to be read.
func (tx *Tx) send(ctx context.Context, more *pgx.Batch) (pgx.BatchResults, error) {
	all := tx.later
	tx.later = nil
	batch := &pgx.Batch{}
	for _, w := range all {
		batch.Queue(w.sql, w.args...)
	}
	batch.QueuedQueries = append(batch.QueuedQueries, more.QueuedQueries...)
	results := tx.Tx.SendBatch(ctx, batch)
	for _, w := range all {
		if err := w.read(results); err != nil {
			_ = results.Close() // says the same
			return nil, err
		}
	}
	return results, nil
}

func (w waiting) read(results pgx.BatchResults) error {
	if w.then == nil {
		_, err := results.Exec()
		return err
	}
	rows, _ := results.Query() // then meets its error
	defer rows.Close()
	return w.then(rows)
}

// flush sends what waits.
func (tx *Tx) flush(ctx context.Context) error {
	if len(tx.later) == 0 {
		return nil
	}
	results, err := tx.send(ctx, &pgx.Batch{})
	if err != nil {
		return err
	}
	return results.Close()
}

// Query is pgx.Tx's. The rows must be closed before the next statement begins.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if len(tx.later) == 0 {
		return tx.Tx.Query(ctx, sql, args...)
	}
	more := &pgx.Batch{}
	more.Queue(sql, args...)
	results, err := tx.send(ctx, more)
	if err != nil {
		return failed{err: err}, err
	}
	rows, err := results.Query()
	return looked{rows, results}, err
}

// QueryRow is pgx.Tx's.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if len(tx.later) == 0 {
		return tx.Tx.QueryRow(ctx, sql, args...)
	}
	rows, _ := tx.Query(ctx, sql, args...) // Scan has the error
	return firstOf{rows}
}

// Exec is pgx.Tx's. What has no arguments may be several statements.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if len(tx.later) == 0 || len(args) == 0 {
		if err := tx.flush(ctx); err != nil {
			return pgconn.CommandTag{}, err
		}
		return tx.Tx.Exec(ctx, sql, args...)
	}
	more := &pgx.Batch{}
	more.Queue(sql, args...)
	results, err := tx.send(ctx, more)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	if closed := results.Close(); err == nil {
		err = closed
	}
	return tag, err
}

// SendBatch is pgx.Tx's.
func (tx *Tx) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if err := tx.flush(ctx); err != nil {
		return broken{err: err}
	}
	return tx.Tx.SendBatch(ctx, batch)
}

// CopyFrom is pgx.Tx's.
func (tx *Tx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, from pgx.CopyFromSource) (int64, error) {
	if err := tx.flush(ctx); err != nil {
		return 0, err
	}
	return tx.Tx.CopyFrom(ctx, table, columns, from)
}

// Begin is pgx.Tx's: a savepoint.
func (tx *Tx) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := tx.flush(ctx); err != nil {
		return nil, err
	}
	return tx.Tx.Begin(ctx)
}

// broken are the answers to a batch that was never sent.
type broken struct {
	pgx.BatchResults
	err error
}

func (b broken) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, b.err }
func (b broken) Query() (pgx.Rows, error)         { return failed{err: b.err}, b.err }
func (b broken) QueryRow() pgx.Row                { return firstOf{failed{err: b.err}} }
func (b broken) Close() error                     { return b.err }
