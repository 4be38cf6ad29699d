package db

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// waiting is a statement that goes with the next one.
type waiting struct {
	sql  string
	args []any
	then func(pgx.Rows) error
}

// Later has a statement sent together with the transaction's next one, or with its
// commit, so that a write whose answer nobody waits for costs no exchange of its own. Statements
// keep their order, and each sees what those before it did and waited for. An error of theirs is
// the error of what they were sent with, and ends the transaction. then reads the answer, and may
// be nil; it comes too late to refuse anything.
func (tx *Tx) Later(sql string, args []any, then func(pgx.Rows) error) {
	tx.later = append(tx.later, waiting{sql, args, then})
}

// Answer is to a question that has been asked: it is known once the transaction's next statement
// has been sent, which asking for it does if need be.
type Answer[T any] func(context.Context) (T, error)

// Ask has a question go with the transaction's next statement, so that several that do not
// depend on one another's answers take one exchange together. read is given the rows and closes
// them.
func Ask[T any](tx *Tx, read func(pgx.Rows) (T, error), sql string, args ...any) Answer[T] {
	var heard bool
	var answer T
	tx.Later(sql, args, func(rows pgx.Rows) (err error) {
		answer, err = read(rows)
		heard = err == nil
		return err
	})
	return func(ctx context.Context) (T, error) {
		if !heard {
			if err := tx.Flush(ctx); err != nil {
				return answer, err
			}
		}
		if !heard {
			return answer, errUnheard
		}
		return answer, nil
	}
}

// errUnheard is that of a question behind one that failed.
var errUnheard = errors.New("a statement before this question failed")

// First reads the first row, if there is one.
func First[T any](scan func(pgx.Row) (T, error)) func(pgx.Rows) (T, error) {
	return func(rows pgx.Rows) (T, error) { return scan(firstOf{rows}) }
}

// All reads every row.
func All[T any](scan pgx.RowToFunc[T]) func(pgx.Rows) ([]T, error) {
	return func(rows pgx.Rows) ([]T, error) { return pgx.CollectRows(rows, scan) }
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
	results := tx.Statements.SendBatch(ctx, batch)
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

// Flush sends what waits.
func (tx *Tx) Flush(ctx context.Context) error {
	if len(tx.later) == 0 {
		return nil
	}
	results, err := tx.send(ctx, &pgx.Batch{})
	if err != nil {
		return err
	}
	return results.Close()
}

// commit sends what waits and commits, in one exchange.
func (tx *Tx) commit(ctx context.Context) error {
	end := &pgx.Batch{}
	end.Queue("COMMIT")
	results, err := tx.send(ctx, end)
	if err != nil {
		return away("commit", err)
	}
	tag, err := results.Exec()
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err == nil && tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	if err != nil {
		return away("commit", err)
	}
	return nil
}

// Query is a connection's. The rows must be closed before the next statement begins.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if len(tx.later) == 0 {
		return tx.Statements.Query(ctx, sql, args...)
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

// QueryRow is a connection's.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if len(tx.later) == 0 {
		return tx.Statements.QueryRow(ctx, sql, args...)
	}
	rows, _ := tx.Query(ctx, sql, args...) // Scan has the error
	return firstOf{rows}
}

// Exec is a connection's. What has no arguments may be several statements.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if len(tx.later) == 0 || len(args) == 0 {
		if err := tx.Flush(ctx); err != nil {
			return pgconn.CommandTag{}, err
		}
		return tx.Statements.Exec(ctx, sql, args...)
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

// SendBatch is a connection's.
func (tx *Tx) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if err := tx.Flush(ctx); err != nil {
		return broken{err: err}
	}
	return tx.Statements.SendBatch(ctx, batch)
}

// CopyFrom is a connection's.
func (tx *Tx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, from pgx.CopyFromSource) (int64, error) {
	if err := tx.Flush(ctx); err != nil {
		return 0, err
	}
	return tx.Statements.CopyFrom(ctx, table, columns, from)
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
