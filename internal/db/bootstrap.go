package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Owner is the role that owns the schema of a private cluster, and Database its
// one database.
const (
	Owner    = "inkwell_owner"
	Database = "inkwell"
)

// Bootstrap makes the owner's role and the database in a fresh private cluster.
// superURL logs in as the cluster's superuser. It changes nothing that is there.
func Bootstrap(ctx context.Context, superURL string) error {
	conn, err := pgx.Connect(ctx, superURL)
	if err != nil {
		return fmt.Errorf("reach private cluster: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	steps := []struct{ missing, make string }{
		{"SELECT count(*) = 0 FROM pg_roles WHERE rolname = '" + Owner + "'", "CREATE ROLE " + Owner + " LOGIN NOSUPERUSER CREATEROLE"},
		{"SELECT count(*) = 0 FROM pg_database WHERE datname = '" + Database + "'", "CREATE DATABASE " + Database + " OWNER " + Owner},
	}
	for _, s := range steps {
		var missing bool
		if err := conn.QueryRow(ctx, s.missing).Scan(&missing); err != nil {
			return fmt.Errorf("look into private cluster: %w", err)
		}
		if !missing {
			continue
		}
		if _, err := conn.Exec(ctx, s.make); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(s.make), err)
		}
	}
	return nil
}

// Durable refuses a server that may lose what it has acknowledged: fsync,
// full_page_writes or synchronous_commit off. A printed page cannot be undone.
func (d *DB) Durable(ctx context.Context) error {
	rows, _ := d.pool.Query(ctx, `
		SELECT name FROM pg_settings
		 WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'`)
	off, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read server settings: %w", err)
	}
	if len(off) > 0 {
		return fmt.Errorf("the PostgreSQL server may lose acknowledged work: turn on %s", strings.Join(off, ", "))
	}
	return nil
}
