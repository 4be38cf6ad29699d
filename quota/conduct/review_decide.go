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
)

// Reviews are the cases whose objections wait for somebody's answer: those that name them, and
// for the head every one that is not about what they did themselves. The soonest due first.
func (c *Conduct) Reviews(ctx context.Context, a school.Actor) (all []Case, err error) {
	if !a.May(school.ReviewConduct) {
		return nil, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		open, err := openCases(ctx, tx, a.School, 0)
		all = nil
		for _, one := range open {
			switch wrong := mayReview(ctx, tx, a, one); {
			case wrong == nil:
				all = append(all, one)
			case fault.KindOf(wrong) == fault.Internal:
				return wrong
			}
		}
		return err
	})
	return all, err
}

// mayReview refuses an answer to an objection from whoever imposed it, raised a flag it rests on, or
// whose it is; to others than its reviewer and the head it is not there.
func mayReview(ctx context.Context, tx *db.Tx, a school.Actor, of Case) error {
	own, err := partiesTo(ctx, tx, of)
	switch {
	case err != nil:
		return err
	case slices.Contains(own, a.Person):
		return ownCase
	case of.Objection.Reviewer != a.Person && !a.May(school.ReviewAnyone):
		return noReview
	}
	return nil
}

// Decide answers an objection, with a reason that the pupil reads (1-500 characters): Confirmed lets
// it stand, Shortened has it end at a time, Lifted ends it and dismisses the flags it
// rests on. Nobody decides about what they imposed or raised themselves.
func (c *Conduct) Decide(ctx context.Context, by school.Actor, id ObjectionID, v Verdict, until time.Time, reason string) error {
	reason = strings.TrimSpace(reason)
	if !by.May(school.ReviewConduct) {
		return school.NotAllowed
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := openCases(ctx, tx, by.School, id)
		if err != nil || len(all) == 0 {
			if err == nil {
				err = noReview
			}
			return err
		}
		if err := lockStanding(ctx, tx, all[0].Person, "FOR UPDATE"); err != nil {
			return err
		}
		if all, err = openCases(ctx, tx, by.School, id); err != nil || len(all) == 0 { // anew: somebody else may have
			if err == nil {
				err = noReview
			}
			return err
		}
		return c.decide(ctx, tx, by, all[0], v, until, reason)
	})
}

func (c *Conduct) decide(ctx context.Context, tx *db.Tx, by school.Actor, of Case, v Verdict, until time.Time, reason string) error {
	if err := mayReview(ctx, tx, by, of); err != nil {
		return err
	}
	if v == Shortened && (of.Suspension == 0 || !until.After(tx.Now) || !until.After(of.Starts) || !until.Before(of.Ends)) {
		return fault.New(fault.Invalid, "shorten-until", "Choose an end that is before the present one.")
	}
	if err := c.carryOut(ctx, tx, by, of, v, until, reason); err != nil {
		return err
	}
	p, err := school.PersonByID(ctx, tx, of.Person)
	if err != nil {
		return err
	}
	if err := closeObjection(ctx, tx, by, of.Objection.ID, v, until, reason); err != nil {
		return err
	}
	if err := c.hub.Touch(ctx, tx, by.School, events.Person(int64(of.Person))); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "objection-" + string(v), Actor: by.Pseudonym, Subject: p.Pseudonym, Object: of.Objection.object(), Note: reason})
}

// carryOut does to the case what was decided.
func (c *Conduct) carryOut(ctx context.Context, tx *db.Tx, by school.Actor, of Case, v Verdict, until time.Time, reason string) error {
	switch v {
	case Confirmed:
		if err := closeFlags(ctx, tx, by, of.Flags, Upheld, reason); err != nil {
			return err
		}
		return confirmSuspension(ctx, tx, by, of.Suspension)
	case Shortened:
		if err := closeFlags(ctx, tx, by, of.Flags, Upheld, reason); err != nil {
			return err
		}
		return shortenSuspension(ctx, tx, by, of.Suspension, until)
	case Lifted:
		if err := closeFlags(ctx, tx, by, of.Flags, Dismissed, reason); err != nil {
			return err
		}
		return liftSuspension(ctx, tx, by, of.Suspension, reason)
	}
	return fault.New(fault.Invalid, "verdict-unknown", "Choose to confirm, to shorten or to lift.")
}

var (
	noReview = fault.New(fault.NotFound, "review-unknown", "That was answered already.")
	ownCase  = fault.New(fault.Forbidden, "own-case", "Nobody decides their own case. Ask a colleague.")
)

// PassOn takes objections that nobody has answered in time to the next reviewer, if there is
// one, and otherwise asks the same anew.
func (c *Conduct) PassOn(ctx context.Context) error {
	var due []dueObjection
	err := c.db.InTx(ctx, db.System("conduct"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = overdue(ctx, tx)
		return err
	})
	for _, o := range due {
		if err == nil {
			err = c.db.InTx(ctx, db.InSchool(o.School), func(ctx context.Context, tx *db.Tx) error { return c.passOn(ctx, tx, o) })
		}
	}
	return err
}

func (c *Conduct) passOn(ctx context.Context, tx *db.Tx, o dueObjection) error {
	open, err := openCases(ctx, tx, o.School, o.ID)
	if err != nil || len(open) == 0 || open[0].Objection.Due.After(tx.Now) {
		return err
	}
	all, err := reviewersFor(ctx, tx, o.School, open[0])
	if err != nil {
		return err
	}
	next := open[0].Objection.Reviewer
	if i := slices.IndexFunc(all, func(r Reviewer) bool { return r.ID == next }); i+1 < len(all) {
		next = all[i+1].ID
	}
	cal, err := school.CalendarOf(ctx, tx, o.School)
	if err != nil {
		return err
	}
	if err := passObjection(ctx, tx, o.ID, next, answerBy(cal, tx.Now)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: o.School, Act: "objection-passed-on", Object: open[0].Objection.object()})
}
