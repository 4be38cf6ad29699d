package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/kiosk"
)

// TestTheSchoolsTimeByCommands goes through a day with the real server: the calendar of
// the demo, snow tomorrow, cover, a lesson that is a fact, and an exam.
func TestTheSchoolsTimeByCommands(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "file.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	says := func(want string, args ...string) {
		t.Helper()
		if out := s.inkwell(args...); !strings.Contains(out, want) {
			t.Errorf("inkwell %s says %q, not %q", strings.Join(args, " "), out, want)
		}
	}
	refuses := func(want string, args ...string) {
		t.Helper()
		refused(t, want, append(args, "--data-dir", s.dir)...)
	}
	says("Reg     Mon-Fri  08:40  09:00", "calendar", "show", "--all")
	says("Nothing changes", "calendar", "import", file(demoCalendar(time.Now())))

	// A year of school days without end, so that the rest does not depend on today.
	always := "kind,name,days,from,to\ndays,,Mon-Sun,,\nterm,Always,,2020-01-01,2020-12-31\nweek,A,,2020-01-01,\n"
	says("The calendar now has 1 terms", "calendar", "import", file(always))
	if said, ok := s.submit(s.queue(demoPupil(7), "/ipp/print"), blankPDF(t, 1)); !ok {
		t.Fatal(said)
	}
	s.held(demoPupil(7), 1)
	until := func() (at time.Time) {
		return rows[time.Time](s, "SELECT expires_at FROM job WHERE state = 'held'")
	}
	before := until()
	c := s.tap(demoBadge(7))
	says("1 held jobs are kept for longer", "calendar", "close", "tomorrow", "--reason", "Snow")
	if got := until().Sub(before); got < 23*time.Hour || got > 25*time.Hour {
		t.Errorf("snow keeps it for %s longer", got)
	}
	v, err := c.Until(t.Context(), func(v kiosk.View) bool {
		return v.Face == kiosk.FaceJobs && !strings.Contains(v.Jobs[0].Meta, "tomorrow")
	})
	if err != nil {
		t.Errorf("the open kiosk does not hear of it: %v, %+v", err, v)
	}
	says("closure", "calendar", "show")
	says("School is open on", "calendar", "open", "tomorrow")
	refuses("No closure was announced", "calendar", "open", "tomorrow")

	says("lessons: 0 added, 0 removed", "timetable", "import", file(demoTimetable()))
	refuses(`line 2: there is no class "10Z"`, "timetable", "import", file("day,period,class,teacher\nMon,1,10Z,"+demoTeacher(61)+"\n"))
	monday := "2026-11-23"
	says("teacher001 covers teacher061", "cover", "add", demoTeacher(1), "--for", demoTeacher(61), "--period", "1", "--day", monday)
	says("1       ", "cover", "list", "--day", monday)
	s.inkwell("cover", "remove", demoTeacher(61), "--period", "1", "--day", monday)

	exam := []string{"exam", "add", "GCSE English", "--from", "2099-05-17 09:00", "--until", "2099-05-17 11:30", "--station", "library", "--account", "exams"}
	s.super(func(ctx context.Context, c *pgx.Conn) error { // the lists of classes are this year's
		_, err := c.Exec(ctx, "UPDATE enrolment SET valid_to = '2100-01-01'")
		return err
	})
	refuses("no shared account", append(exam, "--class", "10A")...)
	says("no limit", "account", "add", "Exams", "--sort", "exam", "--recorded")
	out := s.inkwell(append(exam, "--class", "10A", "--class", "10B/Ma", "--people", file("username\n"+demoPupil(1)+"\n"))...)
	if !regexp.MustCompile(`^exam \d+: 51 people, 2099-05-17 09:00 to 2099-05-17 11:30\n$`).MatchString(out) {
		t.Errorf("exam add says %q", out)
	}
	refuses("Another exam has one", append(exam, "--class", "10A")...)
	says("GCSE English", "exam", "list")
	s.inkwell("exam", "remove", strings.Fields(out)[1][:1])
}

// TestTheDemosYear is a year of a school whatever the day it is made on.
func TestTheDemosYear(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"2026-08-31", "2026-09-01", "2027-01-01", "2028-02-29", "2032-12-31"} {
		now, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		text := demoCalendar(now)
		if begins := demoYearBegins(now); begins.After(now) || begins.AddDate(1, 0, 0).Before(now) || strings.Count(text, "\nterm,") != 3 {
			t.Errorf("on %s the year begins on %s:\n%s", day, begins, text)
		}
	}
}
