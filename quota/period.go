package quota

import (
	"time"

	"inkwell/internal/school/calendar"
)

// Period is how long an allowance is meant to last.
type Period string

// The periods.
const (
	Term  Period = "term"
	Month Period = "month"
	Week  Period = "week" // from Monday
	Day   Period = "day"
)

// Periods are all periods, longest first.
func Periods() []Period { return []Period{Term, Month, Week, Day} }

// Start is the first day of the period that a time is in, by the school's clock. In
// the holidays the term before goes on; before the first term it is that one. A school
// that has entered no terms has three: from 1 September, 1 January and 1 April.
func (p Period) Start(c calendar.Calendar, at time.Time) calendar.Date {
	day := c.Date(at)
	local := day.Time()
	switch p {
	case Term:
		return termStart(c, day)
	case Month:
		return calendar.NewDate(local.Year(), local.Month(), 1)
	case Week:
		return calendar.DateOf(local.AddDate(0, 0, -(int(local.Weekday())+6)%7)) // whose days are 0 on Sunday
	}
	return day
}

func termStart(c calendar.Calendar, day calendar.Date) calendar.Date {
	if len(c.Terms) == 0 {
		local := day.Time()
		switch m := local.Month(); {
		case m >= time.September:
			return calendar.NewDate(local.Year(), time.September, 1)
		case m >= time.April:
			return calendar.NewDate(local.Year(), time.April, 1)
		}
		return calendar.NewDate(local.Year(), time.January, 1)
	}
	start := c.Terms[0].First
	for _, t := range c.Terms {
		if t.First <= day {
			start = t.First
		}
	}
	return start
}
