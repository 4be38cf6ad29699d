package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/release"
)

func printerSetCommand() *cobra.Command {
	var room, asset string
	var cmd *cobra.Command
	cmd = hostCommand("set NUMBER", "Change where a printer stands and what the inventory calls it", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			id, err := printerArgument(args[0])
			if err != nil {
				return err
			}
			var l release.Label
			if cmd.Flags().Changed("room") {
				l.Room = &room
			}
			if cmd.Flags().Changed("asset") {
				l.Asset = &asset
			}
			if l == (release.Label{}) {
				return fault.New(fault.Invalid, "printer-set-nothing", "Say what to change: --room or --asset.")
			}
			look, err := h.desk.LookFromHost(ctx, id)
			if err != nil {
				return err
			}
			err = h.db.InTx(ctx, db.InSchool(look.School), func(ctx context.Context, tx *db.Tx) error {
				if err := release.LabelPrinter(ctx, tx, id, l); err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: look.School, Act: "printer-labelled", Object: fmt.Sprintf("printer:%d", id)})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "printer %d, %s, is labelled\n", id, look.Name)
			return err
		})
	cmd.Long = `Room and asset tag stand in the list of faults and in its mail, so that whoever goes there
finds the printer. NUMBER is the one that inkwell printer list shows.`
	cmd.Example = `  inkwell printer set 3 --room "Room 12" --asset HA-00417`
	cmd.Flags().StringVar(&room, "room", "", "where it stands")
	cmd.Flags().StringVar(&asset, "asset", "", "its asset tag")
	return cmd
}
