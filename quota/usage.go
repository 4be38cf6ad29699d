package quota

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// Use is what a settled delivery, or a job that ended without paper, adds to a day.
type Use struct {
	School      school.ID
	Person      school.PersonID
	Day         time.Time // of school.Day
	Printer     int32     // 0 for none
	Account     int64     // that paid, unless it was the person's own: 0
	Again       bool      // it is more of a job that came out in part before
	Impressions int
	Colour      int // of the impressions
	Sheets      int
}

// figures are what the use adds, once it is settled for so many units.
func (u Use) figures(amount int64) Figures {
	f := Figures{Jobs: 1, Impressions: int64(u.Impressions), Colour: int64(u.Colour), Sheets: int64(u.Sheets), Amount: amount,
		Duplex: int64(max(0, u.Impressions-u.Sheets))}
	if u.Again {
		f.Jobs = 0
	}
	return f
}

// Leave adds a job, or the rest of one, that nobody printed: Impressions and Sheets are what
// it would have taken.
func Leave(ctx context.Context, tx *db.Tx, u Use) error {
	return addUse(ctx, tx, u, Figures{LeftJobs: 1, LeftSheets: int64(u.Sheets)})
}

// Figures are what was printed and what was spared.
type Figures struct {
	Jobs        int64 // that came out, in part or whole
	Impressions int64 // page sides
	Colour      int64 // of them
	Sheets      int64
	Amount      int64 // units paid
	Duplex      int64 // sheets that printing all of it one-sided would have taken more
	LeftJobs    int64 // jobs that ended without paper, or without the rest of it
	LeftSheets  int64 // what they would have taken
}

// Saved is how many sheets were not used: by two sides, and by what nobody printed.
func (f Figures) Saved() int64 { return f.Duplex + f.LeftSheets }

// Plus is both together.
func (f Figures) Plus(g Figures) Figures {
	return Figures{f.Jobs + g.Jobs, f.Impressions + g.Impressions, f.Colour + g.Colour, f.Sheets + g.Sheets, f.Amount + g.Amount,
		f.Duplex + g.Duplex, f.LeftJobs + g.LeftJobs, f.LeftSheets + g.LeftSheets}
}

// Dimension is what the totals of a school are kept by.
type Dimension string

// The dimensions. The key of a total is the year group (school.NoYear for those without),
// the printer's number, or the account's.
const (
	OfSchool  Dimension = "school"
	OfYear    Dimension = "year"
	OfPrinter Dimension = "printer"
	OfAccount Dimension = "account" // accounts other than people's own
)

// Span is some days, both included.
type Span struct{ From, To calendar.Date }

// months is the whole months within the span, from the first day of the first to the last of
// the last; without any, it begins after the span ends.
func (s Span) months() Span {
	from, to := s.From.Time(), (s.To + 1).Time()
	first := calendar.NewDate(from.Year(), from.Month(), 1)
	if first < s.From {
		first = calendar.NewDate(from.Year(), from.Month()+1, 1)
	}
	last := calendar.NewDate(to.Year(), to.Month(), 1) - 1
	if last < first {
		return Span{s.To + 1, s.To}
	}
	return Span{first, last}
}

var usageSpan = fault.New(fault.Invalid, "usage-days", "Usage is told of up to ten years, from a day to the same or a later one.")

// NewSpan refuses days the wrong way round, and too many ("usage-days").
func NewSpan(from, to calendar.Date) (Span, error) {
	if to < from || to-from > 3660 {
		return Span{}, usageSpan
	}
	return Span{from, to}, nil
}

// UsageBy is what a school used, by the keys of a dimension: ascending, one sum for each key
// that has any. What is not folded into the totals yet is counted in.
func UsageBy(ctx context.Context, tx *db.Tx, id school.ID, per Dimension, s Span) ([]Keyed, error) {
	return totalsBy(ctx, tx, id, per, s)
}

// Keyed is a sum with its key.
type Keyed struct {
	Key int64
	Figures
}

// UsageByDay is what a school used on each day that has any, ascending.
func UsageByDay(ctx context.Context, tx *db.Tx, id school.ID, s Span) ([]Daily, error) {
	return totalsByDay(ctx, tx, id, s)
}

// Daily is a sum with the day that it is of, or that its period begins with.
type Daily struct {
	Day calendar.Date
	Figures
}

// Periodic sums days by the period of the school's calendar that they are in.
func Periodic(days []Daily, per Period, c calendar.Calendar) (all []Daily) {
	for _, d := range days {
		start := periodOf(c, per, d.Day)
		if n := len(all); n > 0 && all[n-1].Day == start {
			all[n-1].Figures = all[n-1].Plus(d.Figures)
		} else {
			all = append(all, Daily{start, d.Figures})
		}
	}
	return all
}

// periodOf is the first day of the period that a day is in.
func periodOf(c calendar.Calendar, per Period, day calendar.Date) calendar.Date {
	return per.Start(c, c.Start(day).Add(12*time.Hour))
}

// UsageOfSchools is what each school of the installation used, by its number. Its scope is a
// system task's.
func UsageOfSchools(ctx context.Context, tx *db.Tx, s Span) (map[school.ID]Figures, error) {
	return totalsOfSchools(ctx, tx, s)
}

// UsageOf is what people used, each of whom has a sum, of nothing where there is none. It
// needs no folding.
func UsageOf(ctx context.Context, tx *db.Tx, people []school.PersonID, s Span) (map[school.PersonID]Figures, error) {
	all, err := usageOf(ctx, tx, people, s)
	if err != nil {
		return nil, fmt.Errorf("sum usage of %d people: %w", len(people), err)
	}
	for _, p := range people {
		if _, there := all[p]; !there {
			all[p] = Figures{}
		}
	}
	return all, nil
}

// UsageOfEverybody is UsageOf for all of a school who used anything.
func UsageOfEverybody(ctx context.Context, tx *db.Tx, id school.ID, s Span) (map[school.PersonID]Figures, error) {
	return usageAt(ctx, tx, id, s)
}

// UsageDaysOf is what people used together on each day that has any, ascending.
func UsageDaysOf(ctx context.Context, tx *db.Tx, people []school.PersonID, s Span) ([]Daily, error) {
	return usageDaysOf(ctx, tx, people, s)
}

// Total is the sum of many.
func Total[T interface{ figures() Figures }](all []T) (f Figures) {
	for _, one := range all {
		f = f.Plus(one.figures())
	}
	return f
}

func (f Figures) figures() Figures { return f }
