package conduct

import (
	"context"
	"net/mail"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Rank is the place of somebody who is told of matters of safeguarding.
type Rank string

// The ranks, in the order in which a matter climbs.
const (
	Lead     Rank = "lead"
	Deputy   Rank = "deputy"
	LastHead Rank = "head"
)

// Keeper is somebody who is told of matters, and by which mail address.
type Keeper struct {
	Rank   Rank
	Person school.PersonID
	Name   string
	Mail   string // "" for none: they look at the page
}

// Keepers are who is told of matters at a school, in their order.
func Keepers(ctx context.Context, tx *db.Tx, id school.ID) ([]Keeper, error) {
	return keepers(ctx, tx, id)
}

// NameKeepers says who is told of matters: leads and deputies have the role of safeguarding, the
// last one that of the head. It replaces who was named before.
func (c *Conduct) NameKeepers(ctx context.Context, by school.Actor, all []Keeper) error {
	if !by.May(school.NameReviewers) {
		return school.NotAllowed
	}
	if len(all) > 20 {
		return fault.New(fault.Invalid, "keepers-many", "Name up to twenty people.")
	}
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		for i, k := range all {
			if err := fitKeeper(ctx, tx, k, all[:i]); err != nil {
				return err
			}
		}
		if err := replaceKeepers(ctx, tx, by.School, all); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "safeguarding-named", Actor: by.Pseudonym, Facts: map[string]any{"people": len(all)}})
	})
}

func fitKeeper(ctx context.Context, tx *db.Tx, k Keeper, before []Keeper) error {
	p, err := school.PersonByID(ctx, tx, k.Person)
	if err != nil {
		return err
	}
	role := school.Safeguarding
	if k.Rank == LastHead {
		role = school.Head
	}
	if p.Left || !slices.Contains(p.Roles, role) {
		return fault.New(fault.Invalid, "keeper-unfit", "Leads and deputies have the role safeguarding, the last one the role head.")
	}
	if slices.ContainsFunc(before, func(o Keeper) bool { return o.Person == k.Person }) {
		return fault.New(fault.Invalid, "keeper-twice", "Name each person once.")
	}
	if _, err := mail.ParseAddress(k.Mail); k.Mail != "" && (err != nil || len(k.Mail) > 254) {
		return fault.New(fault.Invalid, "keeper-mail", "Write an address such as lead@school.example, or none.")
	}
	return nil
}
