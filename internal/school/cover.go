package school

import (
	"context"
	"fmt"
	"io"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school/calendar"
	"inkwell/internal/sheet"
)

// Covering says that on a day and in a period somebody takes the lessons of a teacher who
// is away. It is theirs from bell to bell, and not the absent teacher's.
type Covering struct {
	Day       calendar.Date
	Period    string
	Absent    PersonID
	By        PersonID
	Away, Who string // names of the two; filled in by CoverOn
}

var (
	coverDay     = fault.New(fault.Invalid, "cover-day", "There is no school on that day.")
	coverPeriod  = fault.New(fault.Invalid, "cover-period", "That period does not ring on that day.")
	coverSelf    = fault.New(fault.Invalid, "cover-self", "Nobody covers their own lesson.")
	coverNobody  = fault.New(fault.Invalid, "cover-nobody", "Only members of staff who are still here cover and are covered.")
	coverUnknown = fault.New(fault.NotFound, "cover-unknown", "No cover is arranged for that period.")
)

// checkCover refuses cover for a time without a lesson.
func checkCover(c calendar.Calendar, v Covering) error {
	switch {
	case !c.SchoolDay(v.Day):
		return coverDay
	case !rings(c, v.Day.Weekday(), v.Period):
		return coverPeriod
	case v.Absent == v.By:
		return coverSelf
	}
	return nil
}

// AddCover has one member of staff take another's lessons of a period: "X covers
// Y, period 3". What was arranged for it before is replaced.
func AddCover(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, v Covering) error {
	c, err := CalendarOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := checkCover(c, v); err != nil {
		return err
	}
	_, err = arrange(ctx, tx, by, id, []Covering{v})
	return err
}

// arrange writes cover and says how many rows it changed.
func arrange(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, all []Covering) (int, error) {
	changed, err := upsertCovers(ctx, tx, id, all)
	if err != nil {
		return 0, fmt.Errorf("arrange cover: %w", err)
	}
	acts := make([]audit.Entry, len(changed))
	for i, v := range changed {
		acts[i] = audit.Entry{School: id, Act: "cover-arranged", Actor: by, Subject: v.who, Object: dayObject(v.Day),
			Facts: map[string]any{"away": v.away}, Note: "period " + v.Period}
	}
	return len(changed), audit.Record(ctx, tx, acts...)
}

// RemoveCover takes back what was arranged for a teacher's period.
func RemoveCover(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, day calendar.Date, period string, absent PersonID) error {
	there, err := deleteCover(ctx, tx, id, day, period, absent)
	if err != nil {
		return fmt.Errorf("remove cover: %w", err)
	}
	if !there {
		return coverUnknown
	}
	p, err := PersonByID(ctx, tx, absent)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: id, Act: "cover-removed", Actor: by, Subject: p.Pseudonym, Object: dayObject(day), Note: "period " + period})
}

// CoverOn is a day's cover, by period and the absent teacher's name.
func CoverOn(ctx context.Context, tx *db.Tx, id ID, day calendar.Date) ([]Covering, error) {
	return covers(ctx, tx, id, day)
}

// coverSheet is a list of cover as a CSV file: docs/guide-it.md, "Timetable and cover".
var coverSheet = format{columns: []string{"date", "period", "absent", "cover"}, bytes: 4 << 20}

// ImportCover arranges all cover of a CSV file, or none. It cancels none: a file is of
// one day or a few. It returns how many it arranged; the same file again arranges none.
func ImportCover(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, file io.Reader) (int, error) {
	rows, bad, err := coverSheet.read(file)
	if err != nil {
		return 0, err
	}
	c, err := CalendarOf(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	names, err := readNames(ctx, tx, id, rows, "", "absent", "cover")
	if err != nil {
		return 0, err
	}
	lines := map[Covering]int{} // without who covers
	var all []Covering
	for _, r := range rows {
		v, err := readCover(r, c, names)
		at := v
		at.By = 0
		switch {
		case err != nil:
			bad.Add(r.Line, "%s", err)
		case lines[at] != 0:
			bad.Add(r.Line, "that lesson is covered by line %d already", lines[at])
		default:
			lines[at] = r.Line
			all = append(all, v)
		}
	}
	if err := inOrder(bad).Err(); err != nil {
		return 0, err
	}
	return arrange(ctx, tx, by, id, all)
}

func readCover(r sheet.Row, c calendar.Calendar, names namesOf) (v Covering, err error) {
	v.Period = r.Get("period")
	if v.Day, err = readDay(r.Get("date")); err != nil {
		return v, err
	}
	if v.Absent, err = names.staff("absent", r.Get("absent")); err != nil {
		return v, err
	}
	if v.By, err = names.staff("cover", r.Get("cover")); err != nil {
		return v, err
	}
	if err := checkCover(c, v); err != nil {
		return v, fmt.Errorf("%s", fault.As(err).Say)
	}
	return v, nil
}
