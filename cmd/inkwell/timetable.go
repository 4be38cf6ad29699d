package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

func timetableImportCommand() *cobra.Command {
	var dry bool
	file := &input{}
	cmd := schoolCommand("import FILE.csv", "Replace the timetable by that of a CSV file", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			text, err := file.all()
			if err != nil {
				return err
			}
			var change school.TimetableChange
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				change, err = school.ImportTimetable(ctx, tx, "", s.ID, bytes.NewReader(text), dry)
				return err
			})
			if err != nil {
				return err
			}
			word := ""
			if dry {
				word = "would be "
			}
			if _, err := fmt.Fprintf(h.out, "%d lessons: %d %sadded, %d %sremoved.\n", change.Lessons, change.Added, word, change.Removed, word); err != nil {
				return err
			}
			if change.Strange > 0 {
				_, err = fmt.Fprintf(h.out, "%d of them count only once their teacher is a teacher of the class by its list.\n", change.Strange)
			}
			return err
		})
	cmd.Long = `The first line names the columns: day (Mon), week (A, B, or nothing for both),
period, class, teacher (a user name) and room. week and room may be left out. The
periods have to ring by the calendar. A file with anything wrong changes nothing and
says what, line by line; the same file again changes nothing. FILE.csv is - for
standard input.`
	cmd.Example = "  inkwell timetable import timetable.csv --dry-run\n  inkwell timetable import timetable.csv"
	file.argument(cmd, 0)
	dryRun(cmd, &dry)
	return cmd
}
