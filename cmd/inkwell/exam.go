package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota"
)

// examTime is how a time of an exam is written, by the school's clock.
const examTime = "2006-01-02 15:04"

// examWords is what a command was told about an exam.
type examWords struct {
	from, until string
	stations    []string
	classes     []string
	people      string
	account     string
}

func examAddCommand() *cobra.Command {
	var w examWords
	people := &input{}
	cmd := schoolCommand("add NAME", "Open an exam window", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			e, err := h.readExam(ctx, s, args[0], w)
			if err != nil {
				return err
			}
			var listed []byte
			if w.people != "" {
				if listed, err = people.all(); err != nil {
					return err
				}
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				if err := paysExams(ctx, tx, s.ID, e.Account); err != nil {
					return err
				}
				if e.People, err = examPeople(ctx, tx, s, e.Begins, w.classes, listed); err != nil {
					return err
				}
				e.ID, err = school.AddExam(ctx, tx, "", e)
				return err
			})
			if err == nil {
				_, err = fmt.Fprintf(h.out, "exam %d: %d people, %s to %s\n", e.ID, len(e.People), e.Begins.In(s.Zone).Format(examTime), e.Ends.In(s.Zone).Format(examTime))
			}
			return err
		})
	people.flag(cmd, &w.people)
	cmd.Long = `Who writes: the pupils of classes as their lists are on that day, and people of a
CSV file with a column username. A station has one exam at a time. Times are the
school's own. Nobody's pages are used: --account pays, one without a limit (inkwell account
add --sort exam --recorded), or the school's account Exams, which is opened by itself.`
	cmd.Example = `  inkwell exam add "GCSE English" --from "2027-05-17 09:00" --until "2027-05-17 11:30" --station hall --class 11X
  inkwell exam add "A level Art" --from "2027-06-01 09:00" --until "2027-06-01 14:00" --station art --people art.csv`
	cmd.Flags().StringVar(&w.from, "from", "", "when it begins, such as \"2027-05-17 09:00\"")
	cmd.Flags().StringVar(&w.until, "until", "", "when it ends")
	cmd.Flags().StringSliceVar(&w.stations, "station", nil, "where its work is printed: the last part of the kiosk's address")
	cmd.Flags().StringArrayVar(&w.classes, "class", nil, "a class that writes it, by its name")
	cmd.Flags().StringVar(&w.people, "people", "", "a CSV file of people who write it, with a column username; - is standard input")
	cmd.Flags().StringVar(&w.account, "account", "", "the shared account that pays")
	for _, f := range []string{"from", "until", "station"} {
		_ = cmd.MarkFlagRequired(f)
	}
	return cmd
}

// readExam reads all of an exam but its people.
func (h *host) readExam(ctx context.Context, s school.School, name string, w examWords) (e school.Exam, err error) {
	e = school.Exam{School: s.ID, Name: name, Account: w.account}
	for text, to := range map[string]*time.Time{w.from: &e.Begins, w.until: &e.Ends} {
		if *to, err = time.ParseInLocation(examTime, text, s.Zone); err != nil {
			return e, fault.New(fault.Invalid, "exam-time", "%q is no time. It looks like \"2027-05-17 09:00\".", text)
		}
	}
	for _, slug := range w.stations {
		st, err := h.desk.Station(ctx, slug)
		if err == nil && st.School != s.ID {
			err = fault.New(fault.NotFound, "station-unknown", "The school has no station %q.", slug)
		}
		if err != nil {
			return e, err
		}
		e.Stations = append(e.Stations, int32(st.ID))
	}
	return e, nil
}

// paysExams refuses an account that an exam could be stopped by.
func paysExams(ctx context.Context, tx *db.Tx, id school.ID, account string) error {
	if account == "" {
		return nil
	}
	a, err := quota.SharedByCode(ctx, tx, id, account)
	if err == nil && !a.PaysExams(tx.Now) {
		err = fault.New(fault.Conflict, "exam-account", "The account %s has a limit or is closed, and nothing may stop an exam. Leave --account out, or open one: inkwell account add NAME --sort exam --recorded", a.Name)
	}
	return err
}

// examPeople are the pupils of classes on a day, and those of a file.
func examPeople(ctx context.Context, tx *db.Tx, s school.School, day time.Time, classes []string, file []byte) ([]school.PersonID, error) {
	all, err := school.PupilsOf(ctx, tx, s.ID, classes, s.Day(day))
	if err != nil || file == nil {
		return all, err
	}
	listed, err := school.PeopleListed(ctx, tx, s.ID, bytes.NewReader(file))
	return append(all, listed...), err
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
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%d\t%s\n", e.ID, e.Name, e.Begins.In(s.Zone).Format(examTime), e.Ends.In(s.Zone).Format(examTime),
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
