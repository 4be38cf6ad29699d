package conduct

import (
	"context"
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
// one category. They are decided together.
type Pile struct {
	Person   school.PersonID
	Name     string
	Year     int    // school.NoYear for none
	Category string // its title
	Rule     string // as its version calls it; "" of staff
	Flags    []Sighting
}

// Sighting is one flag of a pile.
type Sighting struct {
	ID       FlagID
	At       time.Time
	Kind     rule.Kind
	Evidence rule.Evidence
	By       string // of staff
	Note     string
	Reported bool
}

// pilesOf is how many people are shown at once.
const pilesOf = 30

// Undecided are the flags that wait for somebody, who was flagged last first, and how many more people wait
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

// piles are flags by person and kind, in the order of the newest of each person.
func piles(waiting []openFlag) (all []Pile, more int) {
	type kind struct {
		number   rule.Number
		category string
	}
	order, of := []school.PersonID{}, map[school.PersonID]map[kind]*Pile{}
	kinds := map[school.PersonID][]*Pile{}
	for _, f := range waiting {
		if of[f.Person] == nil {
			order, of[f.Person] = append(order, f.Person), map[kind]*Pile{}
		}
		k := kind{f.Number, f.Category}
		if of[f.Person][k] == nil {
			of[f.Person][k] = &Pile{Person: f.Person, Name: f.Name, Year: f.Year, Category: f.Title, Rule: f.Rule}
			kinds[f.Person] = append(kinds[f.Person], of[f.Person][k])
		}
		of[f.Person][k].Flags = append(of[f.Person][k].Flags, f.Sighting)
	}
	for i, person := range order {
		if i == pilesOf {
			return all, len(order) - pilesOf
		}
		for _, p := range kinds[person] {
			all = append(all, *p)
		}
	}
	return all, 0
}

// UndecidedPeople is how many people have flags that wait for somebody.
func (c *Conduct) UndecidedPeople(ctx context.Context, a school.Actor) (n int, err error) {
	if !a.May(school.ReviewConduct) {
		return 0, school.NotAllowed
	}
	err = c.db.Look(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		n, err = undecidedPeople(ctx, tx, a)
		return err
	})
	return n, err
}

// DecideFlags upholds or dismisses a flag and all older ones of its pile that wait for the same
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
		if err := lockStanding(ctx, tx, pile[0].Person, "FOR UPDATE"); err != nil {
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
	person := pile[0].Person
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
