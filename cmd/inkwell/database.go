package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/local"
	"inkwell/internal/fault"
)

// slowestStart is how long a database may take to answer. A private one may have
// to recover from a power cut first.
const slowestStart = 5 * time.Minute

// startDatabase gives the connection strings of the database, as the running role
// and as the owner of its schema. Without a configured one it starts the private
// cluster, which ends with the lifecycle.
func startDatabase(ctx context.Context, c Config, life *lifecycle, log *slog.Logger) (app, owner string, err error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, c.OwnerURL, nil
	}
	cluster, err := local.Start(ctx, local.Options{Dir: c.folder("postgres"), Log: log})
	if err != nil {
		return "", "", err
	}
	life.ends("database", cluster.Stop)
	if err := db.Bootstrap(ctx, cluster.URL(local.Superuser, "postgres")); err != nil {
		return "", "", err
	}
	return cluster.URL(db.Role, db.Database), cluster.URL(db.Owner, db.Database), nil
}

// openDatabase brings the schema up to date and opens a pool that cannot lose
// what it has acknowledged.
func openDatabase(ctx context.Context, c Config, life *lifecycle, log *slog.Logger) (*db.DB, error) {
	ctx, cancel := context.WithTimeout(ctx, slowestStart)
	defer cancel()
	app, owner, err := startDatabase(ctx, c, life, log)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, owner); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, db.Options{URL: app})
	if err != nil {
		return nil, err
	}
	life.ends("database connections", func(context.Context) error { d.Close(); return nil })
	return d, d.Durable(ctx)
}

// joinDatabase opens the database of an installation that is running, for a
// command on its host. The caller closes it.
func joinDatabase(ctx context.Context, c Config) (*db.DB, error) {
	url := c.DatabaseURL
	if url == "" {
		socket, err := local.Running(c.folder("postgres"))
		if err != nil {
			return nil, err
		}
		url = socket.URL(db.Role, db.Database)
	}
	return db.Open(ctx, db.Options{URL: url, MaxConns: 2})
}

// claim reads or writes the row that says what this database is, and the keys
// that belong to it. A demo and an installation never take each other's database.
func claim(ctx context.Context, c Config, d *db.DB) (db.Installation, *keys, error) {
	i, there, err := d.Installation(ctx)
	if err != nil {
		return i, nil, err
	}
	if there {
		if err := sameKind(c.Demo, i.Demo); err != nil {
			return i, nil, err
		}
	}
	k, err := openKeys(c.folder("keys"), !there)
	if err != nil {
		return i, nil, err
	}
	if !there {
		if i, err = d.Install(ctx, c.Demo); err != nil {
			return i, nil, err
		}
	}
	return i, k, sameKind(c.Demo, i.Demo)
}

// sameKind refuses a demo on an installation's database and the other way round.
func sameKind(asked, found bool) error {
	switch {
	case asked == found:
		return nil
	case found:
		return fault.New(fault.Conflict, "demo-database",
			"This database holds the demo school, whose passwords everybody knows. Start it with --demo, or name another folder with --data-dir.")
	default:
		return fault.New(fault.Conflict, "real-database",
			"This database is a school's own. Start it without --demo, or name another folder for the demo with --data-dir.")
	}
}

// asPerson is an error as the person at the terminal reads it: a refusal's own
// sentence, or the whole chain of what was tried.
func asPerson(err error) string {
	if f := fault.As(err); f.Kind != fault.Internal {
		return f.Say
	}
	return fmt.Sprint(err)
}
