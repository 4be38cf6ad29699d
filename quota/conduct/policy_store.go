package conduct

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// policyWhere reads a version of a school's policy; none is pgx.ErrNoRows.
func policyWhere(ctx context.Context, tx *db.Tx, where string, args ...any) (p Policy, err error) {
	var text []byte
	err = tx.QueryRow(ctx, `SELECT set_id, made_at, coalesce(made_by::text, ''), content FROM conduct_set WHERE `+where, args...).Scan(&p.Version, &p.Made, &p.By, &text)
	if err != nil {
		return p, err
	}
	if p.Set, err = rule.Keep(text); err != nil {
		return p, fmt.Errorf("read policy %d: %w", p.Version, err)
	}
	p.Set.ID = int32(p.Version)
	return p, nil
}

// policyOf is the newest version at a school; a school without one keeps the defaults.
func policyOf(ctx context.Context, tx *db.Tx, id school.ID) (Policy, error) {
	const newest = `school_id = $1 ORDER BY set_id DESC LIMIT 1`
	p, err := policyWhere(ctx, tx, newest, id)
	if !errors.Is(err, pgx.ErrNoRows) {
		return p, err
	}
	if err := lockPolicy(ctx, tx, id); err != nil {
		return p, err
	}
	if p, err = policyWhere(ctx, tx, newest, id); !errors.Is(err, pgx.ErrNoRows) {
		return p, err
	}
	return insertPolicy(ctx, tx, id, "", rule.Default())
}

func policyByVersion(ctx context.Context, tx *db.Tx, id school.ID, version SetID) (Policy, error) {
	p, err := policyWhere(ctx, tx, "school_id = $1 AND set_id = $2", id, version)
	if errors.Is(err, pgx.ErrNoRows) {
		err = versionUnknown
	}
	return p, err
}

func lockPolicy(ctx context.Context, tx *db.Tx, id school.ID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('conduct policy'), $1)`, id)
	return err
}

func insertPolicy(ctx context.Context, tx *db.Tx, id school.ID, by school.Pseudonym, s rule.Set) (Policy, error) {
	p := Policy{Made: tx.Now, By: by, Set: s}
	err := tx.QueryRow(ctx, `INSERT INTO conduct_set (school_id, made_at, made_by, content) VALUES ($1, $2, nullif($3, '')::uuid, $4) RETURNING set_id`,
		id, tx.Now, by, string(s.Write())).Scan(&p.Version)
	p.Set.ID = int32(p.Version)
	return p, err
}

// stateOf is whether rules act at a school.
func stateOf(ctx context.Context, tx *db.Tx, id school.ID) (s State, err error) {
	var off *time.Time
	err = tx.QueryRow(ctx, `SELECT acts_from, off_at, coalesce(off_why, '') FROM conduct_school WHERE school_id = $1`, id).Scan(&s.ActsFrom, &off, &s.Why)
	if off != nil {
		s.Off = *off
	}
	if err != nil {
		return s, err
	}
	rows, _ := tx.Query(ctx, `
		SELECT disarmed_id, set_id, rule, year_group, hit, of_people, at FROM conduct_disarmed WHERE school_id = $1 AND armed_at IS NULL ORDER BY at, disarmed_id`, id)
	s.Disarmed, err = pgx.CollectRows(rows, scanDisarmed)
	return s, err
}

func scanDisarmed(row pgx.CollectableRow) (d Disarmed, err error) {
	return d, row.Scan(&d.ID, &d.Set, &d.Rule, &d.Year, &d.Hit, &d.Of, &d.At)
}

func updateSwitch(ctx context.Context, tx *db.Tx, id school.ID, s State, by school.Pseudonym) error {
	var off *time.Time
	if !s.Off.IsZero() {
		off = &s.Off
	}
	_, err := tx.Exec(ctx, `UPDATE conduct_school SET acts_from = $2, off_at = $3, off_why = nullif($4, ''), off_by = CASE WHEN $3::timestamptz IS NOT NULL THEN nullif($5, '')::uuid END WHERE school_id = $1`,
		id, s.ActsFrom, off, s.Why, by)
	return err
}
