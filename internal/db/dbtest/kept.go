package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/db/local"
)

// Kept makes a database as New does and has it filled; or, where INKWELL_KEEP names a folder,
// finds it there as an earlier run filled it, on a cluster of its own, and migrates it. A run that takes a
// quarter of an hour to fill takes seconds to repeat. Whoever changes what is in it puts it back.
func Kept(t testing.TB, name string, fill func(*db.DB), opts ...Option) *db.DB {
	t.Helper()
	keep := os.Getenv("INKWELL_KEEP")
	if keep == "" {
		d := New(t, opts...)
		fill(d)
		return d
	}
	home := filepath.Join(keep, name)
	if err := os.MkdirAll(home, 0o755); err != nil { // #nosec G301 -- PostgreSQL's user passes it
		t.Fatal(err)
	}
	o, err := options(home)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	c, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	filled := filepath.Join(home, "filled")
	_, err = os.Stat(filled)
	fresh := errors.Is(err, os.ErrNotExist)
	super := c.URL(local.Superuser, "postgres")
	if err := errors.Join(db.Bootstrap(t.Context(), super), db.Migrate(t.Context(), c.URL(db.Owner, db.Database))); err != nil {
		t.Fatal(err)
	}
	d := open(t, c.URL(db.Role, db.Database), opts)
	clusters.Store(d, c)
	if fresh {
		fill(d)
		if err := os.WriteFile(filled, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%s is ready after %v", home, time.Since(began).Round(time.Second))
	return d
}

// Fill executes statements as the superuser, one after the other on one connection of their own,
// for as long as the test may take: Exec gives up after a minute.
func Fill(t testing.TB, d *db.DB) (exec func(sql string, args ...any)) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), URL(t, d, Superuser))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
}
