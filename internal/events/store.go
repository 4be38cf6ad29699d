package events

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// Tell records changes for whoever listens, without a Hub: they are found by the poll.
func Tell(tx *db.Tx, school db.SchoolID, topics ...string) {
	if len(topics) > 0 {
		insertChanges(tx, school, topics, func([]change) {})
	}
}

// insertChanges writes changes with the transaction's next statement; then has them.
func insertChanges(tx *db.Tx, school db.SchoolID, topics []string, then func([]change)) {
	tx.Later(`
		INSERT INTO change (school_id, topic, at)
		SELECT $1, topic, $3 FROM unnest($2::text[]) AS topic
		RETURNING change_id, topic, school_id`, []any{school, topics, tx.Now}, func(rows pgx.Rows) error {
		changes, err := pgx.CollectRows(rows, scanChange)
		if err != nil {
			return fmt.Errorf("record change: %w", err)
		}
		then(changes)
		return nil
	})
}

// changesFrom reads the rows of transactions from the given one on, and the
// oldest transaction that was still open before: below it no row can appear any
// more.
func changesFrom(ctx context.Context, d *db.DB, from uint64) (bound uint64, changes []change, err error) {
	err = d.InTx(ctx, db.System("poll"), func(ctx context.Context, tx *db.Tx) error {
		err := tx.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())`).Scan(&bound)
		if err != nil {
			return fmt.Errorf("read bound: %w", err)
		}
		rows, _ := tx.Query(ctx, `SELECT change_id, topic, school_id FROM change WHERE xact >= $1`, from)
		changes, err = pgx.CollectRows(rows, scanChange)
		if err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		return nil
	})
	return bound, changes, err
}

func scanChange(row pgx.CollectableRow) (c change, err error) {
	err = row.Scan(&c.id, &c.topic, &c.school)
	return c, err
}

// notify announces outside any business transaction: NOTIFY holds a database-wide
// lock until its commit is on disk.
func notify(ctx context.Context, d *db.DB, payloads []string) error {
	if len(payloads) == 0 {
		return nil
	}
	return d.InTx(ctx, db.System("announce"), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload`, channel, payloads)
		return err
	})
}

// deleteOld removes rows older than keep, unless another node is at it.
func deleteOld(ctx context.Context, d *db.DB, keep time.Duration) error {
	return d.InTx(ctx, db.System("sweep"), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtext('inkwell.change')) AS mine)
			DELETE FROM change USING turn WHERE mine AND at < $1`, tx.Now.Add(-keep))
		return err
	})
}
