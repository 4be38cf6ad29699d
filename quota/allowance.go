package quota

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Grant gives one person units out of the school's allowance. Key makes it
// happen once, however often it is asked for: such as "term:2026-autumn:17".
type Grant struct {
	Person school.PersonID
	Purse  Purse // "" is PagePurse
	Amount int64 // 1 to MostUnits
	Key    string
}

var noCeiling = fault.New(fault.Conflict, "no-ceiling", "There is no ceiling on colour to raise: only the pages count.")

// Give makes grants that have not been made yet and says how many those were. It locks
// the accounts of all that are named, by ascending number. Nobody gives to themself
// ("own-account"), and a ceiling on colour is raised only where there is one ("no-ceiling").
func Give(ctx context.Context, tx *db.Tx, id school.ID, actor school.Pseudonym, all []Grant) (int, error) {
	for _, g := range all {
		if g.Amount < 1 || g.Amount > MostUnits {
			return 0, transferAmount
		}
	}
	accounts, err := lockPeople(ctx, tx, actor, column(all, func(g Grant) school.PersonID { return g.Person }))
	if err != nil {
		return 0, fmt.Errorf("lock accounts: %w", err)
	}
	type of struct {
		school.PersonID
		Purse
	}
	book := map[of]Account{}
	for _, a := range accounts {
		if a.own {
			return 0, ownAccount
		}
		if !a.Closed {
			book[of{a.Person, a.Purse}] = a
		}
	}
	entries := make([]entry, len(all))
	for i, g := range all {
		purse := g.Purse
		if purse == "" {
			purse = PagePurse
		}
		to, found := book[of{g.Person, purse}]
		switch {
		case !found && purse == ColourPurse:
			return 0, noCeiling
		case !found:
			return 0, fmt.Errorf("person %d has no account at school %d", g.Person, id)
		}
		entries[i] = entry{kind: Granted, purse: purse, to: to.ID, amount: g.Amount, key: g.Key}
	}
	made, err := insertTransfers(ctx, tx, id, actor, entries)
	return len(made), err
}
