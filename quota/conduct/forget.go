package conduct

import (
	"context"
	"errors"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
)

// KeptFor is how many months flags are kept, and what rests on them: withdrawals from their end on.
const KeptFor = 12

// Forget deletes each school's flags that are older than KeptFor months, with the steps, withdrawals, objections and
// closed matters that go with them. What still stands or waits for somebody is left, and so are the
// policy's versions, the record of acts, and all about somebody while a legal hold is on them. What went is on record as a number.
func (c *Conduct) Forget(ctx context.Context) error {
	var all []school.School
	err := c.db.Look(ctx, db.System("conduct"), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = school.All(ctx, tx)
		return err
	})
	for _, s := range all {
		err = errors.Join(err, c.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
			gone, err := forget(ctx, tx, tx.Now.AddDate(0, -KeptFor, 0))
			if err != nil {
				return fmt.Errorf("forget flags: %w", err)
			}
			if gone == 0 {
				return nil
			}
			holds, err := school.OnHold(ctx, tx, s.ID)
			if err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Entry{School: s.ID, Act: "conduct-forgotten", Facts: map[string]any{"flags": gone, "older_than_months": KeptFor, "people_on_hold": holds}})
		}))
	}
	return err
}

// ForgetEvery is how often there is something to forget.
const ForgetEvery = 24 * time.Hour
