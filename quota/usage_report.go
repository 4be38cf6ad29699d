package quota

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// Breakdown is what a report of usage has a row for each of.
type Breakdown string

// The breakdowns, besides the periods Day, Week, Month and Term.
const (
	ByYear       Breakdown = "year"
	ByClass      Breakdown = "class" // its pupils of today, wherever they printed
	ByPerson     Breakdown = "person"
	ByDepartment Breakdown = "department" // accounts other than people's own
	ByPrinter    Breakdown = "printer"
)

// Breakdowns are all of them.
func Breakdowns() []Breakdown {
	all := []Breakdown{ByYear, ByClass, ByDepartment, ByPrinter, ByPerson}
	for _, p := range Periods() {
		all = append(all, Breakdown(p))
	}
	return all
}

// ParseBreakdown reads one ("usage-by").
func ParseBreakdown(s string) (Breakdown, error) {
	if b := Breakdown(s); slices.Contains(Breakdowns(), b) {
		return b, nil
	}
	words := make([]string, 0, len(Breakdowns()))
	for _, b := range Breakdowns() {
		words = append(words, string(b))
	}
	return "", fault.New(fault.Invalid, "usage-by", "Usage is told by %s.", strings.Join(words, ", "))
}

// FewPeople is the least number of people that a row may be about when it leaves the school.
const FewPeople = 5

// Row is one row of a report.
type Row struct {
	Label string
	Key   int64 // year group, class, person, account, printer, or the day that a period begins with
	Figures
	People int  // who printed something of it; of a report that leaves the school alone
	Hidden bool // it is about too few people: it has no figures
}

// Places are what a report needs to know of printers, which quota has no part in.
type Places struct {
	Names func(ctx context.Context, tx *db.Tx, id school.ID) (map[int64]string, error)
	// People is how many people printed at each.
	People func(ctx context.Context, tx *db.Tx, id school.ID, s Span) (map[int64]int, error)
}

// Usage is a school's usage in rows: periods and year groups in their order, all else with
// the largest first.
func Usage(ctx context.Context, tx *db.Tx, id school.ID, by Breakdown, s Span, places Places) (rows []Row, err error) {
	switch by {
	case ByYear:
		return rowsBy(ctx, tx, id, OfYear, s, yearLabel)
	case ByPrinter:
		names, err := places.Names(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return largest(rowsBy(ctx, tx, id, OfPrinter, s, labels(names, "Printer")))
	case ByDepartment:
		names, err := accountNames(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		rows, err := rowsBy(ctx, tx, id, OfAccount, s, labels(names, "Account"))
		rows = slices.DeleteFunc(rows, func(r Row) bool { return names[r.Key] == "" }) // somebody's personal account
		return largest(rows, err)
	case ByClass, ByPerson:
		return rowsOfPeople(ctx, tx, id, by, s)
	}
	return rowsOfPeriods(ctx, tx, id, Period(by), s)
}

func yearLabel(key int64) string {
	switch key {
	case school.NoYear:
		return "Staff and others"
	case 0:
		return "Reception"
	}
	return fmt.Sprintf("Year %d", key)
}

// labels names what is still there, and numbers what is not.
func labels(names map[int64]string, what string) func(int64) string {
	return func(key int64) string { return cmp.Or(names[key], fmt.Sprintf("%s %d", what, key)) }
}

func rowsBy(ctx context.Context, tx *db.Tx, id school.ID, per Dimension, s Span, label func(int64) string) (rows []Row, err error) {
	all, err := UsageBy(ctx, tx, id, per, s)
	for _, k := range all {
		rows = append(rows, Row{Label: label(k.Key), Key: k.Key, Figures: k.Figures})
	}
	if len(rows) > 0 && rows[0].Key == school.NoYear && per == OfYear {
		rows = append(rows[1:], rows[0]) // staff after the pupils
	}
	return rows, err
}

func rowsOfPeople(ctx context.Context, tx *db.Tx, id school.ID, by Breakdown, s Span) (rows []Row, err error) {
	people, err := UsageOfEverybody(ctx, tx, id, s)
	if err != nil {
		return nil, err
	}
	if by == ByPerson {
		ids := make([]school.PersonID, 0, len(people))
		for p := range people {
			ids = append(ids, p)
		}
		names, err := school.Usernames(ctx, tx, ids)
		for p, f := range people {
			rows = append(rows, Row{Label: cmp.Or(names[p], fmt.Sprintf("Person %d", p)), Key: int64(p), Figures: f, People: 1})
		}
		return largest(rows, err)
	}
	classes, err := school.Rolls(ctx, tx, id)
	for _, c := range classes {
		row := Row{Label: c.Name, Key: int64(c.Class)}
		for _, p := range c.Pupils {
			if f, used := people[p]; used {
				row.Figures, row.People = row.Plus(f), row.People+1
			}
		}
		if row.Figures != (Figures{}) {
			rows = append(rows, row)
		}
	}
	return largest(rows, err)
}

func rowsOfPeriods(ctx context.Context, tx *db.Tx, id school.ID, per Period, s Span) (rows []Row, err error) {
	c, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	days, err := UsageByDay(ctx, tx, id, s)
	for _, d := range Periodic(days, per, c) {
		rows = append(rows, Row{Label: d.Day.String(), Key: int64(d.Day), Figures: d.Figures})
	}
	return rows, err
}

func largest(rows []Row, err error) ([]Row, error) {
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Impressions, a.Impressions), cmp.Compare(b.LeftSheets, a.LeftSheets), cmp.Compare(a.Label, b.Label))
	})
	return rows, err
}

var usageOfOne = fault.New(fault.Invalid, "usage-of-people", "What one person printed does not leave the school. Choose another breakdown.")

// Published is Usage as it may leave the school: without a row that is about fewer than
// FewPeople. Where some are hidden so are the next smallest, until no sum known elsewhere
// gives them away.
func Published(ctx context.Context, tx *db.Tx, id school.ID, by Breakdown, s Span, places Places) ([]Row, error) {
	if by == ByPerson {
		return nil, usageOfOne
	}
	rows, err := Usage(ctx, tx, id, by, s, places)
	if err != nil {
		return nil, err
	}
	count, err := peopleBy(ctx, tx, id, by, s, places)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if by != ByClass {
			rows[i].People = count[rows[i].Key]
		}
	}
	hide(rows)
	return rows, nil
}

func peopleBy(ctx context.Context, tx *db.Tx, id school.ID, by Breakdown, s Span, places Places) (map[int64]int, error) {
	c, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	switch by {
	case ByClass:
		return nil, nil
	case ByPrinter:
		return places.People(ctx, tx, id, s)
	case ByDepartment:
		return peopleOfAccounts(ctx, tx, id, c.Start(s.From), c.Start(s.To+1))
	case ByYear:
		return peopleOfYears(ctx, tx, id, s)
	}
	seen := map[int64]map[school.PersonID]bool{}
	err = eachDayOfPeople(ctx, tx, id, s, func(day calendar.Date, p school.PersonID) {
		start := int64(periodOf(c, Period(by), day))
		if seen[start] == nil {
			seen[start] = map[school.PersonID]bool{}
		}
		seen[start][p] = true
	})
	count := map[int64]int{}
	for start, people := range seen {
		count[start] = len(people)
	}
	return count, err
}

// hide takes the figures from rows about too few people, and from the next smallest until what is left of
// a sum known elsewhere is about two rows at least, and about FewPeople. The same people may be in several rows,
// so what is hidden is known to be about no more than the largest of its rows.
func hide(rows []Row) {
	var shown []*Row
	hidden, people := 0, 0
	for i := range rows {
		switch r := &rows[i]; {
		case r.People >= FewPeople:
			shown = append(shown, r)
		default:
			people = max(people, r.People)
			if r.People > 0 || r.Figures != (Figures{}) {
				hidden++
			}
			r.hide()
		}
	}
	slices.SortStableFunc(shown, func(a, b *Row) int { return cmp.Compare(a.People, b.People) })
	for _, r := range shown {
		if hidden == 0 || hidden > 1 && people >= FewPeople {
			return
		}
		hidden, people = hidden+1, max(people, r.People)
		r.hide()
	}
}

func (r *Row) hide() { r.Figures, r.People, r.Hidden = Figures{}, 0, true }
