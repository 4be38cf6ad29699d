package school

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

// columns are lessons as the arrays of slots.
func slotColumns(all []slotLesson) []any {
	n := len(all)
	weeks, periods, rooms, days := make([]string, n), make([]string, n), make([]string, n), make([]int16, n)
	classes, teachers := make([]ClassID, n), make([]PersonID, n)
	for i, l := range all {
		weeks[i], periods[i], rooms[i], days[i] = l.week, l.period, l.room, int16(l.weekday) // #nosec G115 -- 0 to 6
		classes[i], teachers[i] = l.class, l.teacher
	}
	return []any{weeks, days, periods, classes, teachers, rooms}
}

// slots are the lessons of a file as rows: parameters 2 to 7.
const slots = `
	WITH said AS (SELECT * FROM unnest($2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])
		AS s (week, weekday, period, class_id, teacher_id, room)) `

func compareTimetable(ctx context.Context, tx *db.Tx, id ID, today calendar.Date, all []slotLesson) (c TimetableChange, err error) {
	c.Lessons = len(all)
	err = tx.QueryRow(ctx, slots+`
		SELECT (SELECT count(*) FROM (SELECT * FROM said EXCEPT SELECT week, weekday, period, class_id, teacher_id, room FROM timetable WHERE school_id = $1) AS n),
		       (SELECT count(*) FROM (SELECT week, weekday, period, class_id, teacher_id, room FROM timetable WHERE school_id = $1 EXCEPT SELECT * FROM said) AS o),
		       (SELECT count(*) FROM said s WHERE NOT EXISTS (
		           SELECT FROM enrolment e WHERE e.class_id = s.class_id AND e.person_id = s.teacher_id AND e.role = 'teacher'
		              AND e.valid_from <= $8 AND $8 < e.valid_to))`,
		append(append([]any{id}, slotColumns(all)...), today.Time())...).Scan(&c.Added, &c.Removed, &c.Strange)
	return c, err
}

// replaceTimetable leaves rows alone that say what the file says.
func replaceTimetable(ctx context.Context, tx *db.Tx, id ID, all []slotLesson) error {
	args := append([]any{id}, slotColumns(all)...)
	if _, err := tx.Exec(ctx, slots+`
		DELETE FROM timetable t WHERE t.school_id = $1 AND NOT EXISTS (
			SELECT FROM said s WHERE (s.week, s.weekday, s.period, s.class_id, s.teacher_id) = (t.week, t.weekday, t.period, t.class_id, t.teacher_id))`, args...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, slots+`
		INSERT INTO timetable (school_id, week, weekday, period, class_id, teacher_id, room)
		SELECT $1, week, weekday, period, class_id, teacher_id, room FROM said
		ON CONFLICT (school_id, weekday, period, week, class_id, teacher_id) DO UPDATE SET room = excluded.room WHERE timetable.room <> excluded.room`, args...)
	return err
}

// countSilent counts the lessons in periods that do not ring.
func countSilent(ctx context.Context, tx *db.Tx, id ID) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM timetable t WHERE t.school_id = $1
		   AND NOT EXISTS (SELECT FROM bell b WHERE (b.school_id, b.weekday, b.period) = (t.school_id, t.weekday, t.period))`, id).Scan(&n)
	return n, err
}

func classesByName(ctx context.Context, tx *db.Tx, id ID, names []string) (map[string]ClassID, error) {
	rows, _ := tx.Query(ctx, `SELECT name, class_id FROM class WHERE school_id = $1 AND name = ANY ($2)`, id, names)
	all := map[string]ClassID{}
	var name string
	var class ClassID
	_, err := pgx.ForEachRow(rows, []any{&name, &class}, func() error {
		all[name] = class
		return nil
	})
	return all, err
}

// staffByName are the members of staff of those names who have not left: whoever has
// a role that is not a pupil's or a guest's.
func staffByName(ctx context.Context, tx *db.Tx, id ID, names []string) (map[string]PersonID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.username, p.person_id FROM person p
		 WHERE p.school_id = $1 AND p.username = ANY ($2) AND p.left_at IS NULL
		   AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.school_id = $1 AND r.role NOT IN ('pupil', 'guest'))`, id, names)
	all := map[string]PersonID{}
	var name string
	var person PersonID
	_, err := pgx.ForEachRow(rows, []any{&name, &person}, func() error {
		all[name] = person
		return nil
	})
	return all, err
}
