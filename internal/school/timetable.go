package school

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
	"inkwell/internal/sheet"
)

// timetableSheet is a timetable as a CSV file: docs/guide-it.md, "Timetable and cover".
var timetableSheet = format{columns: []string{"day", "period", "class", "teacher"}, more: []string{"week", "room"}, bytes: 8 << 20}

// slotLesson is one row of a timetable.
type slotLesson struct {
	week    string // A, B or "" for both
	weekday time.Weekday
	period  string
	class   ClassID
	teacher PersonID
	room    string
}

// TimetableChange is what an import of a timetable comes to.
type TimetableChange struct {
	Lessons int // in the file
	Added   int
	Removed int
	// Strange are lessons whose teacher is no teacher of the class today by its list:
	// such a lesson is nobody's until the list says otherwise.
	Strange int
}

// ImportTimetable replaces a school's timetable by that of a CSV file, or changes
// nothing. The same file again changes nothing. Its periods have to ring by the calendar.
func ImportTimetable(ctx context.Context, tx *db.Tx, by Pseudonym, id ID, file io.Reader, dry bool) (change TimetableChange, err error) {
	rows, bad, err := timetableSheet.read(file)
	if err != nil {
		return change, err
	}
	c, err := CalendarOf(ctx, tx, id)
	if err != nil {
		return change, err
	}
	names, err := readNames(ctx, tx, id, rows, "class", "teacher")
	if err != nil {
		return change, err
	}
	lines := map[slotLesson]int{} // without rooms
	var all []slotLesson
	for _, r := range rows {
		l, err := readSlotLesson(r, c, names)
		at := l
		at.room = ""
		switch {
		case err != nil:
			bad.Add(r.Line, "%s", err)
		case lines[at] != 0:
			bad.Add(r.Line, "it says the same as line %d", lines[at])
		default:
			lines[at] = r.Line
			all = append(all, l)
		}
	}
	if len(rows) == 0 {
		bad.Add(1, "there are no lessons below the names of the columns")
	}
	if err := inOrder(bad).Err(); err != nil {
		return change, err
	}
	if change, err = compareTimetable(ctx, tx, id, c.Date(tx.Now), all); err != nil || dry || change.Added+change.Removed == 0 {
		return change, err
	}
	if err := replaceTimetable(ctx, tx, id, all); err != nil {
		return change, fmt.Errorf("import timetable: %w", err)
	}
	return change, audit.Record(ctx, tx, audit.Entry{School: id, Act: "timetable-imported", Actor: by,
		Facts: map[string]any{"lessons": change.Lessons, "added": change.Added, "removed": change.Removed}})
}

// readSlotLesson reads one row of a timetable.
func readSlotLesson(r sheet.Row, c calendar.Calendar, names namesOf) (l slotLesson, err error) {
	if l.weekday, err = readWeekday(r.Get("day")); err != nil {
		return l, err
	}
	l.week, l.period, l.room = strings.ToUpper(r.Get("week")), r.Get("period"), r.Get("room")
	switch l.week {
	case "":
	case "A", "B":
		if len(c.Weeks) == 0 {
			return l, fmt.Errorf("it is of week %s, and the calendar does not say which weeks are A and B", l.week)
		}
	default:
		return l, fmt.Errorf("the week is A, B or nothing for both")
	}
	if !rings(c, l.weekday, l.period) {
		return l, fmt.Errorf("no period %.20q rings on %s by the calendar", l.period, l.weekday)
	}
	if len([]rune(l.room)) > 60 {
		return l, fmt.Errorf("the name of a room has 60 letters at most")
	}
	if l.class, err = names.class(r.Get("class")); err == nil {
		l.teacher, err = names.staff("teacher", r.Get("teacher"))
	}
	return l, err
}

// rings says whether a weekday has a period.
func rings(c calendar.Calendar, w time.Weekday, period string) bool {
	for _, b := range c.Bells {
		if b.Weekday == w && b.Period == period {
			return true
		}
	}
	return false
}

// namesOf are the classes and the members of staff that a file names.
type namesOf struct {
	classes map[string]ClassID
	people  map[string]PersonID
}

// readNames looks up all that rows name in one read each: the class in the column of
// classes, and user names of staff in the others. A school's people are not read as a whole.
func readNames(ctx context.Context, tx *db.Tx, id ID, rows []sheet.Row, classes string, people ...string) (n namesOf, err error) {
	var classNames, usernames []string
	for _, r := range rows {
		if classes != "" {
			classNames = append(classNames, r.Get(classes))
		}
		for _, column := range people {
			usernames = append(usernames, normalName(r.Get(column)))
		}
	}
	if n.classes, err = classesByName(ctx, tx, id, classNames); err != nil {
		return n, err
	}
	n.people, err = staffByName(ctx, tx, id, usernames)
	return n, err
}

func (n namesOf) class(name string) (ClassID, error) {
	if id, ok := n.classes[name]; ok {
		return id, nil
	}
	return 0, fmt.Errorf("there is no class %.40q", name)
}

// staff is a member of staff. The sentence names nobody: the line does.
func (n namesOf) staff(column, username string) (PersonID, error) {
	if id, ok := n.people[normalName(username)]; ok {
		return id, nil
	}
	return 0, fmt.Errorf("no member of staff has the user name under %q", column)
}
