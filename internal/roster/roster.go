package roster

import (
	"slices"
	"time"

	"inkwell/internal/school"
)

// Roster is what a source says, in no format's words.
type Roster struct {
	Source     string // whose ids these are, as "mis"
	Format     string // as a person reads it: "OneRoster 1.2"
	Schools    []School
	Terms      []Term
	People     []Person
	Classes    []Class
	Enrolments []Enrolment
	Whole      Whole
	Bad        Problems
}

// Whole says of what the roster is the whole list: who is missing from it is gone.
type Whole struct{ Pupils, Staff, Registration, Teaching bool }

// At is where something stands: a file's line.
type At struct {
	File string
	Line int
}

// School is a school of the source.
type School struct {
	At
	ID     string
	Name   string
	Office bool // no school, but where the trust's own staff are
	Named  bool // by name alone, which may be a slip: it has to be here already
}

// Term is a term, half term or year of the source; End is the day after its last.
type Term struct {
	At
	ID         string
	Name       string
	Kind       string // term, semester, gradingPeriod or schoolYear
	Begin, End time.Time
}

// Person is somebody at one or more schools.
type Person struct {
	At
	ID       string
	Gone     bool // the source says so
	Username string
	Given    string // preferred
	Family   string // preferred
	Year     int    // or school.NoYear
	UPN      UPN    // none for who has none
	Roles    []RoleAt
	// Partly says that Roles are only those which changed, and RolesGone which ended: the
	// others stay. In a Partly person whose Username is "" nothing but roles changed.
	Partly    bool
	RolesGone []RoleAt
}

// UPN is somebody's unique pupil number as keyed digests: under the key in force, then
// under older ones, by which it may have been kept.
type UPN []string

// is says whether the digest is of this number, under any of the keys.
func (u UPN) is(digest string) bool { return slices.Contains(u, digest) }

// RoleAt is a role at a school of the source; "" is the school that the file is for.
type RoleAt struct {
	School string
	Role   school.Role
}

// Class is a class at a school of the source.
type Class struct {
	At
	ID         string
	Gone       bool
	School     string
	Name       string
	Code       string // tells it from others of the name, or ""
	Kind       school.ClassKind
	Year       int
	Subject    string
	Begin, End time.Time // of its terms, or zero
}

// Enrolment is somebody in a class. A zero Begin or End is the class's.
type Enrolment struct {
	At
	Class, Person string
	Role          school.Role // Pupil or Teacher
	Gone          bool
	Begin, End    time.Time
}

// roleNamed is one of the roles that a roster gives and takes, or "". What opens a
// console is given by a person.
func roleNamed(s string) school.Role {
	switch r := school.Role(s); r {
	case school.Pupil, school.Teacher, school.Assistant, school.Cover:
		return r
	}
	return ""
}
