package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A database that was killed is heard of in many ways; each is a pause for whoever
// asked, and never an error of ours.
func TestEveryLossIsAPause(t *testing.T) {
	for _, c := range []struct {
		act  string
		err  error
		away bool
	}{
		{"", io.ErrUnexpectedEOF, true},
		{"", fmt.Errorf("receive message: %w", io.EOF), true},
		{"", &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, true},
		{"begin", &pgconn.ConnectError{}, true},
		{"", &pgconn.PgError{Code: "57P01"}, true},  // the server is shutting down
		{"", &pgconn.PgError{Code: "53300"}, true},  // it has no connection left
		{"", &pgconn.PgError{Code: "25P03"}, true},  // we were silent for too long
		{"", &pgconn.PgError{Code: "23505"}, false}, // a row is there already
		{"", errors.New("anything else"), false},
		{"", &fs.PathError{Op: "open", Path: "spool", Err: fs.ErrPermission}, false},
		{"commit", errors.New("anything else"), true}, // it may have been written
		{"commit", pgx.ErrTxCommitRollback, false},    // it certainly was not
		{"commit", &pgconn.PgError{Code: "23503"}, false},
		{"", context.Canceled, false},
	} {
		if got := errors.Is(away(c.act, c.err), Away); got != c.away {
			t.Errorf("%s %v: a pause %t, want %t", c.act, c.err, got, c.away)
		}
	}
}
