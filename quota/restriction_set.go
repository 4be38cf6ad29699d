package quota

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var (
	ruleUnknown = fault.New(fault.NotFound, "rule-unknown", "There is no rule of that number. inkwell rule list shows the numbers.")
	rulePlace   = fault.New(fault.Invalid, "rule-place", "A place goes from 1 to as many rules as there are.")
	rulesFull   = fault.New(fault.TooMany, "rules-full", "There are %d rules already. Remove one first.", mostRules)
)

// RulesOf are a school's rules as they are now: its own, or the defaults.
func RulesOf(ctx context.Context, tx *db.Tx, id school.ID) (Rules, error) {
	return AskRules(tx, id)(ctx)
}

// AskRules is RulesOf with the transaction's next statement.
func AskRules(tx *db.Tx, id school.ID) db.Answer[Rules] {
	return askRulesAt(tx, id, tx.Now.Add(time.Hour))
}

// RulesAt are a school's rules as they were at a time.
func RulesAt(ctx context.Context, tx *db.Tx, id school.ID, at time.Time) (Rules, error) {
	return askRulesAt(tx, id, at)(ctx)
}

// RulesOfSet are a school's rules as they were in a set.
func RulesOfSet(ctx context.Context, tx *db.Tx, id school.ID, set RuleSet) (Rules, error) {
	if set == 0 {
		return DefaultRules(), nil
	}
	return rulesOfSet(ctx, tx, id, set)
}

// ChangeRules makes new rules of a school's; what counts from now on, on all nodes. Rules
// without a number get one that none ever had. A change that changes nothing leaves no trace.
func ChangeRules(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, change func([]Restriction) ([]Restriction, error)) (Rules, error) {
	if err := lockRules(ctx, tx, id); err != nil {
		return Rules{}, err
	}
	before, err := RulesOf(ctx, tx, id)
	if err != nil {
		return before, err
	}
	last, err := lastRule(ctx, tx, id)
	if err != nil {
		return before, err
	}
	for _, r := range before.All {
		last = max(last, r.Number)
	}
	all, err := change(slices.Clone(before.All))
	if err != nil || reflect.DeepEqual(all, before.All) {
		return before, err
	}
	if last, err = numbered(all, last); err != nil {
		return before, err
	}
	now := Rules{Since: tx.Now, All: all}
	if now.Set, err = insertRules(ctx, tx, by, id, all, last); err != nil {
		return before, fmt.Errorf("change rules: %w", err)
	}
	return now, audit.Record(ctx, tx, audit.Entry{School: id, Act: "rules-changed", Actor: by, Object: fmt.Sprintf("rules:%d", now.Set),
		Facts: map[string]any{"rules": len(all), "before": len(before.All)}})
}

// numbered checks rules and numbers the new ones.
func numbered(all []Restriction, last RuleNumber) (RuleNumber, error) {
	if len(all) > mostRules {
		return last, rulesFull
	}
	had, seen := last, map[RuleNumber]bool{}
	for i := range all {
		if err := all[i].Check(); err != nil {
			return last, err
		}
		if all[i].Number == 0 {
			last++
			all[i].Number = last
		} else if all[i].Number > had || seen[all[i].Number] {
			return last, fault.New(fault.Invalid, "rule-number", "The number %d is no rule's, or two rules have it. Leave it blank for a new rule.", all[i].Number)
		}
		seen[all[i].Number] = true
	}
	return last, nil
}

// AddRule puts a rule at a place, from 1; at the end for 0.
func AddRule(r Restriction, place int) func([]Restriction) ([]Restriction, error) {
	return func(all []Restriction) ([]Restriction, error) {
		if place == 0 {
			place = len(all) + 1
		}
		if place < 1 || place > len(all)+1 {
			return nil, rulePlace
		}
		return slices.Insert(all, place-1, r), nil
	}
}

// SetRule changes a rule where it stands ("rule-unknown").
func SetRule(n RuleNumber, change func(*Restriction) error) func([]Restriction) ([]Restriction, error) {
	return withRule(n, func(all []Restriction, i int) ([]Restriction, error) { return all, change(&all[i]) })
}

// MoveRule moves a rule to a place, from 1.
func MoveRule(n RuleNumber, place int) func([]Restriction) ([]Restriction, error) {
	return withRule(n, func(all []Restriction, i int) ([]Restriction, error) {
		if place < 1 || place > len(all) {
			return nil, rulePlace
		}
		r := all[i]
		return slices.Insert(slices.Delete(all, i, i+1), place-1, r), nil
	})
}

// RemoveRule takes a rule away.
func RemoveRule(n RuleNumber) func([]Restriction) ([]Restriction, error) {
	return withRule(n, func(all []Restriction, i int) ([]Restriction, error) { return slices.Delete(all, i, i+1), nil })
}

func withRule(n RuleNumber, change func([]Restriction, int) ([]Restriction, error)) func([]Restriction) ([]Restriction, error) {
	return func(all []Restriction) ([]Restriction, error) {
		i := slices.IndexFunc(all, func(r Restriction) bool { return r.Number == n })
		if i < 0 {
			return nil, ruleUnknown
		}
		return change(all, i)
	}
}
