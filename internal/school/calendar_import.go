package school

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school/calendar"
	"inkwell/internal/sheet"
)

// calendarSheet is a calendar as a CSV file: docs/guide-it.md, "The calendar".
var calendarSheet = format{columns: []string{"kind", "from"}, more: []string{"name", "days", "to"}, bytes: 1 << 20}

// CalendarChange is what an import has come to.
type CalendarChange struct {
	Calendar calendar.Calendar
	Changed  bool
	Silent   int // lessons of the timetable in periods that ring no longer
}

// ImportCalendar reads a calendar from a CSV file and applies all of it, or nothing.
// From the first day that the file names, its terms, holidays and training days
// replace those that were there; what ended before stays, and so do closures. Bells,
// hours and the weekdays of school are replaced where the file has any. The same file
// again changes nothing. The caller extends what is held in the same transaction.
func ImportCalendar(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, file io.Reader, dry bool) (CalendarChange, error) {
	before, err := CalendarOf(ctx, tx, id)
	if err != nil {
		return CalendarChange{}, err
	}
	rows, bad, err := calendarSheet.read(file)
	if err != nil {
		return CalendarChange{}, err
	}
	after, err := readCalendar(rows, bad, before)
	if err != nil {
		return CalendarChange{}, err
	}
	change := CalendarChange{Calendar: after, Changed: !before.Equal(after)}
	if !change.Changed || dry {
		return change, nil
	}
	if err := replaceCalendar(ctx, tx, id, after); err != nil {
		return change, fmt.Errorf("import calendar: %w", err)
	}
	if change.Silent, err = countSilent(ctx, tx, id); err != nil {
		return change, err
	}
	return change, audit.Record(ctx, tx, audit.Entry{School: id, Act: "calendar-imported", Actor: by,
		Facts: map[string]any{"terms": len(after.Terms), "days-off": len(after.Off), "bells": len(after.Bells)}})
}

// readCalendar is the calendar that comes of rows and of what was there.
func readCalendar(rows []sheet.Row, bad sheet.Problems, before calendar.Calendar) (calendar.Calendar, error) {
	said := &saidCalendar{}
	said.c.Opens, said.c.Closes, said.c.Hold, said.c.Zone = before.Opens, before.Closes, before.Hold, before.Zone
	for _, r := range rows {
		if err := said.take(r); err != nil {
			bad.Add(r.Line, "%s", err)
		}
	}
	if err := inOrder(bad).Err(); err != nil {
		return before, err
	}
	after := said.over(before)
	if err := after.Check(); err != nil {
		return before, fault.New(fault.Invalid, "calendar-wrong", "Nothing was imported: with what is there already, %s.", err)
	}
	return after, nil
}

// saidCalendar is what a file has said so far.
type saidCalendar struct {
	c     calendar.Calendar
	dates []calendar.Date // that its rows begin on
}

// take takes one row, or says what is wrong with it.
func (s *saidCalendar) take(r sheet.Row) error {
	next := s.c
	from, to, name := r.Get("from"), r.Get("to"), r.Get("name")
	kind := strings.ToLower(r.Get("kind"))
	switch kind {
	case "term", "holiday", "inset":
		first, last, err := readDays(from, to, kind == "term")
		if err != nil {
			return err
		}
		if kind == "term" {
			next.Terms = append(slices.Clone(next.Terms), calendar.Term{Name: name, First: first, Last: last})
		} else {
			if name == "" {
				name = kind
			}
			next.Off = append(slices.Clone(next.Off), calendar.DayOff{Kind: calendar.Kind(kind), First: first, Last: last, Reason: name})
		}
		s.dates = append(s.dates, first)
	case "week":
		day, err := readDay(from)
		letter := strings.ToUpper(name)
		if err != nil || letter != "A" && letter != "B" {
			return fmt.Errorf("a week has the name A or B, and any of its days under \"from\"")
		}
		next.Weeks = append(slices.Clone(next.Weeks), calendar.Anchor{Day: day, Letter: letter})
		s.dates = append(s.dates, day)
	case "bell":
		bells, err := readBells(name, r.Get("days"), from, to)
		if err != nil {
			return err
		}
		next.Bells = append(slices.Clone(next.Bells), bells...)
	default:
		var err error
		if next, err = readSetting(next, kind, r); err != nil {
			return err
		}
	}
	next.Sort()
	if err := next.Check(); err != nil {
		return err
	}
	if err := twice(next); err != nil {
		return err
	}
	s.c = next
	return nil
}

// twice refuses two entries of one kind that begin on one day.
func twice(c calendar.Calendar) error {
	type start struct {
		kind calendar.Kind
		day  calendar.Date
	}
	seen := map[start]bool{}
	mark := func(k calendar.Kind, d calendar.Date) error {
		if seen[start{k, d}] {
			return fmt.Errorf("there is another %s that begins on %s", k, d)
		}
		seen[start{k, d}] = true
		return nil
	}
	for _, o := range c.Off {
		if err := mark(o.Kind, o.First); err != nil {
			return err
		}
	}
	for _, a := range c.Weeks {
		if err := mark("week", a.Day); err != nil {
			return err
		}
	}
	return nil
}

// readSetting reads a row that says something of all days.
func readSetting(c calendar.Calendar, kind string, r sheet.Row) (_ calendar.Calendar, err error) {
	const never = "%s cannot be at midnight, when the day begins"
	switch kind {
	case "hours":
		if c.Opens, err = calendar.ParseClock(r.Get("from")); err == nil {
			c.Closes, err = calendar.ParseClock(r.Get("to"))
		}
		if err == nil && c.Closes == 0 {
			err = fmt.Errorf(never, "closing")
		}
	case "hold":
		if c.Hold, err = calendar.ParseClock(r.Get("from")); err == nil && c.Hold == 0 {
			err = fmt.Errorf(never, "the end of a hold")
		}
	case "days":
		c.Weekdays, err = ParseWeekdays(r.Get("days"))
	default:
		err = fmt.Errorf("the kind is term, holiday, inset, week, bell, hours, hold or days; closures are announced, not imported")
	}
	return c, err
}

// over is what was said, laid over the calendar before.
func (s *saidCalendar) over(before calendar.Calendar) calendar.Calendar {
	c := s.c
	if len(c.Weekdays) == 0 {
		c.Weekdays = before.Weekdays
	}
	if len(c.Bells) == 0 {
		c.Bells = before.Bells
	}
	first := calendar.Date(math.MaxInt32)
	if len(s.dates) > 0 {
		first = slices.Min(s.dates)
	}
	for _, t := range before.Terms {
		if t.Last < first {
			c.Terms = append(c.Terms, t)
		}
	}
	for _, o := range before.Off {
		if o.Last < first || o.Kind == calendar.Closure {
			c.Off = append(c.Off, o)
		}
	}
	for _, a := range before.Weeks {
		if a.Day < first {
			c.Weeks = append(c.Weeks, a)
		}
	}
	c.Sort()
	return c
}

// readDays reads the first and last day of something; the last may be left out of
// what is not a term.
func readDays(from, to string, both bool) (first, last calendar.Date, err error) {
	if first, err = readDay(from); err != nil {
		return first, last, err
	}
	if to == "" && !both {
		return first, first, nil
	}
	last, err = readDay(to)
	return first, last, err
}

// readDay reads 2026-09-01 and, as spreadsheets here write it, 01/09/2026.
func readDay(s string) (calendar.Date, error) {
	if t, err := time.Parse("2/1/2006", s); err == nil {
		s = t.Format(time.DateOnly)
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		return d, fmt.Errorf("%.20q is no day such as 2026-09-01 or 01/09/2026", s)
	}
	return d, nil
}

func readBells(period, days, from, to string) (all []calendar.Bell, err error) {
	weekdays, err := ParseWeekdays(days)
	if err != nil {
		return nil, err
	}
	b := calendar.Bell{Period: period}
	if b.From, err = calendar.ParseClock(from); err != nil {
		return nil, err
	}
	if b.Until, err = calendar.ParseClock(to); err != nil {
		return nil, err
	}
	for _, b.Weekday = range weekdays {
		all = append(all, b)
	}
	return all, nil
}

// ParseWeekdays reads "Mon-Fri", "Mon Wed Fri" and "Sunday, Tuesday-Thursday",
// ascending.
func ParseWeekdays(s string) ([]time.Weekday, error) {
	var all []time.Weekday
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '/' }) {
		first, last, isRange := strings.Cut(part, "-")
		from, err := readWeekday(first)
		if err != nil {
			return nil, err
		}
		to := from
		if isRange {
			if to, err = readWeekday(last); err != nil {
				return nil, err
			}
		}
		for w := from; ; w = (w + 1) % 7 {
			all = append(all, w)
			if w == to {
				break
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("days look like Mon-Fri or Mon Wed Fri")
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func readWeekday(s string) (time.Weekday, error) {
	for w := time.Sunday; w <= time.Saturday; w++ {
		if name := strings.ToLower(w.String()); len(s) >= 3 && strings.HasPrefix(name, strings.ToLower(s)) {
			return w, nil
		}
	}
	return 0, fmt.Errorf("%.20q is no day of the week such as Mon", s)
}
