package quota

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Gift is pages for pupils of a class, out of its budget.
type Gift struct {
	Class  school.ClassID
	To     []school.PersonID // pupils of the class
	Each   int64             // 1 to MostGift
	Reason string            // 1 to 200 characters
	Key    string            // of the form: makes it happen once, however often it is sent; 1 to 60 characters
}

// MostGift is the most pages that one gift has for one pupil.
const MostGift = 1000

var (
	giftPages  = fault.New(fault.Invalid, "gift-pages", "Give each of them a whole number of pages from 1 to 1,000.")
	giftNobody = fault.New(fault.Invalid, "gift-nobody", "Choose who gets them.")
	giftPupil  = fault.New(fault.Conflict, "gift-pupil", "Somebody you chose is not in this class today. Please look at the list again.")
	giftKey    = fault.New(fault.Invalid, "gift-key", "Please open the page again and fill in the form.")
	giftBudget = fault.New(fault.Conflict, "gift-budget", "This class has no budget to give from. IT can open one.")
)

// Sum is what the gift takes from the budget.
func (g Gift) Sum() int64 { return g.Each * int64(len(g.To)) }

// check puts the gift in order, or refuses it.
func (g *Gift) check() error {
	g.Reason = strings.TrimSpace(g.Reason)
	g.To = slices.Compact(slices.Sorted(slices.Values(g.To)))
	switch {
	case len(g.To) == 0:
		return giftNobody
	case g.Each < 1 || g.Each > MostGift:
		return giftPages
	case !reasonable(g.Reason):
		return giveReason
	case g.Key == "" || len(g.Key) > 60:
		return giftKey
	}
	return nil
}

// CheckGift refuses what GiveFromClass would, as far as that is known by now, and says what
// is left of the budget.
func CheckGift(ctx context.Context, tx *db.Tx, by school.Actor, g Gift) (left int64, err error) {
	budget, err := g.budget(ctx, tx, by)
	if err != nil {
		return 0, err
	}
	if g.Sum() > budget.Balance {
		return budget.Balance, g.short(budget.Balance)
	}
	return budget.Balance, nil
}

// GiveFromClass gives each of some pupils so many pages out of their class's budget: all of
// them or none. It is for who teaches the class at that moment ("class-unknown"), who gives
// to nobody else ("gift-pupil"), never to themself ("own-account") and never more than there
// is ("gift-short"). It says how many got theirs now: 0 when the same form comes again.
func GiveFromClass(ctx context.Context, tx *db.Tx, by school.Actor, g Gift) (int, error) {
	budget, err := g.budget(ctx, tx, by)
	if err != nil {
		return 0, err
	}
	accounts, err := ownAccounts(ctx, tx, g.To)
	if err != nil {
		return 0, err
	}
	all := make([]Transfer, len(g.To))
	for i, p := range g.To {
		all[i] = Transfer{Kind: Granted, From: budget.ID, To: accounts[p], Amount: g.Each, Key: fmt.Sprintf("gift:%s:%d", g.Key, p)}
	}
	made, err := Move(ctx, tx, by, g.Reason, all...)
	if f := fault.As(err); f != nil && f.Code == "account-short" {
		if budget, err = SharedByID(ctx, tx, by.School, budget.ID); err == nil {
			err = g.short(budget.Balance)
		}
	}
	return made, err
}

func (g Gift) short(left int64) error {
	return fault.New(fault.Unpaid, "gift-short", "%s each for %d pupils is %s, and the budget has %s left. Nobody was given any.", amount(g.Each), len(g.To), amount(g.Sum()), amount(left))
}

// budget checks who gives to whom, and is what they give of.
func (g *Gift) budget(ctx context.Context, tx *db.Tx, by school.Actor) (Shared, error) {
	if !by.May(school.GrantFromClass) {
		return Shared{}, school.NotAllowed
	}
	if _, err := school.Teaches(ctx, tx, by, g.Class); err != nil {
		return Shared{}, err
	}
	if err := g.check(); err != nil {
		return Shared{}, err
	}
	pupils, err := school.PupilsToday(ctx, tx, by.School, g.Class)
	if err != nil {
		return Shared{}, err
	}
	for _, id := range g.To {
		if !slices.ContainsFunc(pupils, func(p school.Person) bool { return p.ID == id }) {
			return Shared{}, giftPupil
		}
	}
	s, err := SharedOfClass(ctx, tx, by.School, g.Class)
	if fault.KindOf(err) == fault.NotFound || err == nil && !s.Open(tx.Now) {
		err = giftBudget
	}
	return s, err
}
