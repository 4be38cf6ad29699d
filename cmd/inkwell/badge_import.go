package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/reader"
)

func badgeImportCommand() *cobra.Command {
	var form string
	var dry bool
	file := &input{}
	cmd := schoolCommand("import FILE.csv", "Give people the badges of a list", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			people, err := h.directory()
			if err != nil {
				return err
			}
			profile, err := reader.Parse(form)
			if err != nil {
				return err
			}
			rows, err := school.ReadBadgeList(file)
			if err != nil {
				return err
			}
			var result school.BadgeImport
			err = h.attempt(ctx, s.ID, dry, func(ctx context.Context, tx *db.Tx) (err error) {
				result, err = people.ImportBadges(ctx, tx, "", s.ID, profile, rows)
				return err
			})
			if err != nil {
				return err
			}
			return tellBadges(h.out, result, dry)
		})
	cmd.Long = `Reads CSV with the columns username and badge and gives each person that badge, all
of them or none: any line that cannot be taken is named with its reason, and then
nothing is changed. The same list again changes nothing. --form says how the list
writes numbers, which need not be how a reader does; without it any whole number is
read, hex or decimal.`
	cmd.Example = `  inkwell badge import cards.csv --form hex --dry-run
  inkwell badge import - --form decimal-reversed,uid=4 < cards.csv`
	cmd.Flags().StringVar(&form, "form", string(reader.Automatic), "how the list writes numbers, as inkwell badge profile set takes it")
	file.argument(cmd, 0)
	dryRun(cmd, &dry)
	return cmd
}

func tellBadges(out io.Writer, r school.BadgeImport, dry bool) error {
	if err := r.Problems.Err(); err != nil {
		return err
	}
	says := "%d badges added, %d there already\n"
	if dry {
		says = "%d badges would be added, %d are there already\n"
	}
	_, err := fmt.Fprintf(out, says, r.Added, r.Already)
	return err
}
