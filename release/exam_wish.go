package release

import (
	"bytes"
	"context"
	"errors"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// ExamTime is how a time of an exam is written, by the school's clock.
const ExamTime = "2006-01-02 15:04"

// ExamWish is what somebody wants of an exam window, as they said it: the command and the staff
// pages read it alike.
type ExamWish struct {
	Name        string
	From, Until string   // as ExamTime
	Stations    []string // the last parts of kiosks' addresses
	Classes     []string // whose pupils write it, as their lists are on that day
	Names       []string // user names of others who do
	List        []byte   // those of a CSV file with a column username, or nil
	Account     string   // the code of the shared account that pays; "" is the school's account Exams
}

// Open opens the window. What is wrong with the wish is refused ("exam-time", "station-unknown",
// "exam-account", "class-unknown", "exam-people"), and what school.AddExam refuses.
func (w ExamWish) Open(ctx context.Context, tx *db.Tx, by school.Pseudonym, s school.School) (school.Exam, error) {
	e := school.Exam{School: s.ID, Name: w.Name, Account: w.Account}
	for _, read := range []func(context.Context, *db.Tx, school.School, *school.Exam) error{w.readTimes, w.readStations, w.readPayer, w.readPeople} {
		if err := read(ctx, tx, s, &e); err != nil {
			return e, err
		}
	}
	var err error
	e.ID, err = school.AddExam(ctx, tx, by, e)
	return e, err
}

func (w ExamWish) readTimes(_ context.Context, _ *db.Tx, s school.School, e *school.Exam) (err error) {
	if e.Begins, err = ReadExamTime(w.From, s); err == nil {
		e.Ends, err = ReadExamTime(w.Until, s)
	}
	return err
}

// ReadExamTime reads a time by the school's clock ("exam-time").
func ReadExamTime(text string, s school.School) (time.Time, error) {
	at, err := time.ParseInLocation(ExamTime, text, s.Zone)
	if err != nil {
		return at, fault.New(fault.Invalid, "exam-time", "%q is no time. It looks like \"2027-05-17 09:00\".", text)
	}
	return at, nil
}

func (w ExamWish) readStations(ctx context.Context, tx *db.Tx, s school.School, e *school.Exam) error {
	for _, slug := range w.Stations {
		st, err := stationOf(ctx, tx, s.ID, slug)
		if errors.Is(err, stationUnknown) {
			return fault.New(fault.NotFound, "station-unknown", "The school has no station %q.", slug)
		}
		if err != nil {
			return err
		}
		e.Stations = append(e.Stations, int32(st.ID))
	}
	return nil
}

// readPayer refuses an account that an exam could be stopped by.
func (w ExamWish) readPayer(ctx context.Context, tx *db.Tx, s school.School, _ *school.Exam) error {
	if w.Account == "" {
		return nil
	}
	a, err := quota.SharedByCode(ctx, tx, s.ID, w.Account)
	if err == nil && !a.PaysExams(tx.Now) {
		err = fault.New(fault.Conflict, "exam-account", "The account %s has a limit or is closed, and nothing may stop an exam. Leave --account out, or open one: inkwell account add NAME --sort exam --recorded", a.Name)
	}
	return err
}

func (w ExamWish) readPeople(ctx context.Context, tx *db.Tx, s school.School, e *school.Exam) (err error) {
	if e.People, err = school.PupilsOf(ctx, tx, s.ID, w.Classes, s.Day(e.Begins)); err != nil {
		return err
	}
	named, err := school.PeopleNamed(ctx, tx, s.ID, w.Names)
	e.People = append(e.People, named...)
	if err != nil || w.List == nil {
		return err
	}
	listed, err := school.PeopleListed(ctx, tx, s.ID, bytes.NewReader(w.List))
	e.People = append(e.People, listed...)
	return err
}
