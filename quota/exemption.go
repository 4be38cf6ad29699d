package quota

import (
	"time"

	"inkwell/internal/school"
)

// ExemptionID names an exemption.
type ExemptionID int32

// Exemption lets a person or a class off a rule, or off all of them, until a time.
type Exemption struct {
	ID       ExemptionID
	Rule     RuleNumber // 0 for all
	Class    school.ClassID
	Person   school.PersonID // or a class
	Reason   string
	Starts   time.Time
	Ends     time.Time
	MadeBy   school.PersonID // 0 for a command on the server
	Officer  bool            // made by somebody who may record exemptions
	Recorded time.Time       // by a second officer; zero while it is open
	By       school.PersonID // who recorded it
	Ended    time.Time       // taken back; zero if it was not
}

// Open says whether it still waits for the second officer.
func (e Exemption) Open() bool { return e.Recorded.IsZero() }

// InForce says whether it works at a time: from the start if an officer made it, for it is
// theirs to grant, else once it is recorded; until it ends.
func (e Exemption) InForce(at time.Time) bool {
	from := e.Starts
	if !e.Officer {
		if e.Open() {
			return false
		}
		from = e.Recorded
	}
	return !at.Before(from) && at.Before(e.Ends) && (e.Ended.IsZero() || at.Before(e.Ended))
}

// Spares says whether it lets somebody off a rule at a time.
func (e Exemption) Spares(rule RuleNumber, person school.PersonID, b school.Belonging, at time.Time) bool {
	whom := Everybody
	whom.Class, whom.Person = e.Class, e.Person
	return (e.Rule == 0 || e.Rule == rule) && whom.Has(person, b) && e.InForce(at)
}
