package conduct

import (
	"time"

	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// StepID names a step of the ladder that was taken.
type StepID int64

// HeldBack is why a step did nothing; "" for one that did.
type HeldBack string

// What holds steps back.
const (
	ReportOnly HeldBack = "report-only" // rules only report in a school's first weeks
	Breaker    HeldBack = "breaker"     // its rule hit too many at once, and was stopped
	Exempt     HeldBack = "exempt"      // the person is exempt from all rules
	ForPerson  HeldBack = "person"      // the points reach further than the rule may go: a person decides
)

// Step is one that a person's points brought, by the ladder of its version.
type Step struct {
	ID       StepID
	School   school.ID
	Person   school.PersonID
	Set      SetID
	Rung     int // of that version's ladder, from 1
	Action   rule.Action
	Flag     FlagID // that brought it
	Points   int    // then
	Reason   string // the person reads it
	Taken    time.Time
	Ends     time.Time // by itself
	HeldBack HeldBack
	Seen     time.Time // of a notice, by its reader; zero if it was not
}
