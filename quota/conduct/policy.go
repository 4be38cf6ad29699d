package conduct

import (
	"bytes"
	"context"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// Policy is a version of a school's conduct policy. None is ever changed.
type Policy struct {
	Version SetID
	Made    time.Time
	By      school.Pseudonym // "" of the defaults and of a command on the server
	rule.Set
}

// PolicyOf is a school's policy as it is now. A school that has set nothing keeps the defaults of
// the day on which they were first looked at.
func PolicyOf(ctx context.Context, tx *db.Tx, id school.ID) (Policy, error) {
	return policyOf(ctx, tx, id)
}

// PolicyToChange is PolicyOf for whoever changes it in this transaction: others wait.
func PolicyToChange(ctx context.Context, tx *db.Tx, id school.ID) (Policy, error) {
	if err := lockPolicy(ctx, tx, id); err != nil {
		return Policy{}, err
	}
	return policyOf(ctx, tx, id)
}

var versionUnknown = fault.New(fault.NotFound, "version-unknown", "The school has no such version of its conduct policy.")

// PolicyVersion is a school's policy as it was ("version-unknown").
func PolicyVersion(ctx context.Context, tx *db.Tx, id school.ID, version SetID) (Policy, error) {
	return policyByVersion(ctx, tx, id, version)
}

// ChangePolicy makes a set a school's policy from now on ("conduct-rules" says what is wrong with
// it). The same again changes nothing.
func ChangePolicy(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, s rule.Set) (Policy, error) {
	if err := rule.Refusal(s.Check()); err != nil {
		return Policy{}, err
	}
	if err := lockPolicy(ctx, tx, id); err != nil {
		return Policy{}, err
	}
	before, err := policyOf(ctx, tx, id)
	if err != nil || bytes.Equal(before.Write(), s.Write()) {
		return before, err
	}
	p, err := insertPolicy(ctx, tx, id, by, s)
	if err != nil {
		return p, err
	}
	return p, audit.Record(ctx, tx, audit.Entry{School: id, Act: "conduct-rules-changed", Actor: by, Facts: map[string]any{"version": int64(p.Version), "before": int64(before.Version), "rules": len(s.Rules)}})
}
