package quota

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// giveAtOnce is how many people one transaction gives to.
const giveAtOnce = 500

// Giver gives each person the allowance of the period, once.
type Giver struct {
	DB    *db.DB
	Log   *slog.Logger
	Every time.Duration // 0 is a minute
}

// Run gives until ctx ends. Several nodes may: what is given is given once.
func (g *Giver) Run(ctx context.Context) error {
	repeat(ctx, g.Every, func() {
		if n, err := g.GiveAll(ctx); err != nil && ctx.Err() == nil {
			g.Log.Error("give allowances", "error", err)
		} else if n > 0 {
			g.Log.Info("allowances given", "people", n)
		}
	})
	return nil
}

// repeat does something at once and then each so often, 0 being a minute, until ctx ends.
func repeat(ctx context.Context, every time.Duration, do func()) {
	if every == 0 {
		every = time.Minute
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// GiveAll gives at every school what is due now and says to how many people.
func (g *Giver) GiveAll(ctx context.Context) (given int, err error) {
	var all []school.School
	err = g.DB.Look(ctx, db.System("allowances"), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = school.All(ctx, tx)
		return err
	})
	for _, s := range all {
		n, wrong := g.giveAt(ctx, s)
		given, err = given+n, errors.Join(err, wrong)
	}
	return given, err
}

func (g *Giver) giveAt(ctx context.Context, s school.School) (given int, err error) {
	var after school.PersonID
	for more := true; more; {
		err := g.DB.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
			n, last, err := giveSome(ctx, tx, s, after)
			tx.AfterCommit(func() { given, after, more = given+n, last, last != 0 })
			return err
		})
		if err != nil {
			return given, fmt.Errorf("give allowances of school %d: %w", s.ID, err)
		}
	}
	return given, nil
}

// GiveAllowances gives what is due now at a school in the transaction, and says to how
// many people.
func GiveAllowances(ctx context.Context, tx *db.Tx, s school.School) (given int, err error) {
	for after := school.PersonID(0); ; {
		n, last, err := giveSome(ctx, tx, s, after)
		if err != nil || last == 0 {
			return given + n, err
		}
		given, after = given+n, last
	}
}

// giveSome gives to people after one, by number, who have nothing of this period yet, and begins it for those who get nothing. last is
// where to go on, 0 at the end.
func giveSome(ctx context.Context, tx *db.Tx, s school.School, after school.PersonID) (given int, last school.PersonID, err error) {
	p, err := PolicyOf(ctx, tx, s.ID)
	if err != nil {
		return 0, 0, err
	}
	c, err := school.CalendarOf(ctx, tx, s.ID)
	if err != nil {
		return 0, 0, err
	}
	start := p.Per.Start(c, tx.Now)
	if err := lockGiving(ctx, tx, s.ID); err != nil {
		return 0, 0, err
	}
	people, begun, err := peopleWithout(ctx, tx, s.ID, p.Per, start, after, giveAtOnce)
	if err != nil || len(people) == 0 {
		return 0, 0, err
	}
	if len(people) == giveAtOnce {
		last = people[len(people)-1]
	}
	belongings, err := school.BelongingsOf(ctx, tx, s, people)
	if err != nil {
		return 0, 0, err
	}
	var all []share
	for i, person := range people {
		b, here := belongings[person]
		if !here {
			continue
		}
		pages, colour := p.Entitled(person, b)
		if pages > 0 {
			given++
		}
		if pages > 0 || !begun[i] {
			all = append(all, share{person, pages, colour, begun[i]})
		}
	}
	return given, last, giveTo(ctx, tx, s.ID, p, start, all)
}

// share is what one person gets of a period.
type share struct {
	person school.PersonID
	pages  int64  // 0 for whoever gets nothing, and whose period begins all the same
	colour *int64 // nil is no ceiling
	begun  bool   // theirs has begun, with nothing
}

// grants are the transfers that a share is given by.
func (s share) grants(p Period, start calendar.Date) []Grant {
	key := fmt.Sprintf("allowance:%s:%s:%d", p, start, s.person)
	if s.pages == 0 {
		return nil
	}
	all := []Grant{{Person: s.person, Amount: s.pages, Key: key}}
	if s.colour != nil && *s.colour > 0 {
		all = append(all, Grant{Person: s.person, Purse: ColourPurse, Amount: *s.colour, Key: key + ":colour"})
	}
	return all
}

// giveTo takes back what is left of the period before, but for what may be carried
// over, and gives. It locks all accounts that it moves first.
func giveTo(ctx context.Context, tx *db.Tx, id school.ID, p Policy, start calendar.Date, all []share) error {
	if len(all) == 0 {
		return nil
	}
	var grants []Grant
	var limited, free, ending []school.PersonID
	for _, s := range all {
		grants = append(grants, s.grants(p.Per, start)...)
		if !s.begun {
			ending = append(ending, s.person)
		}
		if s.colour != nil {
			limited = append(limited, s.person)
		} else {
			free = append(free, s.person)
		}
	}
	people := append(slices.Clone(limited), free...)
	if _, err := lockPeople(ctx, tx, "", people); err != nil {
		return fmt.Errorf("lock accounts: %w", err)
	}
	if err := expireLeft(ctx, tx, id, p, start, ending); err != nil {
		return fmt.Errorf("expire what is left: %w", err)
	}
	if err := openCeilings(ctx, tx, id, limited); err != nil {
		return fmt.Errorf("open ceilings: %w", err)
	}
	if err := closeCeilings(ctx, tx, free); err != nil {
		return fmt.Errorf("close ceilings: %w", err)
	}
	if err := insertGiven(ctx, tx, id, p.Per, start, all); err != nil {
		return err
	}
	_, err := Give(ctx, tx, id, "", grants)
	crash.At("allowances-written")
	return err
}
