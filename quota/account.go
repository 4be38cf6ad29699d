package quota

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// AccountID names an account.
type AccountID int64

// Purse is what an account counts in. Units of one purse never become units of another:
// the database refuses such a transfer.
type Purse string

// The purses.
const (
	PagePurse   Purse = "pages"  // what printing costs, in units
	ColourPurse Purse = "colour" // impressions in colour: a ceiling beside what they cost
)

// AccountKind is whose an account is.
type AccountKind string

// The kinds of account. A person's, a personal and a shared one have a floor: the
// database holds their balance at 0 or more. The last four each school has once for each
// purse.
const (
	PersonAccount   AccountKind = "person"    // what somebody gets to spend
	PersonalAccount AccountKind = "personal"  // a member of staff's own use, apart from work
	SharedAccount   AccountKind = "shared"    // a department's, a class's, an event's
	CentreAccount   AccountKind = "centre"    // shared and without a limit: recorded, never refused
	toGive          AccountKind = "allowance" // where units come from and go back to
	setAside        AccountKind = "reserved"  // for deliveries on their way
	spent           AccountKind = "printed"
	lost            AccountKind = "lost" // charged for something else than printing
)

// Account is an account as it was when it was read or locked.
type Account struct {
	ID      AccountID
	Kind    AccountKind
	Purse   Purse
	Person  school.PersonID // whose it is, or 0
	Name    string          // of a shared one, or ""
	Balance int64           // units; 0 of accounts without a floor, whose balance is not kept
	Floor   bool
	Closed  bool

	owner school.Pseudonym // of Person, or ""
	own   bool             // it belongs to who acts, at this school or another
}

// Left is what somebody may still spend.
type Left struct {
	Units   int64
	Unit    Unit  // what Units are, where somebody reads it
	Colour  int64 // impressions in colour, if there is a ceiling
	Ceiling bool  // on colour
}

// Covers refuses what costs more than there is, in units or in colour ("not-enough",
// "not-enough-colour"): for showing, a reservation decides again.
func (l Left) Covers(units, colour int64) error {
	switch {
	case units > l.Units:
		return l.Unit.NotEnough(units, l.Units)
	case l.Ceiling && colour > l.Colour:
		return NotEnoughColour(colour, l.Colour)
	}
	return nil
}

// LeftOf is what people may still spend. Who is not named in the answer has nothing.
func LeftOf(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]Left, error) {
	return leftOf(ctx, tx, people)
}

// Balance is what a person may still spend, in units.
func Balance(ctx context.Context, tx *db.Tx, person school.PersonID) (int64, error) {
	all, err := LeftOf(ctx, tx, []school.PersonID{person})
	return all[person].Units, err
}

// Balances is Balance for many people at once.
func Balances(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]int64, error) {
	all, err := LeftOf(ctx, tx, people)
	units := make(map[school.PersonID]int64, len(all))
	for person, left := range all {
		units[person] = left.Units
	}
	return units, err
}

// AccountOf is a person's own account of a purse (0 where there is none: a colour account
// is opened with the first ceiling).
func AccountOf(ctx context.Context, tx *db.Tx, person school.PersonID, purse Purse) (AccountID, error) {
	return accountOf(ctx, tx, person, purse)
}
