package quota

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Grant gives one person units out of the school's allowance. Key makes it
// happen once, however often it is asked for: such as "term:2026-autumn:17".
type Grant struct {
	Person school.PersonID
	Amount int64 // more than 0
	Key    string
}

// Give makes grants that have not been made yet and says how many those were.
func Give(ctx context.Context, tx *db.Tx, id school.ID, actor school.Pseudonym, all []Grant) (int, error) {
	source, err := schoolAccount(ctx, tx, id, "allowance")
	if err != nil {
		return 0, err
	}
	persons := make([]school.PersonID, len(all))
	for i, g := range all {
		if g.Amount <= 0 {
			return 0, fmt.Errorf("grant of %d units is not a grant", g.Amount)
		}
		persons[i] = g.Person
	}
	if err := openAccounts(ctx, tx, id, persons); err != nil {
		return 0, fmt.Errorf("open accounts: %w", err)
	}
	return insertGrants(ctx, tx, id, source, actor, all)
}

// Balance is what a person may still spend, in units.
func Balance(ctx context.Context, tx *db.Tx, person school.PersonID) (int64, error) {
	all, err := Balances(ctx, tx, []school.PersonID{person})
	return all[person], err
}

// Balances is Balance for many people at once. Who has no account has 0.
func Balances(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]int64, error) {
	return balances(ctx, tx, people)
}
