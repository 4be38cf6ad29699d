package db

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Look runs fn for a read of few statements. Each goes to the database and back in
// one message with its scope, in a read-only transaction of its own, where InTx
// takes three. So nothing can be written, no lock lasts, and two statements may
// see two states. The database out of reach is refused with Away.
func (d *DB) Look(ctx context.Context, scope Scope, fn func(ctx context.Context, tx *Tx) error) error {
	return away("", fn(ctx, &Tx{Statements: look{pool: d.pool, scope: scope}, Now: d.Now()}))
}

// look is a transaction for one statement at a time.
type look struct {
	Statements // nil: it does no more than is here
	pool       *pgxpool.Pool
	scope      Scope
}

// readInScope is the statement that goes before each of a look.
const readInScope = `
	SELECT set_config('transaction_read_only', 'on', true), set_config('inkwell.school', $1, true), set_config('inkwell.system', $2, true)`

// Query is a connection's. The rows must be closed before the next statement begins.
func (l look) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	batch := &pgx.Batch{}
	batch.Queue(sql, args...)
	results := l.SendBatch(ctx, batch)
	rows, err := results.Query()
	return looked{rows, results}, err
}

// SendBatch is a connection's: all of it is one transaction.
func (l look) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	school, system := l.scope.settings()
	all := &pgx.Batch{}
	all.Queue(readInScope, school, system)
	all.QueuedQueries = append(all.QueuedQueries, batch.QueuedQueries...)
	results := l.pool.SendBatch(ctx, all)
	if _, err := results.Exec(); err != nil {
		_ = results.Close() // says the same
		return broken{err: err}
	}
	return results
}

// QueryRow is a connection's.
func (l look) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, _ := l.Query(ctx, sql, args...) // Scan has the error
	return firstOf{rows}
}

// looked are the rows of a look, and the connection they come over.
type looked struct {
	pgx.Rows
	results pgx.BatchResults
}

// Next gives the connection back after the last row.
func (r looked) Next() bool {
	if r.Rows.Next() {
		return true
	}
	_ = r.results.Close() // Err has said it
	return false
}

// Close gives the connection back, too.
func (r looked) Close() {
	r.Rows.Close()
	_ = r.results.Close() // Err has said it
}

// failed are no rows.
type failed struct {
	pgx.Rows
	err error
}

func (failed) Close()                        {}
func (f failed) Err() error                  { return f.err }
func (failed) CommandTag() pgconn.CommandTag { return pgconn.CommandTag{} }
func (failed) Next() bool                    { return false }

// firstOf is the first of some rows.
type firstOf struct{ rows pgx.Rows }

// Scan is pgx.Row's.
func (f firstOf) Scan(dest ...any) error {
	defer f.rows.Close()
	if !f.rows.Next() {
		if err := f.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := f.rows.Scan(dest...); err != nil {
		return err
	}
	f.rows.Close()
	return f.rows.Err()
}
