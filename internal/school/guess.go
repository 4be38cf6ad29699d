package school

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Wrong tries at one place within guessWindow before it pauses. The count is in the
// database: a restart or another node does not forget it. It never counts
// against a person, so that nobody can lock another out; only what is passed on to a
// directory that locks people out is counted by name as well (Tries).
const (
	passwordTries = 30
	guessWindow   = 15 * time.Minute
)

// patience refuses a place that has had too many wrong tries.
func patience(ctx context.Context, tx *db.Tx, school ID, place string, tries int) error {
	n, err := countGuesses(ctx, tx, school, place, tx.Now.Add(-guessWindow))
	if err != nil || n < tries {
		return err
	}
	return fault.New(fault.TooMany, "password-paused", "Too many wrong passwords from here. Wait a quarter of an hour, or see IT.")
}

// wrong counts a wrong try and returns the refusal for it. A badge is counted
// but pauses nothing.
func (d *Directory) wrong(ctx context.Context, school ID, person PersonID, place, code string) error {
	err := d.db.InTx(ctx, db.InSchool(school), func(ctx context.Context, tx *db.Tx) error {
		if code == "badge-unknown" || code == "badge-new" {
			place += "#badge"
		}
		return insertGuess(ctx, tx, school, person, place)
	})
	if err != nil {
		return err
	}
	d.log.Info("proof refused", "school", school, "place", place, "reason", code)
	return notYou(code)
}
