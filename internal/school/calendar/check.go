package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// The most that a calendar holds.
const (
	mostTerms = 200
	mostOff   = 2000
	mostBells = 7 * 20
	mostWeeks = 500
	longest   = 366 // days of a term, or of one entry of days off
	longName  = 60
)

// Check says what is wrong with a calendar, in a sentence, or nil.
func (c Calendar) Check() error {
	if len(c.Terms) > mostTerms || len(c.Off) > mostOff || len(c.Bells) > mostBells || len(c.Weeks) > mostWeeks {
		return fmt.Errorf("there are more entries than a school can have")
	}
	opens, closes := c.hours()
	if opens < 0 || opens >= closes || closes > 24*60 {
		return fmt.Errorf("the school opens at %s and closes at %s: it has to open first", opens, closes)
	}
	if h := c.hold(); h < 1 || h >= 24*60 {
		return fmt.Errorf("held jobs cannot go at %s: give an hour from 00:01 to 23:59", h)
	}
	for i, t := range c.Terms {
		if err := span(t.Name, t.First, t.Last); err != nil {
			return err
		}
		if i > 0 && t.First <= c.Terms[i-1].Last {
			return fmt.Errorf("the term %q begins on %s, before %q has ended", t.Name, t.First, c.Terms[i-1].Name)
		}
	}
	for _, o := range c.Off {
		if err := span(o.Reason, o.First, o.Last); err != nil {
			return err
		}
	}
	return c.checkBells()
}

func span(name string, first, last Date) error {
	switch {
	case utf8.RuneCountInString(name) < 1 || utf8.RuneCountInString(name) > longName:
		return fmt.Errorf("a name has 1 to %d letters", longName)
	case last < first:
		return fmt.Errorf("%q ends on %s, before it begins on %s", name, last, first)
	case last-first >= longest:
		return fmt.Errorf("%q is longer than a year", name)
	}
	return nil
}

// checkBells refuses periods that overlap, and two of a name on one day.
func (c Calendar) checkBells() error {
	type named struct {
		day    time.Weekday
		period string
	}
	seen := map[named]bool{}
	for i, b := range c.Bells {
		n := utf8.RuneCountInString(b.Period)
		switch {
		case n < 1 || n > 20:
			return fmt.Errorf("a period's name has 1 to 20 letters")
		case b.From < 0 || b.From >= b.Until || b.Until > 24*60:
			return fmt.Errorf("period %s on %s rings from %s to %s: the end has to come after the beginning, on the same day", b.Period, b.Weekday, b.From, b.Until)
		case seen[named{b.Weekday, b.Period}]:
			return fmt.Errorf("period %s is there twice on %s", b.Period, b.Weekday)
		case i > 0 && c.Bells[i-1].Weekday == b.Weekday && b.From < c.Bells[i-1].Until:
			return fmt.Errorf("on %s period %s begins at %s, before period %s has ended at %s", b.Weekday, b.Period, b.From, c.Bells[i-1].Period, c.Bells[i-1].Until)
		}
		seen[named{b.Weekday, b.Period}] = true
	}
	return nil
}

// Sort puts terms, days off, bells and weeks in order, as Check wants them.
func (c *Calendar) Sort() {
	slices.SortFunc(c.Terms, func(a, b Term) int { return int(a.First - b.First) })
	slices.SortFunc(c.Off, func(a, b DayOff) int { return cmp.Or(int(a.First-b.First), cmp.Compare(a.Kind, b.Kind)) })
	slices.SortFunc(c.Weeks, func(a, b Anchor) int { return int(a.Day - b.Day) })
	slices.SortFunc(c.Bells, func(a, b Bell) int {
		return cmp.Or(int(a.Weekday-b.Weekday), int(a.From-b.From))
	})
}

// Equal says whether two calendars in order are the same.
func (c Calendar) Equal(o Calendar) bool {
	return c.zone().String() == o.zone().String() && c.Opens == o.Opens && c.Closes == o.Closes && c.Hold == o.Hold &&
		slices.Equal(c.Weekdays, o.Weekdays) && slices.Equal(c.Terms, o.Terms) && slices.Equal(c.Off, o.Off) &&
		slices.Equal(c.Bells, o.Bells) && slices.Equal(c.Weeks, o.Weeks)
}
