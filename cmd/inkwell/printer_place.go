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

func printerPlaceCommand() *cobra.Command {
	cmd := schoolCommand("place NAME PLACE", "Say where a printer stands, so that kiosks can say which one is near", cobra.ExactArgs(2),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			place, err := release.ParsePlace(args[1])
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				return placePrinter(ctx, tx, s.ID, args[0], place)
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s: %s\n", args[0], place)
			return err
		})
	cmd.Long = `PLACE is BUILDING/FLOOR/ROOM; floor and room may be left out, and "" forgets it. A floor is a
number, or G for the ground floor. Where a printer cannot print a job, its kiosk offers the
nearest that can: same room, same floor, fewest floors apart, same building, any other; then
by name. The room becomes the printer's room.`
	cmd.Example = `  inkwell printer place Library Main/1/Library
  inkwell printer place "Room 12" "Science/G/Room 12"`
	return cmd
}

func placePrinter(ctx context.Context, tx *db.Tx, id school.ID, name string, place release.Place) error {
	all, err := release.PrintersByName(ctx, tx, id, []string{name})
	if err != nil {
		return err
	}
	if err := release.SetPlace(ctx, tx, all[0], place); err != nil {
		return err
	}
	return record(ctx, tx, audit.Entry{School: id, Act: "printer-placed", Object: fmt.Sprintf("printer:%d", all[0]), Note: place.String()})
}
