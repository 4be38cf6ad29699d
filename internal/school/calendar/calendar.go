// Package calendar is the arithmetic of a school's time: terms, days off, closures,
// bells and weeks A and B, in the school's zone. It knows no database and no clock;
// everything is a function of a Calendar and a time. A Calendar that Check takes
// answers every question, also on days when clocks change. A school that has
// entered nothing has a school day on every weekday.
package calendar

import (
	"slices"
	"time"
)

// Calendar is the time of one school. The zero value of each field is a default.
type Calendar struct {
	Zone *time.Location // nil is UTC

	Weekdays []time.Weekday // days of the week with school; none is Monday to Friday
	Opens    Clock          // the school's hours: what is outside them is out of hours
	Closes   Clock
	Hold     Clock // the hour at which held jobs go; 0 is DefaultHold

	Terms []Term   // ascending, none overlaps another
	Off   []DayOff // in any order
	Bells []Bell   // ascending by weekday and time, none overlaps another
	Weeks []Anchor // ascending; with any, weeks are A and B by turns
}

// The defaults of hours and of the hour at which held jobs go.
const (
	DefaultOpens  Clock = 7 * 60
	DefaultCloses Clock = 18 * 60
	DefaultHold   Clock = 18 * 60
)

// Term is a school term.
type Term struct {
	Name  string `json:"name"`
	First Date   `json:"first"`
	Last  Date   `json:"last"`
}

// Kind says why a day is no school day.
type Kind string

// The kinds of days off.
const (
	Holiday Kind = "holiday" // half-term and bank holidays
	INSET   Kind = "inset"   // staff are in for training, pupils are not
	Closure Kind = "closure" // announced: snow, no water. Nothing of that day counts as out of hours
)

// DayOff is one day or several on which a term has no school.
type DayOff struct {
	Kind   Kind   `json:"kind"`
	First  Date   `json:"first"`
	Last   Date   `json:"last"`
	Reason string `json:"reason"` // "October half-term"
}

// Bell is a period of a weekday: it begins and ends with a bell.
type Bell struct {
	Weekday time.Weekday `json:"weekday"`
	Period  string       `json:"period"` // "1", "Reg"
	From    Clock        `json:"from"`
	Until   Clock        `json:"until"`
}

// Anchor says which letter the week of a day has. From there weeks take turns.
type Anchor struct {
	Day    Date   `json:"day"`
	Letter string `json:"letter"` // A or B
}

// zone is the zone that days are told in.
func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// Date is the school's day that a time falls on.
func (c Calendar) Date(at time.Time) Date { return DateOf(at.In(c.zone())) }

// Clock is what the school's clock shows at a time.
func (c Calendar) Clock(at time.Time) Clock {
	local := at.In(c.zone())
	return Clock(local.Hour()*60 + local.Minute()) // #nosec G115 -- below 1440
}

// Start is when a day begins by the school's clock, also where clocks change at
// midnight.
func (c Calendar) Start(d Date) time.Time { return d.instant(0, c.zone()).UTC() }

// at is a time of a day.
func (c Calendar) at(d Date, clock Clock) time.Time { return d.instant(clock, c.zone()).UTC() }

// hold is the hour at which held jobs go.
func (c Calendar) hold() Clock {
	if c.Hold == 0 {
		return DefaultHold
	}
	return c.Hold
}

// hours are the school's hours.
func (c Calendar) hours() (opens, closes Clock) {
	if c.Opens == 0 && c.Closes == 0 {
		return DefaultOpens, DefaultCloses
	}
	return c.Opens, c.Closes
}

// onWeekday says whether there is school on such days at all.
func (c Calendar) onWeekday(w time.Weekday) bool {
	if len(c.Weekdays) == 0 {
		return w != time.Saturday && w != time.Sunday
	}
	return slices.Contains(c.Weekdays, w)
}

// Closing is the calendar with one more closure.
func (c Calendar) Closing(d Date, reason string) Calendar {
	c.Off = append(slices.Clone(c.Off), DayOff{Kind: Closure, First: d, Last: d, Reason: reason})
	return c
}

// On is what a day is off for; none if it is not. A closure comes first.
func (c Calendar) On(d Date) (off DayOff, found bool) {
	for _, o := range c.Off {
		if o.First <= d && d <= o.Last && (!found || o.Kind == Closure) {
			off, found = o, true
		}
	}
	return off, found
}

// Term is the term that a time is in, from the beginning of its first day to the end
// of its last.
func (c Calendar) Term(at time.Time) (Term, bool) { return c.termOn(c.Date(at)) }

func (c Calendar) termOn(d Date) (Term, bool) {
	for _, t := range c.Terms {
		if t.First <= d && d <= t.Last {
			return t, true
		}
	}
	return Term{}, false
}

// Known says whether a day lies within the terms that were entered, holidays between
// them included. Before and beyond them every weekday counts as a school day, as it does
// for a school without terms.
func (c Calendar) Known(d Date) bool {
	return len(c.Terms) > 0 && c.Terms[0].First <= d && d <= c.Terms[len(c.Terms)-1].Last
}

// SchoolDay says whether pupils come to school on a day.
func (c Calendar) SchoolDay(d Date) bool {
	_, off := c.On(d)
	return !off && c.teaches(d)
}

// teaches is SchoolDay before days off are taken out.
func (c Calendar) teaches(d Date) bool {
	if !c.onWeekday(d.Weekday()) {
		return false
	}
	_, inTerm := c.termOn(d)
	return inTerm || !c.Known(d)
}

// NextSchoolDay is the first school day after a day.
func (c Calendar) NextSchoolDay(after Date) Date {
	d := after + 1
	for !c.SchoolDay(d) { // ends: beyond terms and days off every week has a school day
		d++
	}
	return d
}

// HoldUntil is how long a job that came in at a time is held: until the hour of Hold
// on the next school day, however many days off lie between. At the end of a term, by
// the same hour of its last day, all that came in before it goes. It is always after
// submitted, and never earlier for a later job or for one more closure.
func (c Calendar) HoldUntil(submitted time.Time) time.Time {
	until := c.at(c.NextSchoolDay(c.Date(submitted)), c.hold())
	for _, t := range c.Terms {
		if end := c.at(t.Last, c.hold()); submitted.Before(end) && end.Before(until) {
			until = end
		}
	}
	return until
}

// OutOfHours says whether a time is outside the school's hours: at night, at
// weekends and in holidays. On a day of closure nothing is.
func (c Calendar) OutOfHours(at time.Time) bool {
	d := c.Date(at)
	works := c.teaches(d)
	if off, isOff := c.On(d); isOff {
		if off.Kind == Closure {
			return false
		}
		works = off.Kind == INSET
	}
	opens, closes := c.hours()
	return !works || at.Before(c.at(d, opens)) || !at.Before(c.at(d, closes))
}

// DayEnds is when the school closes for the day that a time falls on: at its closing
// hour, or after that at midnight.
func (c Calendar) DayEnds(at time.Time) time.Time {
	d := c.Date(at)
	if _, closes := c.hours(); at.Before(c.at(d, closes)) {
		return c.at(d, closes)
	}
	return c.Start(d + 1)
}

// HoursOf is when the school opens and closes on a day, be it a school day or not.
func (c Calendar) HoursOf(d Date) (opens, closes time.Time) {
	from, until := c.hours()
	return c.at(d, from), c.at(d, until)
}
