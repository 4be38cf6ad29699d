package school

import (
	"context"
	"errors"
	"net/netip"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

const groupColumns = `group_id, school_id, slug, name, trusted, networks, certificates`

func scanGroup(row pgx.Row) (g DeviceGroup, err error) {
	var digests [][]byte
	err = row.Scan(&g.ID, &g.School, &g.Slug, &g.Name, &g.Trusted, &g.Networks, &digests)
	for _, d := range digests {
		g.Certificates = append(g.Certificates, [32]byte(d))
	}
	return g, err
}

// insertGroup returns 0 when the slug is taken.
func insertGroup(ctx context.Context, tx *db.Tx, g DeviceGroup) (id GroupID, err error) {
	digests := make([][]byte, len(g.Certificates))
	for i := range g.Certificates {
		digests[i] = g.Certificates[i][:]
	}
	networks := append([]netip.Prefix{}, g.Networks...)
	err = tx.QueryRow(ctx, `
		INSERT INTO device_group (school_id, slug, name, trusted, networks, certificates, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (school_id, slug) WHERE removed_at IS NULL DO NOTHING
		RETURNING group_id`, g.School, g.Slug, g.Name, g.Trusted, networks, digests, tx.Now).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// removeGroup returns 0 when there is none.
func removeGroup(ctx context.Context, tx *db.Tx, school ID, slug string) (id GroupID, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE device_group SET removed_at = greatest($3, added_at) WHERE school_id = $1 AND slug = $2 AND removed_at IS NULL
		RETURNING group_id`, school, slug, tx.Now).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func groups(ctx context.Context, tx *db.Tx, school ID) ([]DeviceGroup, error) {
	rows, _ := tx.Query(ctx, `SELECT `+groupColumns+` FROM device_group WHERE school_id = $1 AND removed_at IS NULL ORDER BY slug`, school)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeviceGroup, error) { return scanGroup(row) })
}

// groupBySlug is a zero DeviceGroup when there is none.
func groupBySlug(ctx context.Context, tx *db.Tx, school ID, slug string) (DeviceGroup, error) {
	g, err := scanGroup(tx.QueryRow(ctx, `
		SELECT `+groupColumns+` FROM device_group WHERE school_id = $1 AND slug = $2 AND removed_at IS NULL`, school, slug))
	if errors.Is(err, pgx.ErrNoRows) {
		return DeviceGroup{}, nil
	}
	return g, err
}

func anyCertificates(ctx context.Context, tx *db.Tx) (found bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM device_group WHERE removed_at IS NULL AND cardinality(certificates) > 0)`).Scan(&found)
	return found, err
}
