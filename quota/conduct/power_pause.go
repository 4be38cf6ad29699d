package conduct

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// longestPause is how long a teacher's pause lasts where no bell ends it.
const longestPause = time.Hour

// PauseClass stops the printing of the class that somebody is teaching at this moment, until
// its bell: "lesson-none" where it is not theirs just now. Where there is no timetable it is any
// class of theirs, for an hour, or until the school closes.
func (c *Conduct) PauseClass(ctx context.Context, by school.Actor, class school.ClassID) (Order, error) {
	o := Order{Pause: true, Class: class, MadeBy: by.Person, Reason: "pause"}
	if !by.May(school.PauseClass) {
		return o, school.NotAllowed
	}
	err := c.order(ctx, by, &o, "class-paused", func(ctx context.Context, tx *db.Tx) error {
		lesson, err := school.LessonWith(ctx, tx, by, class)
		if err != nil {
			return err
		}
		cal, err := school.CalendarOf(ctx, tx, by.School)
		if err != nil {
			return err
		}
		o.Starts, o.Ends = tx.Now, lesson.Until
		if o.Ends.IsZero() {
			o.Ends = tx.Now.Add(longestPause)
			if closes := cal.DayEnds(tx.Now); closes.Before(o.Ends) {
				o.Ends = closes
			}
		}
		if paused, err := pauseOf(ctx, tx, class); err != nil || paused != 0 {
			if err == nil {
				err = fault.New(fault.Conflict, "class-paused", "Printing is paused for this class already.")
			}
			return err
		}
		o.Reason = fmt.Sprintf("Your teacher has paused printing for %s until the lesson ends.", lesson.ClassName)
		return nil
	})
	return o, err
}

// PauseOf is the pause of a class that somebody teaches; none has no number.
func PauseOf(ctx context.Context, tx *db.Tx, a school.Actor, class school.ClassID) (Order, error) {
	if _, err := school.Teaches(ctx, tx, a, class); err != nil {
		return Order{}, err
	}
	id, err := pauseOf(ctx, tx, class)
	if err != nil || id == 0 {
		return Order{}, err
	}
	return orderByID(ctx, tx, a.School, id)
}
