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

// Allowance is so many pages for an audience in each period of the school's, and perhaps
// a ceiling on how many of them may be in colour.
type Allowance struct {
	ID     AllowanceID // 0 of a default
	For    Audience
	Pages  int64  // 0 to 1,000,000
	Colour *int64 // 0 to 1,000,000; nil says nothing of colour
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
// 250 in 10 and 11, 400 in the sixth form, 1,000 for staff, none in primary years; of a pupil's
// 10 in colour.
func DefaultPolicy() Policy {
	inColour := int64(10)
	years := func(from, to int, pages int64) Allowance {
		return Allowance{For: Audience{Role: school.Pupil, From: from, To: to}, Pages: pages, Colour: &inColour}
	}
	p := Policy{Per: Term, Combine: Highest, Default: true, All: []Allowance{years(7, 9, 150), years(10, 11, 250), years(12, 14, 400)}}
	for _, r := range school.StaffRoles() {
		a := Allowance{For: Everybody, Pages: 1000}
		a.For.Role = r
		p.All = append(p.All, a)
	}
	return p
}

// Clone is a copy that can be changed.
func (p Policy) Clone() Policy {
	p.All = slices.Clone(p.All)
	return p
}

// With is the policy with what an audience gets, in place of what it got before.
func (p Policy) With(a Allowance) Policy {
	p = p.Without(a.For)
	p.All = append(p.All, a)
	return p
}

// Without is the policy without what is set for exactly an audience.
func (p Policy) Without(of Audience) Policy {
	p.All = slices.DeleteFunc(slices.Clone(p.All), func(a Allowance) bool { return a.For == of })
	return p
}

// Entitled is how many pages somebody gets in a period, and how many of them in colour: nil
// is no ceiling. What is set for the person alone takes the place of all else. The ceiling is
// made of those allowances alone that say something of colour, so that one that only adds
// pages for a class lifts nobody's.
func (p Policy) Entitled(person school.PersonID, b school.Belonging) (pages int64, colour *int64) {
	for _, a := range p.All {
		if !a.For.Has(person, b) {
			continue
		}
		if a.For.Person != 0 {
			return a.Pages, a.Colour
		}
		pages = p.join(pages, a.Pages)
		if a.Colour != nil {
			ceiling := *a.Colour
			if colour != nil {
				ceiling = p.join(*colour, ceiling)
			}
			colour = &ceiling
		}
	}
	return pages, colour
}

// join is what two allowances of one person make.
func (p Policy) join(a, b int64) int64 {
	if p.Combine == Sum {
		return a + b
	}
	return max(a, b)
}
