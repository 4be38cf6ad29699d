package quota

import (
	"slices"
	"time"

	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// RuleSet names the rules of a school as they were from a moment on; 0 the defaults.
type RuleSet int32

// Rules are a school's rules in their order.
type Rules struct {
	Set   RuleSet
	Since time.Time // zero of the defaults
	All   []Restriction
}

// DefaultRules are those of a school that has set nothing: a pupil is asked "Really?" at
// 30 pages, and above 60 a teacher is. Whoever changes them explains past jobs otherwise:
// what was told is kept, the table is not.
func DefaultRules() Rules {
	pupils := Everybody
	pupils.Role = school.Pupil
	return Rules{All: []Restriction{
		{Number: 1, Name: "Large jobs", For: pupils, Pages: 61, Outcome: Ask},
		{Number: 2, Name: "Really?", For: pupils, Pages: 30, Outcome: Confirm},
	}}
}

// Facts are what rules decide by. Nothing in them says what a document is about.
type Facts struct {
	Person   school.PersonID
	Is       school.Belonging
	Pages    int // impressions still to print
	Each     int // impressions of one copy
	Copies   int
	Colour   int // impressions in colour
	Sheets   int // still to print
	Paper    string
	Printer  int32 // 0 where none is chosen yet: no rule about printers meets it
	At       time.Time
	Calendar calendar.Calendar
	Before   []time.Time // when its owner released the same document before
}

// Spared is a rule that met a job and was passed over.
type Spared struct {
	Rule      RuleNumber
	Exemption ExemptionID
}

// Verdict is what rules make of a job.
type Verdict struct {
	Set    RuleSet
	Rule   Restriction // the first that met it; its Number is 0 if none did
	Spared []Spared    // those before it, in order
	Say    string      // why, and what is allowed instead; "" if no rule met it
}

// Met says whether a rule met it.
func (v Verdict) Met() bool { return v.Rule.Number != 0 }

// Outcome is what the rule makes of it, "" if none met it.
func (v Verdict) Outcome() Outcome { return v.Rule.Outcome }

// Decide finds the first rule that meets a job and is not passed over by an exemption
// in force. It says in a sentence or two why, and what is allowed instead: only what
// these rules do allow.
func (r Rules) Decide(exempt []Exemption, f Facts) Verdict {
	v := r.First(exempt, f)
	if v.Met() {
		v.Say = r.say(exempt, f, v.Rule)
	}
	return v
}

// First is Decide without its words.
func (r Rules) First(exempt []Exemption, f Facts) Verdict {
	v := Verdict{Set: r.Set}
	for _, rule := range r.All {
		if !rule.Meets(f) {
			continue
		}
		by := slices.IndexFunc(exempt, func(e Exemption) bool { return e.Spares(rule.Number, f.Person, f.Is, f.At) })
		if by < 0 {
			v.Rule = rule
			return v
		}
		v.Spared = append(v.Spared, Spared{rule.Number, exempt[by].ID})
	}
	return v
}

// Touches says whether any rule could meet a job of anybody's: whose it is, is left out. As
// most jobs are small, most releases need not ask.
func (r Rules) Touches(f Facts) bool {
	return slices.ContainsFunc(r.All, func(rule Restriction) bool { return rule.meetsJob(f) })
}

// Remembers is how far back a rule asks for the same document; 0 if none does.
func (r Rules) Remembers() time.Duration {
	hours := 0
	for _, rule := range r.All {
		hours = max(hours, rule.Same.Hours)
	}
	return time.Duration(hours) * time.Hour
}

// Meets says whether all of the rule holds for a job.
func (r Restriction) Meets(f Facts) bool { return r.For.Has(f.Person, f.Is) && r.meetsJob(f) }

func (r Restriction) meetsJob(f Facts) bool {
	return (r.Pages == 0 || f.Pages >= r.Pages) &&
		(r.Copies == 0 || f.Copies >= r.Copies) &&
		(r.Colour == 0 || f.Colour >= r.Colour) &&
		(len(r.Paper) == 0 || slices.Contains(r.Paper, f.Paper)) &&
		(len(r.Printers) == 0 || slices.Contains(r.Printers, f.Printer)) &&
		r.Same.meets(f) &&
		r.When.Has(f.Calendar, f.At)
}

func (s Same) meets(f Facts) bool {
	if s.Times == 0 {
		return true
	}
	n := 0
	for _, at := range f.Before {
		if at.After(f.At.Add(-time.Duration(s.Hours)*time.Hour)) && !at.After(f.At) {
			n++
		}
	}
	return n >= s.Times
}

// Hidden are the rules that never decide, each with the one before it that meets
// everything it meets.
func (r Rules) Hidden() map[RuleNumber]RuleNumber {
	hidden := map[RuleNumber]RuleNumber{}
	for i, later := range r.All {
		for _, earlier := range r.All[:i] {
			if earlier.covers(later) {
				hidden[later.Number] = earlier.Number
				break
			}
		}
	}
	return hidden
}

// covers says whether the rule surely meets all that another one meets.
func (r Restriction) covers(o Restriction) bool {
	return r.For.covers(o.For) && r.Pages <= o.Pages && r.Copies <= o.Copies && r.Colour <= o.Colour &&
		among(o.Paper, r.Paper) && among(o.Printers, r.Printers) && r.When.covers(o.When) &&
		(r.Same.Times == 0 || o.Same.Times >= r.Same.Times && o.Same.Hours <= r.Same.Hours)
}

func (a Audience) covers(o Audience) bool {
	return (a.Role == "" || a.Role == o.Role || a.Role == AnyStaff && slices.Contains(school.StaffRoles(), o.Role)) &&
		(a.From == school.NoYear || o.From != school.NoYear && a.From <= o.From && o.To <= a.To) &&
		(a.Class == 0 || a.Class == o.Class) &&
		(a.Person == 0 || a.Person == o.Person)
}

func (w When) covers(o When) bool {
	return w.Any() || (w.Bells == AnyTime || w.Bells == o.Bells) && among(o.Days, w.Days) && (w.From == w.Until || w.From == o.From && w.Until == o.Until)
}

// among says whether some are all of a list, of which an empty one is everything.
func among[T comparable](some, list []T) bool {
	return len(list) == 0 || len(some) > 0 && !slices.ContainsFunc(some, func(t T) bool { return !slices.Contains(list, t) })
}
