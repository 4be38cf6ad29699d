package school

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// Lesson is a class being taught: by whom, where, from bell to bell.
type Lesson struct {
	Class     ClassID
	ClassName string
	Teacher   PersonID // who is there: whoever covers, if somebody does
	CoverFor  PersonID // the absent teacher; 0 for none
	Room      string   // "" when nobody said
	Period    string   // "" for a lesson that its teacher began
	From      time.Time
	Until     time.Time // at that very second it is over
}

// LessonFilter says which lessons are meant; what is zero is any.
type LessonFilter struct {
	Teacher PersonID
	Class   ClassID
	Pupil   PersonID // of any class that they are in that day
	Room    string
}

// LessonsAt are the lessons of a school at a time: by timetable, week, that day's cover
// and the class lists valid that day; or, where there is no timetable, those that
// teachers have begun. A lesson whose teacher is not the class's by its list that day
// is nobody's. On days without school there are none.
func LessonsAt(ctx context.Context, tx *db.Tx, id ID, at time.Time, f LessonFilter) ([]Lesson, error) {
	c, err := CalendarOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	has, err := hasTimetable(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !has {
		return begunLessons(ctx, tx, id, c.Date(at), at, f)
	}
	slot, rings := c.Period(at)
	if !rings {
		return nil, nil
	}
	return timetabled(ctx, tx, id, slot, f)
}

// LessonOf is the lesson that a person gives or covers at a time, and whether there is
// one; the first by the class's name if there are several.
func LessonOf(ctx context.Context, tx *db.Tx, id ID, teacher PersonID, at time.Time) (Lesson, bool, error) {
	return firstLesson(LessonsAt(ctx, tx, id, at, LessonFilter{Teacher: teacher}))
}

// ClassNow is the lesson that a class has at a time, and whether there is one.
func ClassNow(ctx context.Context, tx *db.Tx, id ID, class ClassID, at time.Time) (Lesson, bool, error) {
	return firstLesson(LessonsAt(ctx, tx, id, at, LessonFilter{Class: class}))
}

func firstLesson(all []Lesson, err error) (Lesson, bool, error) {
	if err != nil || len(all) == 0 {
		return Lesson{}, false, err
	}
	return all[0], true, nil
}

// longestAct is how long a lesson lasts that no bell ends.
const longestAct = 60 * time.Minute

var (
	lessonRings = fault.New(fault.Conflict, "lesson-rings", "The timetable says who teaches whom. A lesson begins and ends with its bell.")
	notMyClass  = fault.New(fault.NotFound, "class-unknown", "That is no class of yours.")
)

// BeginLesson says, where there is no timetable, that a teacher teaches one of their own
// classes from now on: for an hour, or until EndLesson. It ends the one they began before.
func BeginLesson(ctx context.Context, tx *db.Tx, teacher Actor, class ClassID) error {
	c, err := CalendarOf(ctx, tx, teacher.School)
	if err != nil {
		return err
	}
	has, err := hasTimetable(ctx, tx, teacher.School)
	if err != nil {
		return err
	}
	if has {
		return lessonRings
	}
	if teaches, err := teachesOn(ctx, tx, teacher.Person, class, c.Date(tx.Now)); err != nil || !teaches {
		if err == nil {
			err = notMyClass
		}
		return err
	}
	if err := endActs(ctx, tx, teacher.Person); err != nil {
		return fmt.Errorf("begin lesson: %w", err)
	}
	if err := insertAct(ctx, tx, teacher, class, tx.Now.Add(longestAct)); err != nil {
		return fmt.Errorf("begin lesson: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{School: teacher.School, Act: "lesson-begun", Actor: teacher.Pseudonym, Object: classObject(class)})
}

// EndLesson ends the lesson that a teacher began, if one is going on.
func EndLesson(ctx context.Context, tx *db.Tx, teacher Actor) error {
	return endActs(ctx, tx, teacher.Person)
}

func classObject(id ClassID) string { return fmt.Sprintf("class:%d", id) }
