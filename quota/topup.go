package quota

import (
	"context"
	"crypto/rand"
	"strings"
	"unicode/utf8"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// MostTopUp is the most units that one top-up gives.
const MostTopUp = 1_000_000

// TopUp is units out of the school's allowance for one account.
type TopUp struct {
	Shared  AccountID       // a shared account's, or 0
	Person  school.PersonID // or somebody's ...
	Private bool            // ... and then their personal account's, apart from work
	Amount  int64           // 1 to MostTopUp
	Reason  string          // 1 to 200 characters
	Key     string          // makes it happen once, however often it is asked for
}

var (
	topUpPages   = fault.New(fault.Invalid, "top-up-pages", "A top-up is a whole number of pages from 1 to 1,000,000.")
	giveReason   = fault.New(fault.Invalid, "give-reason", "Say why, in 1 to 200 characters.")
	topUpNoLimit = fault.New(fault.Conflict, "account-unlimited", "This account has no limit, so there is nothing to top up: what it pays for is recorded.")
	privateStaff = fault.New(fault.Conflict, "account-private", "Only members of staff have a private account.")
)

// GiveTopUp makes a top-up that has not been made yet and says whether it did. It is for who
// may ("not-allowed") and for a command on the server, and never to oneself ("own-account"):
// neither at another school nor through an account that nobody else may charge.
func GiveTopUp(ctx context.Context, tx *db.Tx, by school.Actor, t TopUp) (bool, error) {
	t.Reason = strings.TrimSpace(t.Reason)
	if err := mayTopUp(by); err != nil {
		return false, err
	}
	switch {
	case t.Amount < 1 || t.Amount > MostTopUp:
		return false, topUpPages
	case !reasonable(t.Reason):
		return false, giveReason
	}
	to, err := t.account(ctx, tx, by)
	if err != nil {
		return false, err
	}
	made, err := Move(ctx, tx, by, t.Reason, Transfer{Kind: Granted, To: to, Amount: t.Amount, Key: t.Key})
	return made > 0, err
}

// NewKey is a key that nobody has had before.
func NewKey() string { return rand.Text() }

func reasonable(reason string) bool { return reason != "" && utf8.RuneCountInString(reason) <= 200 }

// account is what is topped up, opened where it is personal and was not there.
func (t TopUp) account(ctx context.Context, tx *db.Tx, by school.Actor) (AccountID, error) {
	if t.Shared != 0 {
		s, err := SharedByID(ctx, tx, by.School, t.Shared)
		if err != nil {
			return 0, err
		}
		if !s.Limited {
			return 0, topUpNoLimit
		}
		alone, err := ownAlone(ctx, tx, by.Pseudonym, s.ID)
		if err == nil && alone {
			err = ownAccount
		}
		return s.ID, err
	}
	p, err := school.PersonByID(ctx, tx, t.Person)
	if err != nil {
		return 0, err
	}
	if !t.Private {
		return AccountOf(ctx, tx, p.ID, PagePurse)
	}
	if !(school.Belonging{Roles: p.Roles}).Staff() {
		return 0, privateStaff
	}
	return openPersonal(ctx, tx, by.School, p.ID)
}
