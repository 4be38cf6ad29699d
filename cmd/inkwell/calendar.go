package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/release"
)

// longDay is a day as people here say it.
const longDay = "Monday 2 January 2006"

func calendarShowCommand() *cobra.Command {
	var all bool
	cmd := schoolCommand("show", "Show the school's terms, days off and bells", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			c, err := h.calendar(ctx, s.ID)
			if err != nil {
				return err
			}
			return showCalendar(h.out, c, s.Name, h.db.Now(), all)
		})
	cmd.Long = `It says what is today, how long a job sent now is kept, and what is to come: terms,
holidays, training days and closures, and the bells.`
	cmd.Example = "  inkwell calendar show\n  inkwell calendar show --all    what is over as well"
	cmd.Flags().BoolVar(&all, "all", false, "also what is over")
	return cmd
}

// calendar is a school's, read by itself.
func (h *host) calendar(ctx context.Context, id school.ID) (c calendar.Calendar, err error) {
	err = h.db.InTx(ctx, db.InSchool(id), func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = school.CalendarOf(ctx, tx, id)
		return err
	})
	return c, err
}

// showCalendar writes a calendar as of a time. With all, what is over too.
func showCalendar(out io.Writer, c calendar.Calendar, name string, now time.Time, all bool) error {
	today := c.Date(now)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say := func(form string, args ...any) { _, _ = fmt.Fprintf(w, form, args...) } // tabwriter keeps an error for Flush
	say("%s, %s\nSchool is %s, %s to %s. Held jobs go at %s.\n", name, c.Zone, calendar.Days(c.SchoolWeek()), c.Opens, c.Closes, c.Hold)
	say("Today, %s, is %s. A job sent now is kept until %s.\n", today.Time().Format(longDay), c.Words(today), c.HoldUntil(now).In(c.Zone).Format("15:04, "+longDay))
	if len(c.Terms) == 0 {
		say("No terms have been entered: every weekday counts as a school day.\n")
	} else if !c.Known(today) && today > c.Terms[0].First {
		say("The terms that have been entered are over: every weekday counts as a school day. Import the next year's.\n")
	}
	header := "\nTERM\tFIRST DAY\tLAST DAY\n"
	for _, t := range c.Terms {
		if all || t.Last >= today {
			say("%s%s\t%s\t%s\n", header, t.Name, t.First, t.Last)
			header = ""
		}
	}
	header = "\nOFF\tFIRST DAY\tLAST DAY\tWHY\n"
	for _, o := range c.Off {
		if all || o.Last >= today {
			say("%s%s\t%s\t%s\t%s\n", header, o.Kind, o.First, o.Last, o.Reason)
			header = ""
		}
	}
	header = "\nPERIOD\tDAYS\tFROM\tUNTIL\n"
	for _, r := range c.Rings() {
		say("%s%s\t%s\t%s\t%s\n", header, r.Period, calendar.Days(r.Days), r.From, r.Until)
		header = ""
	}
	return w.Flush()
}

func calendarImportCommand() *cobra.Command {
	var dry bool
	file := &input{}
	cmd := schoolCommand("import FILE.csv", "Replace what is to come of the calendar by a CSV file", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			text, err := file.all()
			if err != nil {
				return err
			}
			var change school.CalendarChange
			var kept release.Extension
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				change, err = school.ImportCalendar(ctx, tx, "", s.ID, bytes.NewReader(text), dry)
				if err == nil && change.Changed && !dry {
					kept, err = h.desk.Extend(ctx, tx, s.ID)
				}
				return err
			})
			if err != nil {
				return err
			}
			if err := tellChange(h.out, change, dry); err != nil {
				return err
			}
			return tellKept(h.out, kept, change.Calendar)
		})
	cmd.Long = `The first line names the columns: kind, name, days, from, to. Each line after it is
a term, a holiday, an inset (training) day, the letter of a week, a bell, the
school's hours, the hour at which held jobs go, or the days of the week with school.
docs/guide-it.md explains them with an example. From the first day the file names,
its terms and days off replace what was entered; closures stay. A file with anything
wrong changes nothing and says what, line by line; the same file again changes
nothing. FILE.csv is - for standard input.`
	cmd.Example = "  inkwell calendar import 2026.csv --dry-run\n  inkwell calendar import 2026.csv"
	file.argument(cmd, 0)
	dryRun(cmd, &dry)
	return cmd
}

func tellChange(out io.Writer, change school.CalendarChange, dry bool) error {
	c := change.Calendar
	word := "The calendar now has"
	switch {
	case !change.Changed:
		word = "Nothing changes: the calendar has"
	case dry:
		word = "The calendar would have"
	}
	if _, err := fmt.Fprintf(out, "%s %d terms, %d entries of days off and %d bells a week.\n", word, len(c.Terms), len(c.Off), len(c.Bells)); err != nil {
		return err
	}
	if change.Silent > 0 {
		_, err := fmt.Fprintf(out, "%d lessons of the timetable are in periods that ring no longer: import the timetable again.\n", change.Silent)
		return err
	}
	return nil
}

// tellKept says what a change means to what is held, if anything.
func tellKept(out io.Writer, kept release.Extension, c calendar.Calendar) error {
	if kept.Jobs == 0 {
		return nil
	}
	_, err := fmt.Fprintf(out, "%d held jobs are kept for longer, until %s at the latest.\n", kept.Jobs, kept.Until.In(c.Zone).Format("15:04, "+longDay))
	return err
}

func calendarCloseCommand() *cobra.Command {
	var reason string
	cmd := schoolCommand("close DAY", "Announce that school is closed on a day", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			c, day, err := h.day(ctx, s.ID, args[0])
			if err != nil {
				return err
			}
			var kept release.Extension
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				if err = school.CloseDay(ctx, tx, "", s.ID, day, reason); err == nil {
					kept, err = h.desk.Extend(ctx, tx, s.ID)
				}
				return err
			})
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(h.out, "School is closed on %s.\n", day.Time().Format(longDay)); err != nil {
				return err
			}
			return tellKept(h.out, kept, c)
		})
	cmd.Long = `What is held is kept until the next school day after it, everywhere within a second,
and nothing of that day counts as out of hours. DAY is today, tomorrow, or a day
such as 2026-11-18.`
	cmd.Example = "  inkwell calendar close today --reason Snow\n  inkwell calendar close 2026-11-18 --reason \"No heating\""
	cmd.Flags().StringVar(&reason, "reason", "", "why, in a few words")
	return cmd
}

func calendarOpenCommand() *cobra.Command {
	cmd := schoolCommand("open DAY", "Take a closure back", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			_, day, err := h.day(ctx, s.ID, args[0])
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error { return school.OpenDay(ctx, tx, "", s.ID, day) })
			if err == nil {
				_, err = fmt.Fprintf(h.out, "School is open on %s.\n", day.Time().Format(longDay))
			}
			return err
		})
	cmd.Long = `What was promised to be kept stays kept. DAY is today, tomorrow, or a day such as
2026-11-18.`
	cmd.Example = "  inkwell calendar open 2026-11-18"
	return cmd
}

// day reads a day of a school: today, tomorrow, or a date.
func (h *host) day(ctx context.Context, id school.ID, text string) (calendar.Calendar, calendar.Date, error) {
	c, err := h.calendar(ctx, id)
	if err != nil {
		return c, 0, err
	}
	switch strings.ToLower(text) {
	case "today":
		return c, c.Date(h.db.Now()), nil
	case "tomorrow":
		return c, c.Date(h.db.Now()) + 1, nil
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		return c, 0, fault.New(fault.Invalid, "day", "%q is no day. Say today, tomorrow, or a day such as 2026-09-01.", text)
	}
	return c, d, nil
}
