package conduct

import (
	"context"
	"fmt"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// State is whether rules act at a school.
type State struct {
	ActsFrom time.Time // until then they only report
	Off      time.Time // since when they do nothing at all; zero: they are on
	Why      string    // they are off
	Disarmed []Disarmed
}

// Reports says whether rules only report at a time.
func (s State) Reports(at time.Time) bool { return at.Before(s.ActsFrom) }

// DisarmedID names one time that a rule was stopped.
type DisarmedID int32

// Disarmed is a rule that hit too many at once: it flags nobody until it is armed again.
type Disarmed struct {
	ID   DisarmedID
	Set  SetID
	Rule rule.Number
	Year int // the year group that it hit, or school.NoYear
	Hit  int // people within the hour
	Of   int // how large that year group is
	At   time.Time
}

// stopped says whether a rule is.
func (s State) stopped(n rule.Number) bool {
	for _, d := range s.Disarmed {
		if d.Rule == n {
			return true
		}
	}
	return false
}

// StateOf is whether rules act at a school just now.
func StateOf(ctx context.Context, tx *db.Tx, id school.ID) (State, error) {
	return stateOf(ctx, tx, id)
}

var (
	switchWhy  = fault.New(fault.Invalid, "conduct-why", "Say in up to 500 characters why the rules are switched off.")
	switchThen = fault.New(fault.Invalid, "conduct-from", "Rules can only report for a year at most.")
	ruleArmed  = fault.New(fault.Conflict, "rule-armed", "That rule is not stopped.")
)

// SwitchOff stops all rules of a school and ends what they alone have withdrawn; what people
// have confirmed or imposed stays. by is "" for a command on the server.
func SwitchOff(ctx context.Context, tx *db.Tx, hub *events.Hub, by school.Pseudonym, id school.ID, why string) error {
	why = strings.TrimSpace(why)
	if n := len([]rune(why)); n == 0 || n > 500 {
		return switchWhy
	}
	s, err := stateOf(ctx, tx, id)
	if err != nil {
		return err
	}
	s.Off, s.Why = tx.Now, why
	if err := updateSwitch(ctx, tx, id, s, by); err != nil {
		return fmt.Errorf("switch rules off: %w", err)
	}
	freed, err := liftRules(ctx, tx, hub, id, 0, time.Time{}, "The school's rules were switched off.")
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "conduct-off", Actor: by, Facts: map[string]any{"freed": freed}, Note: why})
}

// SwitchOff is the function of that name, by a member of staff.
func (c *Conduct) SwitchOff(ctx context.Context, by school.Actor, why string) error {
	if !by.May(school.SetConduct) {
		return school.NotAllowed
	}
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		return SwitchOff(ctx, tx, c.hub, by.Pseudonym, by.School, why)
	})
}

// SwitchOn has a school's rules look again; until actsFrom, which may be now, they only report.
func SwitchOn(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, actsFrom time.Time) error {
	if actsFrom.After(tx.Now.AddDate(1, 0, 0)) {
		return switchThen
	}
	if err := updateSwitch(ctx, tx, id, State{ActsFrom: actsFrom}, by); err != nil {
		return fmt.Errorf("switch rules on: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "conduct-on", Actor: by, Facts: map[string]any{"from": actsFrom.Unix()}})
}

// Arm has a rule flag again that was stopped ("rule-armed").
func Arm(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, n rule.Number) error {
	if done, err := updateArmed(ctx, tx, id, n, by); err != nil || !done {
		if err == nil {
			err = ruleArmed
		}
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "rule-armed", Actor: by, Facts: map[string]any{"rule": int64(n)}})
}

// liftRules ends what rules alone have withdrawn at a school: all of it, or that of one rule since a time. It
// locks the standing of whom it frees by ascending number.
func liftRules(ctx context.Context, tx *db.Tx, hub *events.Hub, id school.ID, n rule.Number, since time.Time, why string) (int, error) {
	people, err := stoppedByRules(ctx, tx, id, n, since)
	if err != nil {
		return 0, err
	}
	topics := make([]string, len(people))
	for i, p := range people {
		if err := lockStanding(ctx, tx, p, "FOR UPDATE"); err != nil {
			return 0, err
		}
		topics[i] = events.Person(int64(p))
	}
	if len(people) == 0 {
		return 0, nil
	}
	if err := endRules(ctx, tx, id, people, n, since, why); err != nil {
		return 0, err
	}
	return len(people), hub.Touch(ctx, tx, id, topics...)
}
