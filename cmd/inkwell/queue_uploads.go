package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/release"
)

func queueUploadsCommand() *cobra.Command {
	var off bool
	cmd := schoolCommand("uploads [PATH]", "Let pupils send documents from their own page, to a queue", cobra.MaximumNArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			if off && len(args) > 0 {
				return fault.New(fault.Invalid, "uploads-both", "Give a queue's path or --off, not both.")
			}
			var q release.Queue
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				switch {
				case off:
					err = release.SetUploads(ctx, tx, "", s.ID, "")
				case len(args) > 0:
					err = release.SetUploads(ctx, tx, "", s.ID, args[0])
				}
				if err == nil {
					q, err = release.Uploads(ctx, tx, s.ID)
				}
				return err
			})
			if err != nil {
				return err
			}
			say := "off: no documents are taken on pupils' own page"
			if q.ID != 0 {
				say = "on: documents from pupils' own page go to " + q.Path
			}
			_, err = fmt.Fprintln(h.out, say)
			return err
		})
	cmd.Long = `PATH is a queue that holds jobs. What pupils send from their own page, /my, is checked, counted,
held and refused as if a computer had sent it there. It is off until you say so; without PATH it
says how it is.`
	cmd.Example = `  inkwell queue uploads /ipp/print
  inkwell queue uploads --off`
	cmd.Flags().BoolVar(&off, "off", false, "take none any more")
	return cmd
}
