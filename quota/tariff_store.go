package quota

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

const tariffColumns = `tariff_id, unit, from_at, base, groups`

func scanTariff(row pgx.Row, more ...any) (t Tariff, err error) {
	err = row.Scan(append([]any{&t.ID, &t.Unit, &t.From, &t.Base, &t.Groups}, more...)...)
	return t, err
}

func askTariff(tx *db.Tx, id school.ID, at time.Time) db.Answer[Tariff] {
	return db.Ask(tx, db.First(tariffOrDefault), `
		SELECT `+tariffColumns+` FROM tariff
		 WHERE school_id = $1 AND from_at <= $2 AND withdrawn_at IS NULL ORDER BY from_at DESC LIMIT 1`, id, at)
}

func tariffOrDefault(row pgx.Row) (Tariff, error) {
	t, err := scanTariff(row)
	if errors.Is(err, pgx.ErrNoRows) {
		return DefaultTariff(), nil
	}
	return t, err
}

// lastTariff is the one that begins last, planned or not.
func lastTariff(ctx context.Context, tx *db.Tx, id school.ID) (Tariff, bool, error) {
	t, err := scanTariff(tx.QueryRow(ctx, `
		SELECT `+tariffColumns+` FROM tariff WHERE school_id = $1 AND withdrawn_at IS NULL ORDER BY from_at DESC LIMIT 1`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return DefaultTariff(), false, nil
	}
	return t, err == nil, err
}

func tariffByID(ctx context.Context, tx *db.Tx, n TariffID) (Tariff, error) {
	t, err := scanTariff(tx.QueryRow(ctx, `SELECT `+tariffColumns+` FROM tariff WHERE tariff_id = $1`, n))
	if errors.Is(err, pgx.ErrNoRows) {
		return t, tariffUnknown
	}
	return t, err
}

func versions(ctx context.Context, tx *db.Tx, id school.ID) ([]Version, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+tariffColumns+`, made_at, withdrawn_at IS NOT NULL FROM tariff WHERE school_id = $1 ORDER BY from_at, tariff_id`, id)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		v.Tariff, err = scanTariff(row, &v.Made, &v.Withdrawn)
		return v, err
	})
}

func insertTariff(ctx context.Context, tx *db.Tx, id school.ID, by school.Pseudonym, t Tariff) (n TariffID, err error) {
	if t.Groups == nil {
		t.Groups = map[GroupID]Rates{}
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO tariff (school_id, unit, base, groups, from_at, made_at, actor) VALUES ($1, $2, $3, $4, $5, $6, nullif($7, '')::uuid)
		RETURNING tariff_id`, id, t.Unit, t.Base, t.Groups, t.From, tx.Now, by).Scan(&n)
	return n, err
}

func withdrawTariff(ctx context.Context, tx *db.Tx, n TariffID) error {
	_, err := tx.Exec(ctx, `UPDATE tariff SET withdrawn_at = $2 WHERE tariff_id = $1`, n, tx.Now)
	return err
}

// lockTariff has versions of a school's tariff be made one after the other.
func lockTariff(ctx context.Context, tx *db.Tx, id school.ID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('tariff'), $1)`, id)
	return err
}

// unspent is how many accounts have a balance, which are locked, and how many reservations are
// open.
func unspent(ctx context.Context, tx *db.Tx, id school.ID) (accounts, open int, err error) {
	err = tx.QueryRow(ctx, `
		WITH mine AS (SELECT balance FROM account WHERE school_id = $1 AND has_floor AND purse = 'pages' ORDER BY account_id FOR UPDATE)
		SELECT count(*) FILTER (WHERE balance > 0),
		       (SELECT count(*) FROM transfer r WHERE r.school_id = $1 AND r.kind = 'reserve'
		           AND NOT EXISTS (SELECT FROM transfer e WHERE e.delivery_id = r.delivery_id AND e.kind IN ('settle', 'void')))
		  FROM mine`, id).Scan(&accounts, &open)
	return accounts, open, err
}
