package conduct

import (
	"time"

	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// FlagID names a flag.
type FlagID int64

// SetID names a version of a school's policy.
type SetID int32

// BundleID names what many have in common who are flagged for it, and is decided once.
type BundleID int64

// Outcome is what a person made of a flag.
type Outcome string

// The outcomes; "" is none yet. A flag that was dismissed counts for nothing from then on.
const (
	Upheld    Outcome = "upheld"
	Dismissed Outcome = "dismissed"
	Referred  Outcome = "referred" // handed to somebody outside this system
)

// Flag is one on a person, by a rule of a version or by a member of staff.
type Flag struct {
	ID       FlagID
	School   school.ID
	Person   school.PersonID
	Set      SetID           // of a rule; 0 of staff
	Rule     rule.Number     // of a rule; 0 of staff
	By       school.PersonID // of staff; 0 of a rule
	Kind     rule.Kind
	Category string
	Route    rule.Route
	Raised   time.Time
	Weight   int
	Decays   time.Time // its points are gone then
	Evidence rule.Evidence
	Note     string   // staff's own words
	Bundle   BundleID // what many have in common, of a rule that looks at many; 0 of others
	Reported bool     // raised in the weeks in which rules only report: it counts for nothing
	Outcome  Outcome
	Closed   time.Time       // zero while it is open
	ClosedBy school.PersonID // who closed it
	Closing  string          // why
}

// Counts says whether the ladder counts it: nobody has dismissed it, and it was raised to act.
func (f Flag) Counts() bool {
	return !f.Reported && f.Outcome != Dismissed && (f.Route == rule.Automatic || f.Route == rule.Notice)
}
