package main

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

func examAddCommand() *cobra.Command {
	var w release.ExamWish
	var list string
	people := &input{}
	cmd := schoolCommand("add NAME", "Open an exam window", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			w.Name = args[0]
			if list != "" {
				all, err := people.all()
				if err != nil {
					return err
				}
				w.List = all
			}
			var e school.Exam
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				e, err = w.Open(ctx, tx, "", s)
				return err
			})
			if err == nil {
				_, err = fmt.Fprintf(h.out, "exam %d: %d people, %s to %s\n", e.ID, len(e.People), e.Begins.In(s.Zone).Format(release.ExamTime), e.Ends.In(s.Zone).Format(release.ExamTime))
			}
			return err
		})
	people.flag(cmd, &list)
	cmd.Long = `Who writes: the pupils of classes as their lists are on that day, and people of a
CSV file with a column username. A station has one exam at a time. Times are the
school's own. Nobody's pages are used: --account pays, one without a limit (inkwell account
add --sort exam --recorded), or the school's account Exams, which is opened by itself.`
	cmd.Example = `  inkwell exam add "GCSE English" --from "2027-05-17 09:00" --until "2027-05-17 11:30" --station hall --class 11X
  inkwell exam add "A level Art" --from "2027-06-01 09:00" --until "2027-06-01 14:00" --station art --people art.csv`
	cmd.Flags().StringVar(&w.From, "from", "", "when it begins, such as \"2027-05-17 09:00\"")
	cmd.Flags().StringVar(&w.Until, "until", "", "when it ends")
	cmd.Flags().StringSliceVar(&w.Stations, "station", nil, "where its work is printed: the last part of the kiosk's address")
	cmd.Flags().StringArrayVar(&w.Classes, "class", nil, "a class that writes it, by its name")
	cmd.Flags().StringVar(&list, "people", "", "a CSV file of people who write it, with a column username; - is standard input")
	cmd.Flags().StringVar(&w.Account, "account", "", "the shared account that pays")
	for _, f := range []string{"from", "until", "station"} {
		_ = cmd.MarkFlagRequired(f)
	}
	return cmd
}

func examListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List the exams that are going on or to come", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []school.Exam
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = school.ExamsAfter(ctx, tx, s.ID, tx.Now)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tEXAM\tFROM\tUNTIL\tPEOPLE\tSTATIONS\tACCOUNT") // tabwriter keeps an error for Flush
			for _, e := range all {
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%d\t%s\n", e.ID, e.Name, e.Begins.In(s.Zone).Format(release.ExamTime), e.Ends.In(s.Zone).Format(release.ExamTime),
					e.Count, len(e.Stations), e.Account)
			}
			return w.Flush()
		})
	cmd.Long = `It shows the number that inkwell exam remove takes.`
	cmd.Example = "  inkwell exam list"
	return cmd
}

func examRemoveCommand() *cobra.Command {
	cmd := schoolCommand("remove NUMBER", "End an exam window, or take back one that is to come", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return fault.New(fault.Invalid, "exam-number", "Give the number that inkwell exam list shows.")
			}
			return h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				return school.RemoveExam(ctx, tx, "", s.ID, school.ExamID(id))
			})
		})
	cmd.Long = `NUMBER is the one that inkwell exam list shows.`
	cmd.Example = "  inkwell exam remove 7"
	return cmd
}
