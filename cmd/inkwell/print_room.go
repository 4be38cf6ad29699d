package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

func roomFinishesCommand() *cobra.Command {
	cmd := schoolCommand("finishes [finish]...", "Say which finishes the print room offers", cobra.ArbitraryArgs,
		func(ctx context.Context, h *host, s school.School, args []string) error {
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				if err := release.SetRoomFinishes(ctx, tx, s.ID, args); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "room-finishes-set", Facts: map[string]any{"finishes": len(args)}, Note: strings.Join(args, ", ")})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "The print room offers: %s\n", cmp.Or(strings.Join(args, ", "), "none"))
			return err
		})
	cmd.Long = `Staff who hand a document to the print room choose among these finishes, in this order. A school
begins with stapled, hole-punched, folded, cut, laminated and bound. Without any none is offered.`
	cmd.Example = `  inkwell print-room finishes stapled folded "spiral bound" laminated`
	return cmd
}
