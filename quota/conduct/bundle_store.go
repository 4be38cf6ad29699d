package conduct

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// bundleOf is the bundle that a rule's flag belongs to, which begins where there is none, and whether it was
// found harmless by somebody else than who is flagged now: then they are, too. One that was upheld or handed over is over, so that
// those who come later are looked at for themselves. The school's judgement is locked.
func bundleOf(ctx context.Context, tx *db.Tx, f Flag, same uint64) (id BundleID, harmless bool, err error) {
	key := int64(same) // #nosec G115 -- bits, not a number
	err = tx.QueryRow(ctx, `
		SELECT b.bundle_id, x.dismissed AND x.none_open OR m.closed_at IS NOT NULL
		  FROM flag_bundle b
		  JOIN LATERAL (SELECT max(g.raised_at) AS last, bool_or(g.outcome IN ('upheld', 'referred')) AS founded,
		                       coalesce(bool_or(g.outcome = 'dismissed' AND g.closed_by <> $5), false) AS dismissed, bool_and(g.closed_at IS NOT NULL) AS none_open
		                  FROM flag g WHERE g.bundle_id = b.bundle_id) x ON true
		  LEFT JOIN LATERAL (SELECT n.closed_at, n.handed_to FROM matter n JOIN flag g USING (flag_id) WHERE g.bundle_id = b.bundle_id) m ON true
		 WHERE b.school_id = $1 AND b.rule = $2 AND b.same = $3 AND x.last > $4 AND x.founded IS NOT TRUE AND m.handed_to IS NULL
		 ORDER BY b.bundle_id DESC LIMIT 1`, f.School, f.Rule, key, f.Raised.Add(-f.Decays.Sub(f.Raised)), f.Person).Scan(&id, &harmless)
	if errors.Is(err, pgx.ErrNoRows) {
		err = tx.QueryRow(ctx, `INSERT INTO flag_bundle (school_id, rule, same, opened_at) VALUES ($1, $2, $3, $4) RETURNING bundle_id`, f.School, f.Rule, key, f.Raised).Scan(&id)
	}
	return id, harmless, err
}

// closeHarmless closes a flag of a bundle that was found harmless.
func closeHarmless(ctx context.Context, tx *db.Tx, id FlagID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE flag SET outcome = 'dismissed', closed_at = greatest(raised_at, $2), closing = 'What they had in common was found harmless before.' WHERE flag_id = $1`, id, at)
	return err
}

// lockStandings locks the standings of several people, by ascending number.
func lockStandings(ctx context.Context, tx *db.Tx, people []school.PersonID) error {
	for _, p := range people {
		if err := lockStanding(ctx, tx, p, "FOR UPDATE"); err != nil {
			return err
		}
	}
	return nil
}
