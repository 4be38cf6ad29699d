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
	there := lockStandingNext(tx, person, "FOR SHARE") // the next read is of a snapshot taken after it
	if err := barred(ctx, tx, person); err != nil || *there {
		return err
	}
	if err := lockStanding(ctx, tx, person, "FOR SHARE"); err != nil {
		return err
	}
	return barred(ctx, tx, person)
}

// Barred is Check without the lock, for showing: a release decides again.
func Barred(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	return barred(ctx, tx, person)
}

func barred(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	s, found, err := inForce(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("read standing: %w", err)
	}
	if !found {
		return unsigned(ctx, tx, person)
	}
	return fault.New(fault.Suspended, "printing-suspended",
		"You can't print here until %s. Reason: %s. Disagree? Ask your tutor for a review.", s.Ends.Format("Monday 2 January, 15:04"), s.Reason)
}

func unsigned(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	all, err := school.Consents(ctx, tx, []school.PersonID{person})
	if err != nil {
		return fmt.Errorf("read agreement: %w", err)
	}
	if !all[person].Bars {
		return nil
	}
	return fault.New(fault.Suspended, "agreement-unsigned",
		"Your printing agreement is not signed. Bring the form to reception, or ask your tutor for a new one.")
}
