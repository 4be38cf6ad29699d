package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/fault"
)

// Tx is a transaction at READ COMMITTED with its scope set. Now is the one time
// of everything that happens in it.
type Tx struct {
	Statements
	Now   time.Time
	after []func()
	later []waiting
}

// Statements are those of a connection, as they go to the database.
type Statements interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, from pgx.CopyFromSource) (int64, error)
}

// AfterCommit has fn called once the transaction has committed, and not at all if
// it does not. fn must not block.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Away is the refusal when the database cannot be reached.
var Away = fault.New(fault.Unavailable, "database-away", "Printing is paused for a moment. Nothing is lost. Please try again.")

// Unreadable is the refusal of text that no row can hold: with a zero in it, or not UTF-8.
var Unreadable = fault.New(fault.Invalid, "text-unreadable", "This computer sent something that we cannot read. Please tell IT.")

// tries is how often a transaction runs that the database broke off because of
// another: a deadlock or a serialization failure.
const tries = 3

// InTx runs fn in a transaction of the given scope and commits if it returns nil.
// fn may run up to three times, so it must have no effect outside tx but through
// AfterCommit. A database out of reach is refused with Away; so is a commit whose
// answer was lost, which may have happened.
func (d *DB) InTx(ctx context.Context, scope Scope, fn func(ctx context.Context, tx *Tx) error) error {
	for try := 1; ; try++ {
		err := d.once(ctx, scope, fn)
		if err == nil || try == tries || !brokenOff(err) {
			return err
		}
		wait := time.Duration(1+rand.IntN(10*try)) * time.Millisecond // #nosec G404 -- only so that two do not meet again
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// once begins with the first statement, in one exchange, and commits with the last ones.
func (d *DB) once(ctx context.Context, scope Scope, fn func(ctx context.Context, tx *Tx) error) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return away("begin", err)
	}
	defer func() {
		if c := conn.Conn(); !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
			_, _ = conn.Exec(context.WithoutCancel(ctx), "ROLLBACK") // else Release closes it
		}
		conn.Release()
	}()
	tx := &Tx{Statements: conn.Conn(), Now: d.Now()}
	tx.begin(scope)
	if err := fn(ctx, tx); err != nil {
		return away("", err)
	}
	if err := tx.commit(ctx); err != nil {
		return err
	}
	for _, fn := range tx.after {
		fn()
	}
	return nil
}

// brokenOff says whether the database ended the transaction so that another
// could go on (SQLSTATE 40001, 40P01).
func brokenOff(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// away turns the loss of the database, and text that it cannot hold, into their
// refusals and leaves all else as it is. A commit whose answer did not come is a
// loss, whatever broke it off.
func away(act string, err error) error {
	if act != "" {
		err = fmt.Errorf("%s: %w", act, err)
	}
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &pg):
		// 57P: shutting down; 53: out of connections, disk or memory; 08: connection lost; 25P03: we were silent for too long.
		if c := pg.Code[:2]; c == "08" || c == "53" || pg.Code[:3] == "57P" || pg.Code == "25P03" {
			return Away.Because(err)
		}
		if pg.Code == "22021" { // character_not_in_repertoire
			return Unreadable.Because(err)
		}
	case act == "" && errors.As(err, new(*fs.PathError)):
		return err // of a file, which calls itself an error of the network too
	case act == "commit" && !errors.Is(err, pgx.ErrTxCommitRollback),
		errors.As(err, &connect), errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), pgconn.SafeToRetry(err):
		return Away.Because(err)
	}
	return err
}
