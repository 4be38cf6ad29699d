package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"

	"inkwell/internal/fault"
	"inkwell/migrations"
)

// versionTable is where the migration runner keeps the schema's number.
const versionTable = "public.schema_version"

// Migrate brings the schema up to this program's, under an advisory lock so that
// several nodes may start at once. ownerURL logs in as the schema's owner, to whom
// each step shows the rows of all schools: the walls hold for the owner too. A
// schema newer than this program's is refused and left as it is.
func Migrate(ctx context.Context, ownerURL string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("reach database as its owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if err := m.LoadMigrations(migrations.Files); err != nil {
		return fmt.Errorf("load migrations: %w", err)
	}
	if err := refuseNewer(ctx, m); err != nil {
		return err
	}
	m.OnStart = func(int32, string, string, string) { // in the step's own transaction, which fails if this does
		_, _ = conn.Exec(ctx, "SET LOCAL inkwell.system = 'migrate'")
	}
	if err := m.Migrate(ctx); mayNot(err) {
		return fault.New(fault.Forbidden, "database-rights",
			"The database's user may not do what Inkwell needs: it must own the database and be allowed to make a role (ALTER ROLE %s CREATEROLE).", conn.Config().User).Because(err)
	} else if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err = conn.Exec(ctx, "GRANT SELECT ON "+versionTable+" TO "+Role)
	return err
}

// mayNot tells PostgreSQL's insufficient_privilege.
func mayNot(err error) bool {
	refusal, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refusal.Code == "42501"
}

func refuseNewer(ctx context.Context, m *migrate.Migrator) error {
	have, err := m.GetCurrentVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if want := len(m.Migrations); int(have) > want {
		return fmt.Errorf("the database has schema %d, newer than this program's %d: start the newer inkwell that made it, or restore a backup", have, want)
	}
	return nil
}

// SchemaVersions are the database's schema number and this program's. They are
// equal on a healthy installation.
func (d *DB) SchemaVersions(ctx context.Context) (have, want int, err error) {
	files, err := migrations.Files.ReadDir(".")
	if err != nil {
		return 0, 0, fmt.Errorf("list migrations: %w", err)
	}
	err = d.pool.QueryRow(ctx, "SELECT version FROM "+versionTable).Scan(&have)
	return have, len(files), err
}
