package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/reader"
)

func badgeImportCommand() *cobra.Command {
	var form, schoolName string
	var dry bool
	var cmd *cobra.Command
	cmd = hostCommand("import FILE", "Give people the badges of a list", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			s, people, err := h.schoolAndPeople(ctx, schoolName)
			if err != nil {
				return err
			}
			profile, err := reader.Parse(form)
			if err != nil {
				return err
			}
			rows, err := readBadgeFile(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			var result school.BadgeImport
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				result, err = people.ImportBadges(ctx, tx, "", s.ID, profile, rows)
				if err == nil && dry {
					err = errDryRun
				}
				return err
			})
			if err != nil && !errors.Is(err, errDryRun) {
				return err
			}
			return tellBadges(h.out, result, dry)
		})
	cmd.Long = `Reads CSV with the columns username and badge and gives each person that badge, all of them or none: any line that cannot be taken is
named with its reason, and then nothing is changed. The same list again changes nothing. --form says how the list writes
numbers, which need not be how a reader does; without it any whole number is read, hex or decimal.`
	cmd.Example = `  inkwell badge import cards.csv --form hex --dry-run
  inkwell badge import - --form decimal-reversed,uid=4 < cards.csv`
	cmd.Flags().StringVar(&form, "form", string(reader.Automatic), "how the list writes numbers, as inkwell badge profile set takes it")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would happen, and change nothing")
	cmd.Flags().StringVar(&schoolName, "school", "", "whose people they are, where there are several schools")
	return cmd
}

// readBadgeFile reads a list from a file, or with "-" from the standard input: root's
// files are not its to open once it has become the folder's owner.
func readBadgeFile(name string, in io.Reader) ([]school.BadgeRow, error) {
	const most = 32 << 20
	if name == "-" {
		return school.ReadBadgeList(io.LimitReader(in, most))
	}
	f, err := os.Open(filepath.Clean(name))
	if errors.Is(err, fs.ErrPermission) {
		return nil, fault.New(fault.Forbidden, "badge-list-closed", "The owner of the data folder may not read %s. Give it as: inkwell badge import - < %s", name, name)
	}
	if err != nil {
		return nil, fmt.Errorf("open list: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err := f.Stat(); err != nil || info.Size() > most || !info.Mode().IsRegular() {
		return nil, fault.New(fault.TooLarge, "badge-list-long", "The list is not a file of at most 32 MiB.").Because(err)
	}
	return school.ReadBadgeList(f)
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

// schoolAndPeople is the school of that name, and who is who.
func (h *host) schoolAndPeople(ctx context.Context, name string) (school.School, *school.Directory, error) {
	s, err := h.school(ctx, name)
	if err != nil {
		return s, nil, err
	}
	people, err := h.directory()
	return s, people, err
}
