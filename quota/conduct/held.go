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
	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct/rule"
)

// HeldStep is a step that somebody's points reach and that only a person may take. Until then it
// does nothing.
type HeldStep struct {
	Step
	Name string
	Year int       // school.NoYear for none
	Most time.Time // when it would end that is confirmed now, in the school's zone
	Rule string    // whose flag brought it, as its version calls it
}

// Dropped is the verdict on a step that is not taken after all.
const Dropped Verdict = "dropped"

// HeldSteps are the steps that wait for somebody's word, the oldest first: with the reviewers of the pupil's
// year, and the head, as flags are. They wait for four weeks at most.
func (c *Conduct) HeldSteps(ctx context.Context, a school.Actor) (all []HeldStep, err error) {
	if !a.May(school.ReviewConduct) {
		return nil, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		if all, err = heldSteps(ctx, tx, a, 0); err != nil || len(all) == 0 {
			return err
		}
		cal, err := school.CalendarOf(ctx, tx, a.School)
		for i := range all {
			if err == nil {
				_, all[i].Most, err = rungOf(ctx, tx, cal, all[i].Step)
			}
		}
		return err
	})
	return all, err
}

// rungOf is the rung of the version that a step is of, and when it ends that is confirmed now.
func rungOf(ctx context.Context, tx *db.Tx, cal calendar.Calendar, s Step) (l rule.Ladder, ends time.Time, err error) {
	p, err := policyByVersion(ctx, tx, s.School, s.Set)
	if err != nil {
		return l, ends, err
	}
	return p.Ladder, p.Ladder.Rungs[s.Rung-1].Ends(cal, tx.Now, true), nil
}

// DecideStep answers a step that waits, with a reason for the record that its pupil may read (1-500 characters):
// Confirmed takes it as the ladder has it, Shortened until a time, Dropped never. What is taken counts as
// the rule's, confirmed by a person; the flags that it rests on are upheld.
func (c *Conduct) DecideStep(ctx context.Context, by school.Actor, id StepID, v Verdict, until time.Time, why string) error {
	why = strings.TrimSpace(why)
	if !by.May(school.ReviewConduct) {
		return school.NotAllowed
	}
	if err := reasoned(why); err != nil {
		return err
	}
	if !slices.Contains([]Verdict{Confirmed, Shortened, Dropped}, v) {
		return fault.New(fault.Invalid, "step-verdict", "Choose to confirm, to shorten or to drop it.")
	}
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		held, err := heldStep(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := lockStanding(ctx, tx, held.Person, "FOR UPDATE"); err != nil {
			return err
		}
		if held, err = heldStep(ctx, tx, by, id); err != nil { // anew: somebody else may have
			return err
		}
		return c.decideStep(ctx, tx, by, held, v, until, why)
	})
}

func heldStep(ctx context.Context, tx *db.Tx, by school.Actor, id StepID) (HeldStep, error) {
	if id == 0 {
		return HeldStep{}, noStep
	}
	all, err := heldSteps(ctx, tx, by, id)
	if err == nil && len(all) == 0 {
		err = noStep
	}
	if err != nil {
		return HeldStep{}, err
	}
	return all[0], nil
}

var noStep = fault.New(fault.Conflict, "step-unknown", "There is no such step, or somebody has decided about it already.")

func (c *Conduct) decideStep(ctx context.Context, tx *db.Tx, by school.Actor, held HeldStep, v Verdict, until time.Time, why string) error {
	if v != Dropped {
		if err := c.takeHeld(ctx, tx, by, held, v, until, why); err != nil {
			return err
		}
	}
	if err := updateDecided(ctx, tx, by, held, v, why); err != nil {
		return err
	}
	if err := c.hub.Touch(ctx, tx, by.School, events.Person(int64(held.Person))); err != nil {
		return err
	}
	p, err := school.PersonByID(ctx, tx, held.Person)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "step-" + string(v), Actor: by.Pseudonym, Subject: p.Pseudonym, Object: flagObject(held.Flag), Note: why,
		Facts: map[string]any{"step": int64(held.ID), "action": string(held.Action), "version": int64(held.Set)}})
}

// takeHeld withdraws what a step withdraws, by the ladder of its version, in the place of what rules alone had.
func (c *Conduct) takeHeld(ctx context.Context, tx *db.Tx, by school.Actor, held HeldStep, v Verdict, until time.Time, why string) error {
	cal, err := school.CalendarOf(ctx, tx, by.School)
	if err != nil {
		return err
	}
	ladder, ends, err := rungOf(ctx, tx, cal, held.Step)
	if err != nil {
		return err
	}
	if v == Shortened {
		if !until.After(tx.Now) || !until.Before(ends) {
			return fault.New(fault.Invalid, "shorten-until", "Choose an end that is before the present one.")
		}
		ends = until
	}
	flags, err := restsOn(ctx, tx, held)
	if err != nil {
		return err
	}
	if err := closeFlags(ctx, tx, by, flags, Upheld, why); err != nil {
		return err
	}
	if !held.Action.Withdraws() {
		return nil
	}
	if err := endLesser(ctx, tx, held.Person, taken(held.Action)); err != nil {
		return err
	}
	return insertSuspension(ctx, tx, by.School, Suspension{Person: held.Person, Ends: ends, Reason: held.Reason, Objection: ladder.Objection, Action: taken(held.Action),
		Set: held.Set, Step: held.ID, Flags: flags, Confirmer: by.Pseudonym})
}

// restsOn are the flags that counted when a step was reached, and the one that brought it.
func restsOn(ctx context.Context, tx *db.Tx, held HeldStep) ([]FlagID, error) {
	all, err := flagsOf(ctx, tx, held.Person, held.Taken.AddDate(-1, 0, -1))
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f Flag) bool {
		return f.ID != held.Flag && (f.Raised.After(held.Taken) || !f.Decays.After(held.Taken))
	})
	_, counted := marks(all, false)
	if !slices.Contains(counted, held.Flag) {
		counted = append(counted, held.Flag)
	}
	return counted, nil
}
