package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// demoSubjects are taught to the forms of Year 10, in the periods of demoLessons.
var (
	demoSubjects = []string{"Ma", "En"}
	demoLessons  = []string{"Mon,,1", "Tue,A,2", "Tue,B,5", "Thu,,3", "Mon,,4", "Wed,,6", "Fri,A,1", "Fri,B,2"} // half of them each
)

// demoYearBegins is 1 September of the school year of a time.
func demoYearBegins(now time.Time) time.Time {
	start := time.Date(now.Year(), time.September, 1, 0, 0, 0, 0, time.UTC)
	if now.Before(start) {
		start = start.AddDate(-1, 0, 0)
	}
	return start
}

// demoForm is the name of a registration class: 7A to 13E.
func demoForm(class int) string {
	year := demoYear(class*demoPupils/demoClasses + 1)
	letter := 'A' + rune(class%10)
	if year > 11 {
		letter = 'A' + rune(class%5)
	}
	return fmt.Sprintf("%d%c", year, letter)
}

// demoTeaching are the registration classes, one of each of the first teachers, and the
// classes of Year 10, of those after them.
func demoTeaching(now time.Time, pupils, staff []school.PersonID) []school.Class {
	start := demoYearBegins(now)
	size := demoPupils / demoClasses
	var all []school.Class
	teacher := demoClasses
	for c := range demoClasses {
		form := school.Class{Name: demoForm(c), Registers: true, Pupils: pupils[c*size : (c+1)*size],
			Teachers: []school.PersonID{staff[c]}, From: start, To: start.AddDate(1, 0, 0)}
		all = append(all, form)
		if demoYear(c*size+1) != 10 {
			continue
		}
		for _, subject := range demoSubjects {
			taught := form
			taught.Name, taught.Registers, taught.Teachers = form.Name+"/"+subject, false, []school.PersonID{staff[teacher]}
			all = append(all, taught)
			teacher++
		}
	}
	return all
}

// demoTimes gives the school a year with its terms, the bells of six periods, and a
// timetable: registration, and Year 10's classes.
func demoTimes(ctx context.Context, tx *db.Tx, id school.ID) error {
	if _, err := school.ImportCalendar(ctx, tx, "", id, strings.NewReader(demoCalendar(tx.Now)), false); err != nil {
		return err
	}
	_, err := school.ImportTimetable(ctx, tx, "", id, strings.NewReader(demoTimetable()), false)
	return err
}

// demoCalendar is three English terms of the school year of a time.
func demoCalendar(now time.Time) string {
	year := demoYearBegins(now).Year()
	// on is the first such weekday on or after a day of that school year.
	on := func(weekday time.Weekday, month time.Month, day int) time.Time {
		y := year
		if month < time.September {
			y++
		}
		d := time.Date(y, month, day, 0, 0, 0, 0, time.UTC)
		return d.AddDate(0, 0, int(weekday-d.Weekday()+7)%7)
	}
	var b strings.Builder
	b.WriteString("kind,name,days,from,to\n")
	row := func(kind, name string, from, to time.Time) {
		_, _ = fmt.Fprintf(&b, "%s,%s,,%s,%s\n", kind, name, from.Format(time.DateOnly), to.Format(time.DateOnly)) // a Builder takes all
	}
	week := func(monday time.Time) (time.Time, time.Time) { return monday, monday.AddDate(0, 0, 4) }
	autumn, spring := on(time.Tuesday, time.September, 1), on(time.Monday, time.January, 4)
	row("term", "Autumn", autumn, on(time.Friday, time.December, 14))
	row("inset", "Staff training", autumn, autumn)
	from, to := week(on(time.Monday, time.October, 23))
	row("holiday", "Half-term", from, to)
	row("term", "Spring", spring, on(time.Friday, time.March, 24))
	row("inset", "Staff training", spring, spring)
	from, to = week(on(time.Monday, time.February, 12))
	row("holiday", "Half-term", from, to)
	row("term", "Summer", on(time.Monday, time.April, 12), on(time.Wednesday, time.July, 17))
	row("holiday", "Bank holiday", on(time.Monday, time.May, 1), on(time.Monday, time.May, 1))
	from, to = week(on(time.Monday, time.May, 25))
	row("holiday", "Half-term", from, to)
	row("week", "A", autumn, autumn)
	b.WriteString("bell,Reg,Mon-Fri,08:40,09:00\n")
	for i, rings := range []string{"09:00,10:00", "10:00,11:00", "11:20,12:20", "12:20,13:20", "14:00,15:00", "15:00,16:00"} {
		_, _ = fmt.Fprintf(&b, "bell,%d,Mon-Fri,%s\n", i+1, rings)
	}
	return b.String()
}

func demoTimetable() string {
	var b strings.Builder
	b.WriteString("day,week,period,class,teacher,room\n")
	teacher, half := demoClasses, len(demoLessons)/2
	for c := range demoClasses {
		for _, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri"} {
			_, _ = fmt.Fprintf(&b, "%s,,Reg,%s,%s,R%d\n", day, demoForm(c), demoTeacher(c+1), c+1)
		}
		if demoYear(c*demoPupils/demoClasses+1) != 10 {
			continue
		}
		for i, subject := range demoSubjects {
			teacher++
			for _, slot := range demoLessons[i*half : (i+1)*half] {
				_, _ = fmt.Fprintf(&b, "%s,%s/%s,%s,R%d\n", slot, demoForm(c), subject, demoTeacher(teacher), teacher)
			}
		}
	}
	return b.String()
}

func demoTeacher(n int) string { return fmt.Sprintf("teacher%03d", n) }
