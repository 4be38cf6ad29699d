package school

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// ExamID names an exam window.
type ExamID int64

// Exam is a window of time in which some people write an exam and print at some
// stations, paid by a shared account.
type Exam struct {
	ID       ExamID
	School   ID
	Name     string // 1 to 100 letters
	Begins   time.Time
	Ends     time.Time  // at that very second it is over; a day later at most
	Account  string     // the shared account's name, or "" for none
	Stations []int32    // release's numbers of stations
	People   []PersonID // left out by ExamsAfter and the like; Count says how many
	Count    int
}

var (
	examName     = fault.New(fault.Invalid, "exam-name", "Name the exam in 1 to 100 letters, its account in 60 at most.")
	examTimes    = fault.New(fault.Invalid, "exam-times", "An exam ends after it begins, within a day, and not in the past.")
	examNobody   = fault.New(fault.Invalid, "exam-nobody", "Say who writes the exam: people of the school, 2,000 at most.")
	examNowhere  = fault.New(fault.Invalid, "exam-nowhere", "Say at which stations its work may be printed.")
	examOverlaps = fault.New(fault.Conflict, "exam-overlaps", "Another exam has one of these stations at that time.")
	examUnknown  = fault.New(fault.NotFound, "exam-unknown", "There is no exam of that number.")
)

func (e Exam) check(now time.Time) error {
	switch {
	case e.Name == "" || utf8.RuneCountInString(e.Name) > 100 || utf8.RuneCountInString(e.Account) > 60:
		return examName
	case !e.Ends.After(e.Begins) || e.Ends.Sub(e.Begins) > 24*time.Hour || !e.Ends.After(now):
		return examTimes
	case len(e.People) == 0 || len(e.People) > 2000:
		return examNobody
	case len(e.Stations) == 0:
		return examNowhere
	}
	return nil
}

// AddExam adds an exam window. Two windows never share a station at one time.
func AddExam(ctx context.Context, tx *db.Tx, by Pseudonym, e Exam) (ExamID, error) {
	e.Name, e.Account = strings.TrimSpace(e.Name), strings.TrimSpace(e.Account)
	if err := e.check(tx.Now); err != nil {
		return 0, err
	}
	id, err := insertExam(ctx, tx, e)
	if err != nil {
		return 0, fmt.Errorf("add exam: %w", err)
	}
	return id, audit.Record(ctx, tx, audit.Entry{School: e.School, Act: "exam-added", Actor: by, Object: examObject(id),
		Facts: map[string]any{"from": e.Begins, "until": e.Ends, "people": len(e.People), "stations": len(e.Stations)}, Note: e.Name})
}

// RemoveExam ends a window now, which keeps its receipt, or takes back one that has not begun.
func RemoveExam(ctx context.Context, tx *db.Tx, by Pseudonym, school ID, id ExamID) error {
	act := "exam-ended"
	there, err := endExam(ctx, tx, school, id)
	if err == nil && !there {
		act = "exam-removed"
		there, err = removeExam(ctx, tx, school, id)
	}
	if err != nil {
		return fmt.Errorf("remove exam: %w", err)
	}
	if !there {
		return examUnknown
	}
	return audit.Record(ctx, tx, audit.Entry{School: school, Act: act, Actor: by, Object: examObject(id)})
}

func examObject(id ExamID) string { return fmt.Sprintf("exam:%d", id) }

// ExamsAfter are the windows that have not ended by a time, by their beginning.
func ExamsAfter(ctx context.Context, tx *db.Tx, id ID, notBefore time.Time) ([]Exam, error) {
	return exams(ctx, tx, "e.school_id = $1 AND e.ends_at > $2", id, notBefore)
}

// ExamsOf are the windows that a person is in at a time; usually one or none.
func ExamsOf(ctx context.Context, tx *db.Tx, person PersonID, at time.Time) ([]Exam, error) {
	return exams(ctx, tx, `e.begins_at <= $2 AND e.ends_at > $2
		AND EXISTS (SELECT FROM exam_person p WHERE p.exam_id = e.exam_id AND p.person_id = $1)`, person, at)
}

// ExamAt is the window that a station is in at a time, and whether it is in one.
func ExamAt(ctx context.Context, tx *db.Tx, station int32, at time.Time) (Exam, bool, error) {
	all, err := exams(ctx, tx, `e.begins_at <= $2 AND e.ends_at > $2
		AND EXISTS (SELECT FROM exam_station s WHERE s.exam_id = e.exam_id AND s.station_id = $1)`, station, at)
	if err != nil || len(all) == 0 {
		return Exam{}, false, err
	}
	return all[0], true, nil
}

// ExamFor is the window that a person writes in at a station at a time, and whether there
// is one.
func ExamFor(ctx context.Context, tx *db.Tx, person PersonID, station int32, at time.Time) (Exam, bool, error) {
	all, err := AskExamsFor(tx, person, station, at)(ctx)
	if err != nil || len(all) == 0 {
		return Exam{}, false, err
	}
	return all[0], true, nil
}

// AskExamsFor asks for all of them, the first one first.
func AskExamsFor(tx *db.Tx, person PersonID, station int32, at time.Time) db.Answer[[]Exam] {
	return askExams(tx, `e.begins_at <= $2 AND e.ends_at > $2
		AND EXISTS (SELECT FROM exam_station s WHERE s.exam_id = e.exam_id AND s.station_id = $1)
		AND EXISTS (SELECT FROM exam_person p WHERE p.exam_id = e.exam_id AND p.person_id = $3)`, station, at, person)
}

// PupilsOf are the pupils of a school's classes on a day: those of any of the names, by
// user name. A class that is not there is refused as "class-unknown".
func PupilsOf(ctx context.Context, tx *db.Tx, id ID, classes []string, day time.Time) ([]PersonID, error) {
	known, err := classesByName(ctx, tx, id, classes)
	if err != nil {
		return nil, err
	}
	var ids []ClassID
	for _, name := range classes {
		class, ok := known[name]
		if !ok {
			return nil, fault.New(fault.NotFound, "class-unknown", "There is no class %q.", name)
		}
		ids = append(ids, class)
	}
	return pupilsOn(ctx, tx, ids, day)
}

// peopleSheet is a list of people as a CSV file.
var peopleSheet = format{columns: []string{"username"}, bytes: 1 << 20}

// PeopleListed are the people of a CSV file, by user name. Each line with nobody of
// that name is named.
func PeopleListed(ctx context.Context, tx *db.Tx, id ID, file io.Reader) (all []PersonID, err error) {
	rows, bad, err := peopleSheet.read(file)
	if err != nil {
		return nil, err
	}
	known, err := idsByUsername(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		person, ok := known[normalName(r.Get("username"))]
		if !ok {
			bad.Add(r.Line, "nobody here has that user name")
		}
		all = append(all, person)
	}
	return all, inOrder(bad).Err()
}

// PeopleNamed are the people of some user names; the first that is nobody's is refused
// ("exam-people").
func PeopleNamed(ctx context.Context, tx *db.Tx, id ID, usernames []string) (all []PersonID, err error) {
	if len(usernames) == 0 {
		return nil, nil
	}
	known, err := idsByUsername(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, name := range usernames {
		person, ok := known[normalName(name)]
		if !ok {
			return nil, fault.New(fault.NotFound, "exam-people", "Nobody here has the user name %q.", name)
		}
		all = append(all, person)
	}
	return all, nil
}
