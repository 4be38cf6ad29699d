package quota

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// longestExemption is how far ahead an exemption may end.
const longestExemption = 366 * 24 * time.Hour

var (
	exemptionWhom     = fault.New(fault.Invalid, "exemption-whom", "Say who is let off: a person, or a class.")
	exemptionReason   = fault.New(fault.Invalid, "exemption-reason", "Write the reason in up to 500 characters. It is sent up with the exemption.")
	exemptionEnds     = fault.New(fault.Invalid, "exemption-ends", "Choose an end within the next year.")
	exemptionOwn      = fault.New(fault.Forbidden, "exemption-own", "Nobody lets themself off a rule. Ask a colleague.")
	exemptionSame     = fault.New(fault.Forbidden, "exemption-same", "Whoever made an exemption does not record it. A second officer does.")
	exemptionUnknown  = fault.New(fault.NotFound, "exemption-unknown", "There is no such exemption.")
	exemptionOver     = fault.New(fault.Conflict, "exemption-over", "That exemption is over.")
	exemptionRecorded = fault.New(fault.Conflict, "exemption-recorded", "That exemption is recorded already.")
)

// Exempt lets a person or a class off a rule, or off all, until a time. What an officer
// makes, who may record exemptions too, works from now on; what others enter works once an
// officer has recorded it. It is open until a second officer has.
func Exempt(ctx context.Context, tx *db.Tx, by school.Actor, e Exemption) (Exemption, error) {
	if !by.May(school.ExemptFromRules) && by.Proof != school.ByHost {
		return e, school.NotAllowed
	}
	e.Reason = strings.TrimSpace(e.Reason)
	switch n := len([]rune(e.Reason)); {
	case (e.Person == 0) == (e.Class == 0):
		return e, exemptionWhom
	case n == 0 || n > 500:
		return e, exemptionReason
	case !e.Ends.After(tx.Now) || e.Ends.After(tx.Now.Add(longestExemption)):
		return e, exemptionEnds
	}
	if err := e.ofAnother(ctx, tx, by); err != nil {
		return e, err
	}
	if e.Rule != 0 {
		rules, err := RulesOf(ctx, tx, by.School)
		if err != nil {
			return e, err
		}
		if !slices.ContainsFunc(rules.All, func(r Restriction) bool { return r.Number == e.Rule }) {
			return e, ruleUnknown
		}
	}
	e.Starts, e.MadeBy, e.Officer = tx.Now, by.Person, by.May(school.RecordExemption)
	var err error
	if e.ID, err = insertExemption(ctx, tx, by.School, e); err != nil {
		return e, fmt.Errorf("exempt: %w", err)
	}
	return e, e.record(ctx, tx, by, "exemption-made", e.Reason)
}

// RecordExemption is the second officer's: not of whoever made it, nor of whom it is for, by
// name or in a class.
func RecordExemption(ctx context.Context, tx *db.Tx, by school.Actor, which ExemptionID) error {
	if !by.May(school.RecordExemption) {
		return school.NotAllowed
	}
	e, err := exemptionByID(ctx, tx, by.School, which, "FOR UPDATE")
	switch {
	case err != nil:
		return err
	case e.over(tx.Now):
		return exemptionOver
	case !e.Open():
		return exemptionRecorded
	case e.MadeBy == by.Person:
		return exemptionSame
	}
	if err := e.ofAnother(ctx, tx, by); err != nil {
		return err
	}
	if err := updateRecorded(ctx, tx, which, by.Person); err != nil {
		return fmt.Errorf("record exemption: %w", err)
	}
	return e.record(ctx, tx, by, "exemption-recorded", "")
}

// ofAnother refuses an exemption that lets an officer off themself: by name, or in a class that
// they are in or teach, for a rule meets who teaches a class as it does its pupils.
func (e Exemption) ofAnother(ctx context.Context, tx *db.Tx, by school.Actor) error {
	if by.Person == 0 {
		return nil // a command on the server
	}
	own := e.Person == by.Person
	if e.Class != 0 {
		sc, err := school.ByID(ctx, tx, by.School)
		if err != nil {
			return err
		}
		all, err := school.BelongingsOf(ctx, tx, sc, []school.PersonID{by.Person})
		if err != nil {
			return err
		}
		own = slices.Contains(all[by.Person].Classes, e.Class)
	}
	if own {
		return exemptionOwn
	}
	return nil
}

// EndExemption takes an exemption back, or turns it down before it is recorded.
func EndExemption(ctx context.Context, tx *db.Tx, by school.Actor, which ExemptionID) error {
	if !by.May(school.ExemptFromRules) && by.Proof != school.ByHost {
		return school.NotAllowed
	}
	e, err := exemptionByID(ctx, tx, by.School, which, "FOR UPDATE")
	if err == nil && e.over(tx.Now) {
		err = exemptionOver
	}
	if err == nil {
		err = updateEnded(ctx, tx, which)
	}
	if err != nil {
		return err
	}
	return e.record(ctx, tx, by, "exemption-ended", "")
}

func (e Exemption) over(at time.Time) bool { return !e.Ended.IsZero() || !at.Before(e.Ends) }

// Exemptions are a school's for the one report: the open ones first, then by their
// number; of those that are over the ones that ended after a time.
func Exemptions(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]Exemption, error) {
	return exemptions(ctx, tx, id, since)
}

// ExemptionByID is one of a school's ("exemption-unknown").
func ExemptionByID(ctx context.Context, tx *db.Tx, id school.ID, which ExemptionID) (Exemption, error) {
	return exemptionByID(ctx, tx, id, which, "")
}

// ExemptionsFor are those that may let somebody off a rule now.
func ExemptionsFor(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, b school.Belonging) ([]Exemption, error) {
	return exemptionsFor(ctx, tx, id, person, b.Classes)
}

func (e Exemption) record(ctx context.Context, tx *db.Tx, by school.Actor, act, note string) error {
	subject := ""
	if e.Person != 0 {
		p, err := school.PersonByID(ctx, tx, e.Person)
		if err != nil {
			return err
		}
		subject = p.Pseudonym
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: act, Actor: by.Pseudonym, Subject: subject, Object: fmt.Sprintf("exemption:%d", e.ID),
		Facts: map[string]any{"rule": int64(e.Rule), "class": int64(e.Class), "until": e.Ends.Unix(), "officer": e.Officer}, Note: note})
}
