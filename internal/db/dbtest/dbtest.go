// Package dbtest gives each test a real database of its own: a fresh copy of the
// migrated schema on a private PostgreSQL that lives as long as the test binary.
// It is imported by tests alone. A machine without PostgreSQL, or a schema that
// does not migrate, is a failed run and never a skipped one.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/db/local"
)

// Superuser sees and may do everything, whatever the school: for a checker that
// looks past the walls.
const Superuser = local.Superuser

// server is the private cluster between the beginning and the end of Main.
var server *local.Cluster

// clusters are those of databases that are not the server's, by *db.DB.
var clusters sync.Map

// Main is the body of a package's TestMain. It runs the tests beside a private
// PostgreSQL and exits with their result.
func Main(m *testing.M) {
	code := 1
	if err := run(func() { code = m.Run() }); err != nil {
		fmt.Fprintln(os.Stderr, "dbtest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Option changes the database that New makes.
type Option func(*db.Options)

// At has the database's transactions take their time from a clock.
func At(c *Clock) Option { return func(o *db.Options) { o.Clock = c.Now } }

// MaxConns bounds the pool; without it the pool has 20 connections.
func MaxConns(n int32) Option { return func(o *db.Options) { o.MaxConns = n } }

// Counting has the database's exchanges counted.
func Counting(n *Exchanges) Option { return func(o *db.Options) { o.Tracer = n } }

// New makes a database with the schema and nothing in it, connected as the
// running role, and drops it when the test ends.
func New(t testing.TB, opts ...Option) *db.DB {
	t.Helper()
	name := create(t)
	return open(t, server.URL(db.Role, name), opts)
}

func open(t testing.TB, url string, opts []Option) *db.DB {
	t.Helper()
	o := db.Options{URL: url}
	for _, opt := range opts {
		opt(&o)
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// URL is the connection string of d's database for a user: db.Role, db.Owner or
// Superuser.
func URL(t testing.TB, d *db.DB, user string) string {
	t.Helper()
	conn, err := d.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	on := server
	if c, own := clusters.Load(d); own {
		on = c.(*local.Cluster)
	}
	return on.URL(user, conn.Conn().Config().Database)
}

// Value is the one value that a query returns to the superuser.
func Value[T any](t testing.TB, d *db.DB, sql string, args ...any) (v T) {
	t.Helper()
	super(t, URL(t, d, Superuser), func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, sql, args...).Scan(&v)
	})
	return v
}

// Exec executes a statement as the superuser.
func Exec(t testing.TB, d *db.DB, sql string, args ...any) {
	t.Helper()
	super(t, URL(t, d, Superuser), func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, sql, args...)
		return err
	})
}

// Cut has the server end a transaction's connection.
func Cut(t testing.TB, d *db.DB, tx *db.Tx) {
	t.Helper()
	var backend int32
	if err := tx.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		t.Fatal(err)
	}
	Exec(t, d, "SELECT pg_terminate_backend($1)", backend)
}

var made atomic.Int64

// create copies the template. The copy is dropped after everything that the test
// registers later, with whatever is still connected.
func create(t testing.TB) (name string) {
	t.Helper()
	if server == nil {
		t.Fatal("no PostgreSQL: the package needs func TestMain(m *testing.M) { dbtest.Main(m) }")
	}
	name = fmt.Sprintf("test_%d", made.Add(1))
	url := server.URL(Superuser, "postgres")
	act := func(sql string) {
		super(t, url, func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, sql)
			return err
		})
	}
	act(fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER %s STRATEGY file_copy", name, db.Database, db.Owner))
	t.Cleanup(func() {
		hangUp(server.URL(Superuser, name))
		act(fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name))
	})
	return name
}

// spare are superuser's connections that nobody uses now, at most one to each database. A test
// looks into its own a hundred times, and a new connection is a new process.
var spare sync.Map

// super runs fn on a connection that is its alone, also when the test's context has ended.
func super(t testing.TB, url string, fn func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	conn, err := connect(ctx, url)
	if err == nil {
		err = fn(ctx, conn)
		if other, had := spare.Swap(url, conn); had {
			_ = other.(*pgx.Conn).Close(ctx)
		}
	}
	if err != nil {
		t.Fatal(strings.TrimSpace(err.Error()))
	}
}

// connect takes the spare connection, as good as new, or makes one.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	conn, had := spare.LoadAndDelete(url)
	if !had {
		return pgx.Connect(ctx, url)
	}
	if _, err := conn.(*pgx.Conn).Exec(ctx, "RESET ALL"); err != nil { // its server may have ended it
		_ = conn.(*pgx.Conn).Close(ctx)
		return pgx.Connect(ctx, url)
	}
	return conn.(*pgx.Conn), nil
}

func hangUp(url string) {
	if conn, had := spare.LoadAndDelete(url); had {
		_ = conn.(*pgx.Conn).Close(context.Background())
	}
}
