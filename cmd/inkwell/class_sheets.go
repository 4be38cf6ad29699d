package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

func classSheetsCommand() *cobra.Command {
	cmd := schoolCommand("sheets none|separator|margin", "Say what comes out between the pupils of a class", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				if err := release.SetClassSheets(ctx, tx, s.ID, release.ClassSheets(args[0])); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "class-sheets-set", Facts: map[string]any{"sheets": args[0]}})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "Between pupils: %s\n", args[0])
			return err
		})
	cmd.Long = `What a teacher releases for a class comes out by family name. With separator a sheet with the
name comes out before each pupil's jobs. The school's account Separator sheets pays for it, and
no pupil does. With margin each job carries the pupil's name and class in the margin of its first
page, which costs nothing. With none, which is how a school begins, nothing comes out between them.`
	cmd.Example = `  inkwell class sheets separator`
	return cmd
}
