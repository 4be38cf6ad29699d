package school

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

func hasTimetable(ctx context.Context, tx *db.Tx, id ID) (has bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM timetable WHERE school_id = $1)`, id).Scan(&has)
	return has, err
}

// taughtOn says that a teacher is the class's on a day, by its list, and still here:
// the teacher and the class are columns, the day a parameter.
func taughtOn(teacher, class, day string) string {
	return `EXISTS (SELECT FROM enrolment e JOIN person t ON t.person_id = e.person_id
		WHERE e.class_id = ` + class + ` AND e.person_id = ` + teacher + ` AND e.role = 'teacher'
		  AND e.valid_from <= ` + day + ` AND ` + day + ` < e.valid_to AND t.left_at IS NULL)`
}

// pupilOn says that a person is a pupil of the class on a day.
func pupilOn(person, class, day string) string {
	return `EXISTS (SELECT FROM enrolment m WHERE m.class_id = ` + class + ` AND m.person_id = ` + person + ` AND m.role = 'pupil'
		AND m.valid_from <= ` + day + ` AND ` + day + ` < m.valid_to)`
}

// timetabled are the lessons of a slot. One that the teacher's own covers comes as the
// covering person's, if that one is still here.
func timetabled(ctx context.Context, tx *db.Tx, id ID, s calendar.Slot, f LessonFilter) ([]Lesson, error) {
	rows, _ := tx.Query(ctx, `
		SELECT l.class_id, k.name, coalesce(v.cover_id, l.teacher_id), CASE WHEN v.cover_id IS NULL THEN 0 ELSE l.teacher_id END, l.room
		  FROM timetable l JOIN class k USING (class_id)
		  LEFT JOIN cover v ON (v.school_id, v.period, v.absent_id) = (l.school_id, l.period, l.teacher_id) AND v.day = $2
		 WHERE l.school_id = $1 AND l.weekday = $3 AND l.week IN ('', $4) AND l.period = $5
		   AND `+taughtOn("l.teacher_id", "l.class_id", "$2")+`
		   AND (v.cover_id IS NULL OR EXISTS (SELECT FROM person c WHERE c.person_id = v.cover_id AND c.left_at IS NULL))
		   AND ($6::bigint = 0 OR coalesce(v.cover_id, l.teacher_id) = $6)
		   AND ($7::bigint = 0 OR l.class_id = $7)
		   AND ($8::bigint = 0 OR `+pupilOn("$8", "l.class_id", "$2")+`)
		   AND ($9 = '' OR l.room = $9)
		 ORDER BY k.name, l.class_id, 3`,
		id, s.Date.Time(), s.Weekday, s.Week, s.Period, f.Teacher, f.Class, f.Pupil, f.Room)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Lesson, error) {
		l := Lesson{Period: s.Period, From: s.From, Until: s.Until}
		return l, row.Scan(&l.Class, &l.ClassName, &l.Teacher, &l.CoverFor, &l.Room)
	})
}

// begunLessons are those that teachers have begun and that still go on. They have no room.
func begunLessons(ctx context.Context, tx *db.Tx, id ID, day calendar.Date, at time.Time, f LessonFilter) ([]Lesson, error) {
	rows, _ := tx.Query(ctx, `
		SELECT a.class_id, k.name, a.teacher_id, a.began_at, a.ends_at
		  FROM lesson_act a JOIN class k USING (class_id)
		 WHERE a.school_id = $1 AND a.began_at <= $3 AND a.ends_at > $3 AND $7 = ''
		   AND `+taughtOn("a.teacher_id", "a.class_id", "$2")+`
		   AND ($4::bigint = 0 OR a.teacher_id = $4)
		   AND ($5::bigint = 0 OR a.class_id = $5)
		   AND ($6::bigint = 0 OR `+pupilOn("$6", "a.class_id", "$2")+`)
		 ORDER BY k.name, a.class_id, a.teacher_id`,
		id, day.Time(), at, f.Teacher, f.Class, f.Pupil, f.Room)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Lesson, err error) {
		err = row.Scan(&l.Class, &l.ClassName, &l.Teacher, &l.From, &l.Until)
		l.From, l.Until = l.From.UTC(), l.Until.UTC()
		return l, err
	})
}

func teachesOn(ctx context.Context, tx *db.Tx, teacher PersonID, class ClassID, day calendar.Date) (teaches bool, err error) {
	err = tx.QueryRow(ctx, `SELECT `+taughtOn("$1", "$2", "$3"), teacher, class, day.Time()).Scan(&teaches)
	return teaches, err
}

func endActs(ctx context.Context, tx *db.Tx, teacher PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE lesson_act SET ends_at = $2 WHERE teacher_id = $1 AND began_at <= $2 AND ends_at > $2`, teacher, tx.Now)
	return err
}

func insertAct(ctx context.Context, tx *db.Tx, teacher Actor, class ClassID, ends time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO lesson_act (school_id, teacher_id, class_id, began_at, ends_at) VALUES ($1, $2, $3, $4, $5)`,
		teacher.School, teacher.Person, class, tx.Now, ends)
	return err
}
