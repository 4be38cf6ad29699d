package conduct

import (
	"context"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// Pile is what waits for a person's word about somebody: flags of one rule or, by members of staff, of
// one category; or about those who have something in common. They are decided together.
type Pile struct {
	Person   school.PersonID // of a bundle, who was flagged last
	Bundle   BundleID        // 0 of one person's
	Name     string
	Year     int    // school.NoYear for none
	Category string // its title
	Rule     string // as its version calls it; "" of staff
	Flags    []Sighting
}

// Sighting is one flag of a pile.
type Sighting struct {
	ID       FlagID
	Person   school.PersonID
	Name     string
	Year     int // school.NoYear for none
	At       time.Time
	Kind     rule.Kind
	Evidence rule.Evidence
	By       string // of staff
	Note     string
	Reported bool
}

// pilesOf is how many people, and bundles, are shown at once.
const pilesOf = 30

// Undecided are the flags that wait for somebody, who was flagged last first, and how many more people and bundles wait
// than are shown. They are with the reviewers of the pupil's year, and the head: never with
// who raised one or whose it is. What is the safeguarding lead's is never among them.
func (c *Conduct) Undecided(ctx context.Context, a school.Actor) (all []Pile, more int, err error) {
	if !a.May(school.ReviewConduct) {
		return nil, 0, school.NotAllowed
	}
	err = c.db.Look(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		waiting, err := undecided(ctx, tx, a, 0)
		all, more = piles(waiting)
		return err
	})
	return all, more, err
}

// piles are flags by whom they are about and by kind, in the order of the newest of each.
func piles(waiting []openFlag) (all []Pile, more int) {
	type about struct { // a person, or a bundle
		person school.PersonID
		bundle BundleID
	}
	type kind struct {
		about
		number   rule.Number
		category string
	}
	order, kinds, of := []about{}, map[about][]*Pile{}, map[kind]*Pile{}
	for _, f := range waiting {
		whom := about{person: f.Person}
		if f.Bundle != 0 {
			whom = about{bundle: f.Bundle}
		}
		k := kind{whom, f.Number, f.Category}
		if of[k] == nil {
			if kinds[whom] == nil {
				order = append(order, whom)
			}
			of[k] = &Pile{Person: f.Person, Bundle: f.Bundle, Name: f.Name, Year: f.Year, Category: f.Title, Rule: f.Rule}
			kinds[whom] = append(kinds[whom], of[k])
		}
		of[k].Flags = append(of[k].Flags, f.Sighting)
	}
	for _, whom := range order[:min(len(order), pilesOf)] {
		for _, p := range kinds[whom] {
			all = append(all, *p)
		}
	}
	return all, max(0, len(order)-pilesOf)
}

// UndecidedCases is how many people, and bundles of what many have in common, wait for somebody.
func (c *Conduct) UndecidedCases(ctx context.Context, a school.Actor) (n int, err error) {
	if !a.May(school.ReviewConduct) {
		return 0, school.NotAllowed
	}
	err = c.db.Look(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		n, err = undecidedCases(ctx, tx, a)
		return err
	})
	return n, err
}

// DecideFlags upholds or dismisses a flag and all older ones of its pile, or of its bundle, that wait for the same
// person, with a reason for the record (1-500 characters). One that was dismissed counts for nothing,
// and a rule's withdrawal that rests on no other flag ends with it.
func (c *Conduct) DecideFlags(ctx context.Context, by school.Actor, newest FlagID, as Outcome, why string) error {
	why = strings.TrimSpace(why)
	if !by.May(school.ReviewConduct) {
		return school.NotAllowed
	}
	if as != Upheld && as != Dismissed {
		return fault.New(fault.Invalid, "flag-outcome", "Choose to uphold or to dismiss.")
	}
	if n := len([]rune(why)); n == 0 || n > 500 {
		return fault.New(fault.Invalid, "flag-why", "Write your reason in up to 500 characters. It is kept on record.")
	}
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		pile, err := pileOf(ctx, tx, by, newest)
		if err != nil {
			return err
		}
		if err := lockStandings(ctx, tx, peopleOf(pile)); err != nil {
			return err
		}
		if pile, err = pileOf(ctx, tx, by, newest); err != nil { // anew: somebody else may have
			return err
		}
		return c.decideFlags(ctx, tx, by, pile, as, why)
	})
}

func (c *Conduct) decideFlags(ctx context.Context, tx *db.Tx, by school.Actor, pile []openFlag, as Outcome, why string) error {
	ids := make([]FlagID, len(pile))
	for i, f := range pile {
		ids[i] = f.ID
	}
	if err := closeFlags(ctx, tx, by, ids, as, why); err != nil {
		return err
	}
	for _, person := range peopleOf(pile) {
		if err := c.decided(ctx, tx, by, person, idsOf(pile, person), as, why); err != nil {
			return err
		}
	}
	return nil
}

// idsOf are those of one person.
func idsOf(pile []openFlag, p school.PersonID) (all []FlagID) {
	for _, f := range pile {
		if f.Person == p {
			all = append(all, f.ID)
		}
	}
	return all
}

// peopleOf are whose flags they are, by ascending number.
func peopleOf(pile []openFlag) (all []school.PersonID) {
	for _, f := range pile {
		all = append(all, f.Person)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// decided does to one person what was decided about their flags, and records it.
func (c *Conduct) decided(ctx context.Context, tx *db.Tx, by school.Actor, person school.PersonID, ids []FlagID, as Outcome, why string) error {
	if as == Dismissed {
		if err := liftUnfounded(ctx, tx, by, person, ids, why); err != nil {
			return err
		}
	}
	p, err := school.PersonByID(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := c.hub.Touch(ctx, tx, by.School, events.Person(int64(person))); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "flags-" + string(as), Actor: by.Pseudonym, Subject: p.Pseudonym, Object: flagObject(ids[0]), Note: why,
		Facts: map[string]any{"flags": len(ids)}})
}

// pileOf is a flag that waits for somebody's word, and the older ones that are decided with it.
func pileOf(ctx context.Context, tx *db.Tx, by school.Actor, newest FlagID) ([]openFlag, error) {
	if newest == 0 {
		return nil, noFlag
	}
	pile, err := undecided(ctx, tx, by, newest)
	if err != nil || len(pile) > 0 && pile[0].ID == newest {
		return pile, err
	}
	own, err := raisedBy(ctx, tx, by, newest)
	if err == nil && own {
		err = ownCase
	}
	if err == nil {
		err = noFlag
	}
	return nil, err
}

var noFlag = fault.New(fault.Conflict, "flag-unknown", "There is no such flag, or it is closed already.")
