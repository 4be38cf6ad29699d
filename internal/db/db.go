// Package db is the way to PostgreSQL: a pool that runs every statement as the
// unprivileged role inkwell_app, transactions that carry one fixed time and the
// scope they may see, and the migration runner. It knows no table but the
// schema's version. SQL lives in the stores of the packages that own the tables.
package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Role is the role every pooled connection runs as. It can insert transfers and
// audit rows but not change them, and sees no row outside its scope.
const Role = "inkwell_app"

// abandoned is how long the database waits for the next statement of a transaction before
// it gives it up: a machine that was paused in the middle of one must not keep its locks.
const abandoned = "15s"

// Options say where the database is and how much of it to use.
type Options struct {
	URL      string           // pgx connection string; its login is Role or a member of it
	MaxConns int32            // connections at most; 0 means 20
	Clock    func() time.Time // the time of transactions; nil means time.Now
	Tracer   pgx.QueryTracer  // hears of each statement; nil: nobody does
}

// DB is a pool of connections. It is safe for concurrent use.
type DB struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// Open connects and checks that the connection runs as Role and that the server
// does not lose acknowledged commits.
func Open(ctx context.Context, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fmt.Errorf("read database url: %w", hideURL(err))
	}
	cfg.MaxConns = 20
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	cfg.ConnConfig.Tracer = o.Tracer
	cfg.ConnConfig.RuntimeParams["application_name"] = "inkwell"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SELECT set_config('role', $1, false), set_config('idle_in_transaction_session_timeout', $2, false)", Role, abandoned)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d := &DB{pool: pool, clock: o.Clock}
	if d.clock == nil {
		d.clock = time.Now
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach database: %w", err)
	}
	return d, nil
}

// Close waits for connections in use and closes them all.
func (d *DB) Close() { d.pool.Close() }

// Now is the clock's time as the database keeps it: UTC, microseconds.
func (d *DB) Now() time.Time { return d.clock().UTC().Truncate(time.Microsecond) }

// Acquire lends a connection outside any transaction and scope, for LISTEN. The
// caller releases it.
func (d *DB) Acquire(ctx context.Context) (*pgxpool.Conn, error) { return d.pool.Acquire(ctx) }

// hideURL drops a parse error's own text, which can quote a password.
func hideURL(error) error {
	return fmt.Errorf("it is not a PostgreSQL connection string (postgres://user@host/database)")
}
