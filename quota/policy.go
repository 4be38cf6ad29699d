package quota

import (
	"context"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var (
	allowancePages  = fault.New(fault.Invalid, "allowance-pages", "An allowance is 0 to 1,000,000 pages.")
	allowanceColour = fault.New(fault.Invalid, "allowance-colour", "A ceiling on colour is 0 to 1,000,000 pages.")
	audienceWhom    = fault.New(fault.Invalid, "allowance-whom", "What is for one person names nobody else.")
	audienceYears   = fault.New(fault.Invalid, "allowance-years", "Year groups go from 0 (Reception) to 14, such as 7-9.")
	allowanceNone   = fault.New(fault.NotFound, "allowance-unknown", "There is no allowance for exactly these people.")
	policyPer       = fault.New(fault.Invalid, "allowance-per", "Allowances are given per term, month, week or day.")
	policyCombine   = fault.New(fault.Invalid, "allowance-combine", "Several allowances of one person make the highest or the sum.")
	policyCarry     = fault.New(fault.Invalid, "allowance-carry", "0 to 1,000,000 pages can be carried over.")
)

// PolicyOf is how a school gives: its own policy, or the default.
func PolicyOf(ctx context.Context, tx *db.Tx, id school.ID) (Policy, error) {
	p, found, err := policyRow(ctx, tx, id)
	if err != nil || !found {
		return DefaultPolicy(), err
	}
	p.All, err = allowances(ctx, tx, id)
	return p, err
}

// SetPolicy changes the period, how allowances combine and what is carried over. It
// counts from now on: a period that begins today by the new rule is given today.
func SetPolicy(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, change func(*Policy)) (Policy, error) {
	p, err := ownPolicy(ctx, tx, id)
	if err != nil {
		return p, err
	}
	change(&p)
	if err := p.Check(); err != nil {
		return p, err
	}
	if err := savePolicy(ctx, tx, id, p); err != nil {
		return p, err
	}
	return p, audit.Record(ctx, tx, audit.Entry{School: id, Act: "allowance-policy", Actor: by,
		Facts: map[string]any{"per": string(p.Per), "combine": string(p.Combine), "carry": p.Carry}})
}

// Check refuses a period, a way to combine and an amount to carry over that there are not
// ("allowance-per", "allowance-combine", "allowance-carry").
func (p Policy) Check() error {
	switch {
	case !slices.Contains(Periods(), p.Per):
		return policyPer
	case p.Combine != Highest && p.Combine != Sum:
		return policyCombine
	case p.Carry < 0 || p.Carry > 1_000_000:
		return policyCarry
	}
	return nil
}

// Check refuses an amount and an audience that there cannot be ("allowance-pages",
// "allowance-colour", "allowance-whom", "allowance-years").
func (a Allowance) Check() error {
	switch {
	case a.Pages < 0 || a.Pages > 1_000_000:
		return allowancePages
	case a.Colour != nil && (*a.Colour < 0 || *a.Colour > 1_000_000):
		return allowanceColour
	}
	return a.For.check()
}

// SetAllowance sets what an audience gets, in place of what it got before. Who has had
// this period's allowance keeps it: it counts from the next period on.
func SetAllowance(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, a Allowance) error {
	if err := a.Check(); err != nil {
		return err
	}
	if _, err := ownPolicy(ctx, tx, id); err != nil {
		return err
	}
	if err := saveAllowance(ctx, tx, id, a); err != nil {
		return err
	}
	return a.record(ctx, tx, by, id, "allowance-set")
}

// RemoveAllowance removes what is set for exactly an audience.
func RemoveAllowance(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, of Audience) error {
	if _, err := ownPolicy(ctx, tx, id); err != nil {
		return err
	}
	found, err := deleteAllowance(ctx, tx, id, of)
	if err == nil && !found {
		err = allowanceNone
	}
	if err != nil {
		return err
	}
	return Allowance{For: of}.record(ctx, tx, by, id, "allowance-removed")
}

func (a Allowance) record(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, act string) error {
	facts := map[string]any{"pages": a.Pages, "from": a.For.From, "to": a.For.To, "class": int64(a.For.Class), "person": int64(a.For.Person)}
	if a.For.Role != "" {
		facts["role"] = string(a.For.Role)
	}
	if a.Colour != nil {
		facts["colour"] = *a.Colour
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: act, Actor: by, Facts: facts})
}

// ownPolicy is the school's policy to be changed: the default becomes its own first.
func ownPolicy(ctx context.Context, tx *db.Tx, id school.ID) (Policy, error) {
	p, err := PolicyOf(ctx, tx, id)
	if err != nil || !p.Default {
		return p, err
	}
	p.Default = false
	if err := savePolicy(ctx, tx, id, p); err != nil {
		return p, err
	}
	for _, a := range p.All {
		if err := saveAllowance(ctx, tx, id, a); err != nil {
			return p, err
		}
	}
	return p, nil
}
