package school

import (
	"context"
	"encoding/hex"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Tries is how often a wrong password of one person is passed on. A directory locks
// an account after so many, so these are fewer: nobody can lock another out through us.
type Tries struct {
	Most  int           // in one run of wrong tries
	Pause time.Duration // without a try ends a run, as in the directory
}

// namePaused is the answer for a name that was guessed at too often, whether or not it
// is anybody's.
var namePaused = fault.New(fault.TooMany, "name-paused", "Too many wrong passwords for this name. Wait a while, or see IT.")

// pass is ask for a password that is worth a try. The try is counted before it is passed
// on and taken back when nobody could say anything about it.
func (d *Directory) pass(ctx context.Context, school ID, username, password, name string, tries Tries) error {
	var try int64
	err := d.db.InTx(ctx, db.System("password-tries"), func(ctx context.Context, tx *db.Tx) (err error) {
		try, err = takeTry(ctx, tx, school, name, tries)
		return err
	})
	if err != nil {
		return err
	}
	answer := d.elsewhere.Check(ctx, school, username, password)
	if fault.KindOf(answer) == fault.Unauthenticated {
		return answer
	}
	err = d.db.InTx(ctx, db.System("password-tries"), func(ctx context.Context, tx *db.Tx) error {
		if answer == nil {
			return deleteTries(ctx, tx, name) // as the directory does
		}
		return deleteTry(ctx, tx, try)
	})
	if answer != nil {
		return answer
	}
	return err
}

// takeTry counts a try for a name, or refuses it as "name-paused". Tries belong to one
// run while less than the pause lies between them.
func takeTry(ctx context.Context, tx *db.Tx, school ID, name string, t Tries) (id int64, err error) {
	last, err := lastTries(ctx, tx, name, t.Most)
	if err != nil {
		return 0, err
	}
	run, next := 0, tx.Now
	for _, at := range last {
		if next.Sub(at) >= t.Pause {
			break
		}
		run, next = run+1, at
	}
	if run >= t.Most {
		return 0, namePaused
	}
	return insertTry(ctx, tx, school, name)
}

// nameDigest stands for a user name in the table of guesses, where no name may be.
func (d *Directory) nameDigest(username string) string {
	return "name:" + hex.EncodeToString(d.typedName(normalName(username))[:16])
}
