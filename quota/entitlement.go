package quota

import (
	"slices"

	"inkwell/internal/school"
)

// AllowanceID names an allowance.
type AllowanceID int32

// AnyStaff stands in an audience for all roles of staff.
const AnyStaff school.Role = "staff"

// Audience is whom something is for: everybody for whom all that is set holds.
type Audience struct {
	Role     school.Role // "" for any, AnyStaff for all of staff
	From, To int         // year groups, both included; both NoYear for any
	Class    school.ClassID
	Person   school.PersonID // alone: with it nothing else is set
}

// Everybody is the audience of all.
var Everybody = Audience{From: school.NoYear, To: school.NoYear}

// Has says whether somebody is of the audience.
func (a Audience) Has(p school.PersonID, b school.Belonging) bool {
	return (a.Role == "" || slices.Contains(b.Roles, a.Role) || a.Role == AnyStaff && b.Staff()) &&
		(a.From == school.NoYear || a.From <= b.Year && b.Year <= a.To) &&
		(a.Class == 0 || slices.Contains(b.Classes, a.Class)) &&
		(a.Person == 0 || a.Person == p)
}

// check refuses an audience that names somebody and more, or years that are none.
func (a Audience) check() error {
	switch {
	case a.Person != 0 && a != (Audience{Person: a.Person, From: school.NoYear, To: school.NoYear}):
		return audienceWhom
	case a.From != school.NoYear && (a.From < 0 || a.To < a.From || a.To > 14):
		return audienceYears
	}
	return nil
}

// Allowance is so many pages for an audience in each period of the school's.
type Allowance struct {
	ID    AllowanceID // 0 of a default
	For   Audience
	Pages int64 // 0 to 1,000,000
}

// Combine says what several allowances make that hold for one person.
type Combine string

// The ways to combine.
const (
	Highest Combine = "highest"
	Sum     Combine = "sum"
)

// Policy is how a school gives.
type Policy struct {
	Per     Period
	Combine Combine
	Carry   int64 // units that are left over at the end of a period and stay, at most
	All     []Allowance
	Default bool // the school has set no allowance of its own
}

// DefaultPolicy is that of a school which has set nothing: pages a term, 150 in Years 7 to 9,
// 250 in 10 and 11, 400 in the sixth form, 1,000 for staff, none in primary years.
func DefaultPolicy() Policy {
	years := func(from, to int, pages int64) Allowance {
		return Allowance{For: Audience{Role: school.Pupil, From: from, To: to}, Pages: pages}
	}
	p := Policy{Per: Term, Combine: Highest, Default: true, All: []Allowance{years(7, 9, 150), years(10, 11, 250), years(12, 14, 400)}}
	for _, r := range school.StaffRoles() {
		a := Allowance{For: Everybody, Pages: 1000}
		a.For.Role = r
		p.All = append(p.All, a)
	}
	return p
}

// Entitled is how many pages somebody gets in a period. What is set for the person alone
// takes the place of all else.
func (p Policy) Entitled(person school.PersonID, b school.Belonging) (pages int64) {
	for _, a := range p.All {
		switch {
		case !a.For.Has(person, b):
		case a.For.Person != 0:
			return a.Pages
		case p.Combine == Sum:
			pages += a.Pages
		default:
			pages = max(pages, a.Pages)
		}
	}
	return pages
}
