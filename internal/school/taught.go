package school

import (
	"context"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
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

// lessonNone is told to somebody who does not teach the class at this moment.
var lessonNone = fault.New(fault.Conflict, "lesson-none", "You can print for a class while you teach it.")

// LessonWith is the lesson that somebody gives to a class or covers at this moment
// ("lesson-none"; "class-unknown" for a class that is not theirs at all). A school without a
// timetable cannot tell: there it is any class that they teach, without room and bell.
func LessonWith(ctx context.Context, tx *db.Tx, a Actor, class ClassID) (Lesson, error) {
	taught, err := Teaches(ctx, tx, a, class)
	if err != nil {
		return Lesson{}, err
	}
	has, err := hasTimetable(ctx, tx, a.School)
	if err != nil {
		return Lesson{}, err
	}
	if !has {
		return Lesson{Class: class, ClassName: taught.Name, Teacher: a.Person}, nil
	}
	l, there, err := firstLesson(LessonsAt(ctx, tx, a.School, tx.Now, LessonFilter{Teacher: a.Person, Class: class}))
	if err == nil && !there {
		err = lessonNone
	}
	return l, err
}

// TeachesNow are the classes that LessonWith refuses somebody nothing of at this moment, by name.
func TeachesNow(ctx context.Context, tx *db.Tx, a Actor) ([]Taught, error) {
	all, err := TaughtBy(ctx, tx, a)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	has, err := hasTimetable(ctx, tx, a.School)
	if err != nil || !has {
		return all, err
	}
	lessons, err := LessonsAt(ctx, tx, a.School, tx.Now, LessonFilter{Teacher: a.Person})
	return slices.DeleteFunc(all, func(t Taught) bool {
		return !slices.ContainsFunc(lessons, func(l Lesson) bool { return l.Class == t.Class })
	}), err
}
