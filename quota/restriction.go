package quota

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"inkwell/internal/fault"
	"inkwell/internal/school/calendar"
	"inkwell/internal/sheet"
)

// RuleNumber is a rule's number at its school. It stays when the rule is moved or
// changed, and no other rule ever gets it.
type RuleNumber int32

// Outcome is what a rule makes of what it meets.
type Outcome string

// The outcomes.
const (
	Refuse  Outcome = "refuse"
	Confirm Outcome = "confirm" // "Really print all?"
	Ask     Outcome = "ask"     // waits for a teacher's yes
)

// Restriction is one rule: it meets a job that all of it holds for. What is zero asks
// nothing.
type Restriction struct {
	Number   RuleNumber
	Name     string   // 1 to 60 letters
	For      Audience // whose jobs
	Pages    int      // impressions still to print: so many and more, from 2
	Copies   int      // so many and more, from 2
	Colour   int      // impressions in colour: so many and more
	Paper    []string // one of these media (PWG 5101.1)
	When     When
	Printers []int32 // one of these, by release's numbers
	Same     Same
	Outcome  Outcome
	Instead  string // what the school says to do instead, in place of what is worked out; up to 200 letters
}

// When is a part of the week; the zero When is any time.
type When struct {
	Bells       Bells
	Days        []time.Weekday // one of these; none is any
	From, Until calendar.Clock // the end excluded, over midnight where it is the earlier one; both 0 is all day
}

// Bells are a part of a school's day.
type Bells string

// The parts.
const (
	AnyTime Bells = ""
	Lessons Bells = "lessons" // from bell to bell
	Breaks  Bells = "breaks"  // within the school's hours and in no lesson
	Closed  Bells = "closed"  // out of the school's hours, and on days without school
)

// Same meets a document that its owner has released so many times within so many hours
// before. A document is the same by what is on its pages; its title does not count.
type Same struct{ Times, Hours int }

// mostRules is how many rules a school can have.
const mostRules = 100

var (
	ruleName     = fault.New(fault.Invalid, "rule-name", "Name the rule in 1 to 60 letters on one line, the first of them not = + - or @.")
	rulePages    = fault.New(fault.Invalid, "rule-pages", "Pages: 2 to 100,000, and more than that.")
	ruleCopies   = fault.New(fault.Invalid, "rule-copies", "Copies: 2 to 1,000, and more than that.")
	ruleColour   = fault.New(fault.Invalid, "rule-colour", "Pages in colour: 1 to 100,000, and more than that.")
	rulePaper    = fault.New(fault.Invalid, "rule-paper", "Paper: up to 20 sizes, such as A3.")
	ruleBells    = fault.New(fault.Invalid, "rule-when", "When: lessons, breaks or closed.")
	ruleHours    = fault.New(fault.Invalid, "rule-hours", "Hours: two different times from 00:00 to 23:59, such as 08:30 and 15:30.")
	ruleDays     = fault.New(fault.Invalid, "rule-days", "Days: each weekday once, such as Mon-Fri.")
	rulePrinters = fault.New(fault.Invalid, "rule-printers", "Printers: up to 200.")
	ruleSame     = fault.New(fault.Invalid, "rule-same", "The same document: after 1 to 100 times within 1 to 744 hours.")
	ruleOutcome  = fault.New(fault.Invalid, "rule-outcome", "Outcome: refuse, confirm or ask.")
	ruleInstead  = fault.New(fault.Invalid, "rule-instead", "What to do instead: up to 200 letters on one line, the first of them not = + - or @.")
	ruleEmpty    = fault.New(fault.Invalid, "rule-empty", "Say what the rule meets: pages, copies, colour, paper, a time, printers, or the same document. To stop people altogether, withdraw their printing.")
	ruleSlack    = fault.New(fault.Invalid, "rule-slack", "A \"really?\" is for pages, copies, colour or the same document: whoever is asked can say yes.")
)

// Check refuses a rule with what is wrong with which part of it.
func (r Restriction) Check() error {
	if err := r.For.check(); err != nil {
		return err
	}
	for _, c := range []struct {
		wrong bool
		err   error
	}{
		{!oneLine(r.Name, 60) || r.Name == "", ruleName},
		{outside(r.Pages, 2, 100_000), rulePages},
		{outside(r.Copies, 2, 1000), ruleCopies},
		{outside(r.Colour, 1, 100_000), ruleColour},
		{len(r.Paper) > 20 || slices.ContainsFunc(r.Paper, func(p string) bool { return paperWord(p) == "" }), rulePaper},
		{!slices.Contains([]Bells{AnyTime, Lessons, Breaks, Closed}, r.When.Bells), ruleBells},
		{!aClock(r.When.From) || !aClock(r.When.Until) || r.When.From == r.When.Until && r.When.From != 0, ruleHours},
		{!weekdays(r.When.Days), ruleDays},
		{len(r.Printers) > 200, rulePrinters},
		{(r.Same.Times == 0) != (r.Same.Hours == 0) || outside(r.Same.Times, 1, 100) || outside(r.Same.Hours, 1, 744), ruleSame},
		{!slices.Contains([]Outcome{Refuse, Confirm, Ask}, r.Outcome), ruleOutcome},
		{!oneLine(r.Instead, 200), ruleInstead},
		{!r.meetsByFigures() && !r.meetsByPlace(), ruleEmpty},
		{r.Outcome == Confirm && !r.meetsByFigures(), ruleSlack},
	} {
		if c.wrong {
			return c.err
		}
	}
	return nil
}

func (r Restriction) meetsByFigures() bool {
	return r.Pages > 0 || r.Copies > 0 || r.Colour > 0 || r.Same.Times > 0
}

func (r Restriction) meetsByPlace() bool {
	return len(r.Paper) > 0 || len(r.Printers) > 0 || !r.When.Any()
}

// outside says whether n is set and not within the two.
func outside(n, least, most int) bool { return n != 0 && (n < least || n > most) }

// oneLine says whether a text fits on one line and into a table: a cell that begins with
// one of these is a formula to a spreadsheet, and what turns the direction of writing hides
// what a name is.
func oneLine(s string, most int) bool {
	return strings.IndexAny(s, "=+-@＝＋－＠|%") != 0 && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && s == strings.TrimSpace(s) &&
		!strings.ContainsFunc(s, sheet.Disturbs)
}

func aClock(c calendar.Clock) bool { return c >= 0 && c < 24*60 }

func weekdays(all []time.Weekday) bool {
	sorted := slices.Sorted(slices.Values(all))
	return len(slices.Compact(slices.Clone(sorted))) == len(sorted) && (len(sorted) == 0 || sorted[0] >= 0 && sorted[len(sorted)-1] <= 6)
}

// Any says whether it is any time.
func (w When) Any() bool {
	return w.Bells == AnyTime && len(w.Days) == 0 && w.From == w.Until
}

// Has says whether a time is in it, by the school's calendar.
func (w When) Has(c calendar.Calendar, at time.Time) bool {
	return w.inBells(c, at) && w.onDay(c, at) && w.inHours(c, at)
}

func (w When) inBells(c calendar.Calendar, at time.Time) bool {
	_, rings := c.Period(at)
	switch w.Bells {
	case Lessons:
		return rings
	case Breaks:
		return !rings && !c.OutOfHours(at)
	case Closed:
		return c.OutOfHours(at)
	}
	return true
}

func (w When) onDay(c calendar.Calendar, at time.Time) bool {
	return len(w.Days) == 0 || slices.Contains(w.Days, c.Date(at).Weekday())
}

func (w When) inHours(c calendar.Calendar, at time.Time) bool {
	now := c.Clock(at)
	switch {
	case w.From == w.Until:
		return true
	case w.From < w.Until:
		return w.From <= now && now < w.Until
	}
	return now >= w.From || now < w.Until
}
