package console

import (
	"context"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// booking is one transfer of somebody's pages, and by whom.
type booking struct {
	quota.Booking
	who string // the member of staff who made it, or ""
}

// bookingsOf are transfers of somebody's own pages, the latest first; none of who has no account.
func bookingsOf(ctx context.Context, tx *db.Tx, sc school.ID, person school.PersonID, kinds []quota.Kind, before int64, limit int) ([]booking, error) {
	accounts, err := quota.AccountsOf(ctx, tx, person)
	i := slices.IndexFunc(accounts, func(a quota.Account) bool { return a.Kind == quota.PersonAccount && a.Purse == quota.PagePurse })
	if err != nil || i < 0 {
		return nil, err
	}
	all, err := quota.Bookings(ctx, tx, accounts[i].ID, kinds, before, limit)
	if err != nil {
		return nil, err
	}
	var who []school.Pseudonym
	for _, b := range all {
		if b.By != "" && slices.Contains(quota.Given(), b.Kind) {
			who = append(who, b.By)
		}
	}
	names, err := school.StaffNamed(ctx, tx, sc, who)
	rows := make([]booking, len(all))
	for i, b := range all {
		rows[i] = booking{b, names[b.By]}
	}
	return rows, err
}

// periodWords name the allowance of a period.
var periodWords = map[quota.Period]string{quota.Term: "Pages for the term", quota.Month: "Pages for the month", quota.Week: "Pages for the week", quota.Day: "Pages for the day"}

// what says in plain words what a transfer was.
func (b booking) what() string {
	switch b.Kind {
	case quota.Reserved:
		return "A print"
	case quota.Returned:
		return "Back from that print: it took less"
	case quota.Voided:
		return "Back from that print: it did not come out"
	case quota.Refunded:
		return "Pages given back"
	case quota.Charged:
		return "Pages taken"
	case quota.Expired:
		return "Left over at the end of the period"
	}
	switch {
	case b.Period() != "":
		return periodWords[b.Period()]
	case b.Name != "":
		return "A gift from " + b.Name
	case strings.HasPrefix(b.Key, "gift:"):
		return "A gift"
	}
	return "Topped up"
}

// signed is units in or out of an account.
func signed(unit quota.Unit, units int64) string {
	if units < 0 {
		return "−" + unit.Say(-units)
	}
	return "+" + unit.Say(units)
}
