package main

import (
	"bytes"
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// idOf is the person of a user name.
func idOf(ctx context.Context, tx *db.Tx, id school.ID, username string) (school.PersonID, error) {
	p, err := school.PersonByUsername(ctx, tx, id, username)
	return p.ID, err
}

func coverAddCommand() *cobra.Command {
	var absent, day, period string
	cmd := schoolCommand("add USERNAME", "Have somebody take another's lesson", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			_, d, err := h.day(ctx, s.ID, day)
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				v := school.Covering{Day: d, Period: period}
				if v.By, err = idOf(ctx, tx, s.ID, args[0]); err != nil {
					return err
				}
				if v.Absent, err = idOf(ctx, tx, s.ID, absent); err != nil {
					return err
				}
				return school.AddCover(ctx, tx, "", s.ID, v)
			})
			if err == nil {
				_, err = fmt.Fprintf(h.out, "%s covers %s on %s, period %s.\n", args[0], absent, d.Time().Format(longDay), period)
			}
			return err
		})
	cmd.Long = `That day and from bell to bell the lessons of that period are theirs, and not the
absent teacher's. What was arranged for it before is replaced.`
	cmd.Example = "  inkwell cover add cshaw --for treid --period 3\n  inkwell cover add cshaw --for treid --period 3 --day 2026-11-18"
	cmd.Flags().StringVar(&absent, "for", "", "user name of who is away")
	cmd.Flags().StringVar(&day, "day", "today", "the day: today, tomorrow, or such as 2026-11-18")
	cmd.Flags().StringVar(&period, "period", "", "the period, by its name in the calendar")
	_ = cmd.MarkFlagRequired("for")
	_ = cmd.MarkFlagRequired("period")
	return cmd
}

func coverRemoveCommand() *cobra.Command {
	var day, period string
	cmd := schoolCommand("remove USERNAME", "Give a teacher's lesson back to them", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			_, d, err := h.day(ctx, s.ID, day)
			if err != nil {
				return err
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				absent, err := idOf(ctx, tx, s.ID, args[0])
				if err != nil {
					return err
				}
				return school.RemoveCover(ctx, tx, "", s.ID, d, period, absent)
			})
		})
	cmd.Long = "USERNAME is who was away."
	cmd.Example = "  inkwell cover remove treid --period 3"
	cmd.Flags().StringVar(&day, "day", "today", "the day: today, tomorrow, or such as 2026-11-18")
	cmd.Flags().StringVar(&period, "period", "", "the period, by its name in the calendar")
	_ = cmd.MarkFlagRequired("period")
	return cmd
}

func coverListCommand() *cobra.Command {
	var day string
	cmd := schoolCommand("list", "List who covers whom on a day", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []school.Covering
			_, d, err := h.day(ctx, s.ID, day)
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = school.CoverOn(ctx, tx, s.ID, d)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintf(w, "%s\nPERIOD\tAWAY\tCOVERED BY\n", d.Time().Format(longDay)) // tabwriter keeps an error for Flush
			for _, v := range all {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", v.Period, v.Away, v.Who)
			}
			return w.Flush()
		})
	cmd.Long = `It names both people for each period of the day: who is away, and who takes the lesson.`
	cmd.Example = "  inkwell cover list\n  inkwell cover list --day tomorrow"
	cmd.Flags().StringVar(&day, "day", "today", "the day: today, tomorrow, or such as 2026-11-18")
	return cmd
}

func coverImportCommand() *cobra.Command {
	file := &input{}
	cmd := schoolCommand("import FILE.csv", "Arrange the cover of a CSV file", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			text, err := file.all()
			if err != nil {
				return err
			}
			var arranged int
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				arranged, err = school.ImportCover(ctx, tx, "", s.ID, bytes.NewReader(text))
				return err
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%d lessons are covered anew.\n", arranged)
			return err
		})
	cmd.Long = `The first line names the columns: date, period, absent and cover, both user names.
All of the file or nothing; every bad line is named. Cover that is not in the file
stays as it is, and the same file again changes nothing. FILE.csv is - for standard
input.`
	cmd.Example = "  inkwell cover import today.csv"
	file.argument(cmd, 0)
	return cmd
}
