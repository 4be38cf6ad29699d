package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Ring is a period that rings at the same times on several weekdays.
type Ring struct {
	Period string
	From   Clock
	Until  Clock
	Days   []time.Weekday
}

// Rings are the bells of a week by the hour, those of several weekdays together.
func (c Calendar) Rings() (all []Ring) {
	for _, b := range c.Bells {
		i := slices.IndexFunc(all, func(r Ring) bool { return r.Period == b.Period && r.From == b.From && r.Until == b.Until })
		if i < 0 {
			i = len(all)
			all = append(all, Ring{Period: b.Period, From: b.From, Until: b.Until})
		}
		all[i].Days = append(all[i].Days, b.Weekday)
	}
	slices.SortStableFunc(all, func(a, b Ring) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Until, b.Until), cmp.Compare(a.Period, b.Period))
	})
	return all
}

// SchoolWeek are the weekdays with school, Monday first.
func (c Calendar) SchoolWeek() (days []time.Weekday) {
	for d := time.Monday; d < time.Monday+7; d++ {
		if c.onWeekday(d % 7) {
			days = append(days, d%7)
		}
	}
	return days
}

// Words says what a day is, to go after "Friday 20 November is".
func (c Calendar) Words(d Date) string {
	off, isOff := c.On(d)
	letter := c.Week(d)
	switch {
	case isOff && off.Kind == Closure:
		return "closed: " + off.Reason
	case isOff && off.Kind == INSET:
		return "a training day"
	case isOff:
		return "a holiday: " + off.Reason
	case c.SchoolDay(d) && letter != "":
		return "a school day, week " + letter
	case c.SchoolDay(d):
		return "a school day"
	}
	return "no school day"
}

// Days writes weekdays as readable: Mon-Fri, Mon Wed Fri.
func Days(all []time.Weekday) string {
	all = slices.Clone(all)
	monday := func(d time.Weekday) int { return int(d+6) % 7 }
	slices.SortFunc(all, func(a, b time.Weekday) int { return monday(a) - monday(b) })
	var words []string
	for len(all) > 0 {
		n := 1
		for n < len(all) && monday(all[n]) == monday(all[n-1])+1 {
			n++
		}
		if n < 3 {
			n = 1
		}
		word := all[0].String()[:3]
		if n > 1 {
			word += "-" + all[n-1].String()[:3]
		}
		words = append(words, word)
		all = all[n:]
	}
	return strings.Join(words, " ")
}
