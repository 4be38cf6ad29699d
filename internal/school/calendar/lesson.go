package calendar

import (
	"slices"
	"time"
)

// Slot is a period of a day: where a timetable has a lesson.
type Slot struct {
	Date    Date
	Weekday time.Weekday
	Week    string // A or B; "" where weeks are all alike
	Period  string
	From    time.Time
	Until   time.Time // the bell: at that very second it is over
}

// Period is the period of a time; none between bells and on days without school.
func (c Calendar) Period(at time.Time) (Slot, bool) {
	for _, s := range c.Day(c.Date(at)) {
		if !at.Before(s.From) && at.Before(s.Until) {
			return s, true
		}
	}
	return Slot{}, false
}

// Day are the periods of a day, in order; none on days without school.
func (c Calendar) Day(d Date) (all []Slot) {
	if !c.SchoolDay(d) {
		return nil
	}
	for _, b := range c.Bells {
		if b.Weekday == d.Weekday() {
			all = append(all, Slot{Date: d, Weekday: b.Weekday, Week: c.Week(d), Period: b.Period, From: c.at(d, b.From), Until: c.at(d, b.Until)})
		}
	}
	return all
}

// Week is the letter of a day's week, or "" where weeks are all alike. From the last
// anchor on, weeks with school take turns; a week of holidays takes none, and a closure
// changes nothing: what it took away was planned.
func (c Calendar) Week(d Date) string {
	var from Anchor
	for _, a := range c.Weeks {
		if c.monday(a.Day) <= c.monday(d) {
			from = a
		}
	}
	if from.Letter == "" { // before the first: counted backwards
		if len(c.Weeks) == 0 {
			return ""
		}
		from = c.Weeks[0]
	}
	first, last := c.monday(from.Day), c.monday(d)
	if last < first {
		first, last = last, first
	}
	turns := 0
	for w := first; w < last; w += 7 {
		if c.planned(w) {
			turns++
		}
	}
	if turns%2 == 0 {
		return from.Letter
	}
	return other[from.Letter]
}

var other = map[string]string{"A": "B", "B": "A"}

// planned says whether a week from a day on was to have school.
func (c Calendar) planned(first Date) bool {
	for d := first; d < first+7; d++ {
		off := func(o DayOff) bool { return o.Kind != Closure && o.First <= d && d <= o.Last }
		if c.teaches(d) && !slices.ContainsFunc(c.Off, off) {
			return true
		}
	}
	return false
}

// monday is the first day of a day's week: Monday, or the first of the school days
// that go before it without a gap, as Sunday does where the weekend is Friday and Saturday.
func (c Calendar) monday(d Date) Date {
	start := time.Monday
	for before := time.Sunday; c.onWeekday(before) && before != time.Monday; before = (before + 6) % 7 {
		start = before
	}
	if start == time.Tuesday { // school on all seven
		start = time.Monday
	}
	return d - Date((d.Weekday()-start+7)%7) // #nosec G115 -- 0 to 6
}
