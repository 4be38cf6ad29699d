package conduct

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Check refuses a person whose printing rights are withdrawn ("printing-suspended"), or
// whose agreement is not signed where the school stops printing for that
// ("agreement-unsigned").
// It locks the person's standing FOR SHARE until the transaction ends: first
// of all locks, so that releases of several people take them by ascending id.
func Check(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	return AskCheck(tx, person)(ctx)
}

// AskCheck is Check with the transaction's next statement: the lock is before every other
// that is asked for after it.
func AskCheck(tx *db.Tx, person school.PersonID) func(context.Context) error {
	there := lockStandingNext(tx, person, "FOR SHARE")
	bars := askBarred(tx, person) // of a snapshot taken after the lock
	return func(ctx context.Context) error {
		if err := bars(ctx); err != nil || *there {
			return err
		}
		if err := lockStanding(ctx, tx, person, "FOR SHARE"); err != nil {
			return err
		}
		return Barred(ctx, tx, person)
	}
}

// Barred is Check without the lock, for showing: a release decides again.
func Barred(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	return askBarred(tx, person)(ctx)
}

func askBarred(tx *db.Tx, person school.PersonID) func(context.Context) error {
	suspended, consents := askInForce(tx, person), school.AskConsents(tx, []school.PersonID{person})
	return func(ctx context.Context) error {
		s, err := suspended(ctx)
		if err != nil {
			return fmt.Errorf("read standing: %w", err)
		}
		if len(s) > 0 {
			if s[0].Pause {
				return fault.New(fault.Suspended, "printing-suspended", "%s You can print again from %s.", s[0].Reason, s[0].Ends.Format("15:04"))
			}
			return fault.New(fault.Suspended, "printing-suspended", "You can't print here until %s. Reason: %s. Disagree? %s",
				s[0].Ends.Format("Monday 2 January, 15:04"), s[0].Reason, s[0].Objection)
		}
		all, err := consents(ctx)
		if err != nil {
			return fmt.Errorf("read agreement: %w", err)
		}
		return unsigned(all[person])
	}
}

func unsigned(c school.Consent) error {
	if !c.Bars {
		return nil
	}
	return fault.New(fault.Suspended, "agreement-unsigned",
		"Your printing agreement is not signed. Bring the form to reception, or ask your tutor for a new one.")
}
