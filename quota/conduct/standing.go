package conduct

import (
	"context"
	"fmt"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// Way is how something is to come out, as far as withdrawn rights ask. The zero Way is by its
// owner's own hand or word, outside any exam.
type Way struct {
	Teacher bool      // a teacher releases it for the pupil in front of them
	Station int32     // where: what is written in an exam there is never withdrawn
	At      time.Time // when it was released; zero: now
}

// Check refuses a person whose printing rights are withdrawn ("printing-suspended"), or
// whose agreement is not signed where the school stops printing for that
// ("agreement-unsigned").
// It locks the person's standing FOR SHARE until the transaction ends: first
// of all locks, so that releases of several people take them by ascending id.
func Check(ctx context.Context, tx *db.Tx, person school.PersonID) error {
	return CheckBy(ctx, tx, person, Way{})
}

// CheckBy is Check of something that is to come out in a way.
func CheckBy(ctx context.Context, tx *db.Tx, person school.PersonID, way Way) error {
	return AskCheck(tx, person, way)(ctx)
}

// AskCheck is CheckBy with the transaction's next statement: the lock is before every other
// that is asked for after it.
func AskCheck(tx *db.Tx, person school.PersonID, way Way) func(context.Context) error {
	there := lockStandingNext(tx, person, "FOR SHARE")
	bars := askBarred(tx, person, way) // of a snapshot taken after the lock
	return func(ctx context.Context) error {
		if err := bars(ctx); err != nil || *there {
			return err
		}
		if err := lockStanding(ctx, tx, person, "FOR SHARE"); err != nil {
			return err
		}
		return askBarred(tx, person, way)(ctx)
	}
}

// Barred is Check without the lock, for showing at a station: a release decides again.
func Barred(ctx context.Context, tx *db.Tx, person school.PersonID, station int32) error {
	return askBarred(tx, person, Way{Station: station})(ctx)
}

func askBarred(tx *db.Tx, person school.PersonID, way Way) func(context.Context) error {
	suspended, consents := askInForce(tx, person, way), school.AskConsents(tx, []school.PersonID{person})
	return func(ctx context.Context) error {
		s, err := suspended(ctx)
		if err != nil {
			return fmt.Errorf("read standing: %w", err)
		}
		if len(s) > 0 {
			return s[0].refusal()
		}
		all, err := consents(ctx)
		if err != nil {
			return fmt.Errorf("read agreement: %w", err)
		}
		return unsigned(all[person])
	}
}

// refusal is what its person reads.
func (s Suspension) refusal() error {
	ends := s.Ends.Format("Monday 2 January, 15:04")
	switch {
	case s.Pause:
		return fault.New(fault.Suspended, "printing-suspended", "%s You can print again from %s.", s.Reason, s.Ends.Format("15:04"))
	case s.Action == rule.TeacherRelease:
		return fault.New(fault.Suspended, "printing-suspended", "A teacher prints your work with you until %s. Reason: %s Disagree? %s", ends, ended(s.Reason), s.Objection)
	}
	return fault.New(fault.Suspended, "printing-suspended", "You can't print here until %s. Reason: %s Disagree? %s", ends, ended(s.Reason), s.Objection)
}

// ended is a text that ends as a sentence does.
func ended(text string) string { return strings.TrimRight(text, ". ") + "." }

func unsigned(c school.Consent) error {
	if !c.Bars {
		return nil
	}
	return fault.New(fault.Suspended, "agreement-unsigned",
		"Your printing agreement is not signed. Bring the form to reception, or ask your tutor for a new one.")
}
