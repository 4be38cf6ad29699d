package release

import (
	"context"
	"fmt"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// LoseBadge makes a person's badges unknown at every school at once, ends their visits
// at stations, and gives them a pass until the school closes. Asked again it gives a new
// pass, which ends the one before.
func (d *Desk) LoseBadge(ctx context.Context, a school.Actor, person school.PersonID) (pass school.Pass, err error) {
	err = d.atReception(ctx, a, person, func(ctx context.Context, tx *db.Tx, p school.Person) error {
		if _, err := school.LoseBadges(ctx, tx, a.Pseudonym, p); err != nil {
			return err
		}
		c, err := school.CalendarOf(ctx, tx, a.School)
		if err != nil {
			return err
		}
		pass, err = d.Directory.IssuePass(ctx, tx, a.Pseudonym, p, school.DayPages, c.DayEnds(tx.Now))
		return err
	})
	return pass, err
}

// FindBadge makes lost badges good again and ends the pass that stood for them. It is
// refused when none is lost ("badge-not-lost").
func (d *Desk) FindBadge(ctx context.Context, a school.Actor, person school.PersonID) error {
	return d.atReception(ctx, a, person, func(ctx context.Context, tx *db.Tx, p school.Person) error {
		n, err := school.FindBadges(ctx, tx, a.Pseudonym, p)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "badge-not-lost", "No badge of this person's is lost.")
		}
		return err
	})
}

// LoseOwnBadge makes the actor's own badges unknown at every school at once, and ends their visits
// at stations. Only reception gives them back, or a pass. It says how many those were; without one
// in force it is refused ("badge-none").
func (d *Desk) LoseOwnBadge(ctx context.Context, a school.Actor) (n int, err error) {
	mine := func(context.Context, *db.Tx) error {
		if !a.May(school.OwnPage) || a.Proof != school.BySession {
			return school.NotAllowed
		}
		return nil
	}
	err = d.changeBadges(ctx, a, a.Person, mine, func(ctx context.Context, tx *db.Tx, p school.Person) (err error) {
		if n, err = school.LoseBadges(ctx, tx, a.Pseudonym, p); err == nil && n == 0 {
			err = fault.New(fault.Conflict, "badge-none", "You have no badge that works just now.")
		}
		return err
	})
	return n, err
}

// atReception runs an act about somebody's badges, which count at all their schools,
// and has open visits look again.
func (d *Desk) atReception(ctx context.Context, a school.Actor, person school.PersonID, act func(context.Context, *db.Tx, school.Person) error) error {
	return d.changeBadges(ctx, a, person, func(ctx context.Context, tx *db.Tx) error { return mayPass(ctx, tx, a, person) }, act)
}

func (d *Desk) changeBadges(ctx context.Context, a school.Actor, person school.PersonID, may func(context.Context, *db.Tx) error, act func(context.Context, *db.Tx, school.Person) error) error {
	err := d.DB.InTx(ctx, db.System("badge"), func(ctx context.Context, tx *db.Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		p, err := school.PersonAt(ctx, tx, a.School, person)
		if err != nil {
			return err
		}
		if err := act(ctx, tx, p); err != nil {
			return err
		}
		rows, err := school.SameHuman(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		topics := make([]string, len(rows))
		for i, r := range rows {
			topics[i] = events.Person(int64(r))
		}
		return d.Hub.Touch(ctx, tx, a.School, topics...)
	})
	if err != nil {
		return fmt.Errorf("change badges: %w", err)
	}
	return nil
}

// mayPass refuses whoever may not see to this person's badges: reception may to
// everybody's, a tutor to those of their own registration class.
func mayPass(ctx context.Context, tx *db.Tx, a school.Actor, person school.PersonID) error {
	if a.May(school.IssuePass) {
		return nil
	}
	if !a.May(school.PassOwnClass) {
		return school.NotAllowed
	}
	class, err := school.Tutees(ctx, tx, a)
	if err == nil && !slices.ContainsFunc(class, func(p school.Person) bool { return p.ID == person }) {
		err = school.NotAllowed
	}
	return err
}
