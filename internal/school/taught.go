package school

import (
	"context"
	"time"

	"inkwell/internal/db"
)

// Taught is a class that somebody teaches, for as long as they do.
type Taught struct {
	Class ClassID
	Name  string
	Until time.Time // of a lesson they cover: its bell; zero for a class of their own
}

// TaughtBy are the classes that somebody teaches now, by name: those whose teacher they
// are by today's list, and that of a lesson which they cover, from bell to bell.
func TaughtBy(ctx context.Context, tx *db.Tx, a Actor) ([]Taught, error) {
	day, err := dayAt(ctx, tx, a.School)
	if err != nil {
		return nil, err
	}
	all, err := taughtBy(ctx, tx, a.School, a.Person, day)
	if err != nil {
		return nil, err
	}
	lessons, err := LessonsAt(ctx, tx, a.School, tx.Now, LessonFilter{Teacher: a.Person})
	if err != nil {
		return nil, err
	}
	own := map[ClassID]bool{}
	for _, t := range all {
		own[t.Class] = true
	}
	for _, l := range lessons {
		if l.CoverFor != 0 && !own[l.Class] {
			all = append(all, Taught{Class: l.Class, Name: l.ClassName, Until: l.Until})
		}
	}
	return all, nil
}

// Teaches is the one of TaughtBy that is of a class; "class-unknown" for any other
// class, there or not.
func Teaches(ctx context.Context, tx *db.Tx, a Actor, class ClassID) (Taught, error) {
	all, err := TaughtBy(ctx, tx, a)
	if err != nil {
		return Taught{}, err
	}
	for _, t := range all {
		if t.Class == class {
			return t, nil
		}
	}
	return Taught{}, notMyClass
}

// PupilsToday are the pupils of a class by today's list, by family name.
func PupilsToday(ctx context.Context, tx *db.Tx, id ID, class ClassID) ([]Person, error) {
	day, err := dayAt(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return pupilsOfClass(ctx, tx, id, class, day)
}
