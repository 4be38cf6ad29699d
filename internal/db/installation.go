package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Installation is what this database is. The row is written once.
type Installation struct {
	ID   string // a UUID; it never changes and moves with the database
	Demo bool   // filled with a generated school; never a real one's
}

// Installation reads the row; false before Install.
func (d *DB) Installation(ctx context.Context) (i Installation, there bool, err error) {
	err = d.pool.QueryRow(ctx, "SELECT installation_id, demo FROM installation").Scan(&i.ID, &i.Demo)
	if errors.Is(err, pgx.ErrNoRows) {
		return Installation{}, false, nil
	}
	if err != nil {
		return Installation{}, false, away("read installation", err)
	}
	return i, true, nil
}

// Install writes the row and returns the one that counts: that of another node
// which was quicker, if any.
func (d *DB) Install(ctx context.Context, demo bool) (Installation, error) {
	if _, err := d.pool.Exec(ctx, "INSERT INTO installation (demo, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", demo, d.Now()); err != nil {
		return Installation{}, away("write installation", err)
	}
	i, there, err := d.Installation(ctx)
	if err == nil && !there {
		err = errors.New("the installation's row is gone")
	}
	return i, err
}

// Ahead is how far the database's clock is ahead of ours, and how exactly we know:
// the answer took that long.
func (d *DB) Ahead(ctx context.Context) (ahead, within time.Duration, err error) {
	var theirs time.Time
	asked := d.clock()
	if err := d.pool.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&theirs); err != nil {
		return 0, 0, fmt.Errorf("ask database for the time: %w", away("", err))
	}
	within = d.clock().Sub(asked)
	return theirs.Sub(asked.Add(within / 2)), within, nil
}
