package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

func printerGroupCommand() *cobra.Command {
	var out bool
	cmd := schoolCommand("group NAME PRINTER...", "Put printers into a group, which can have prices of its own", cobra.MinimumNArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			name, printers := args[0], args[1:]
			if out {
				name, printers = "", args
			}
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				return groupPrinters(ctx, tx, s.ID, name, printers)
			})
			if err != nil {
				return err
			}
			where := "the group " + name
			if out {
				where = "no group"
			}
			_, err = fmt.Fprintf(h.out, "%s: in %s\n", strings.Join(printers, ", "), where)
			return err
		})
	cmd.Long = `A printer is in one group at most: it leaves the one it was in. With --out the printers
named leave theirs. What is printed from now on costs what the group's prices say (inkwell
tariff set --group).`
	cmd.Example = `  inkwell printer group "Colour copiers" Library "Art room"
  inkwell printer group --out Library`
	cmd.Flags().BoolVar(&out, "out", false, "take the printers out of their group")
	return cmd
}

// groupPrinters puts printers of these names into a group, or out of theirs for "".
func groupPrinters(ctx context.Context, tx *db.Tx, id school.ID, name string, printers []string) error {
	all, err := release.PrintersByName(ctx, tx, id, printers)
	if err != nil {
		return err
	}
	if err := release.AddToGroup(ctx, tx, id, name, all); err != nil {
		return err
	}
	for _, p := range all {
		if err := record(ctx, tx, audit.Entry{School: id, Act: "printer-grouped", Object: fmt.Sprintf("printer:%d", p), Note: name}); err != nil {
			return err
		}
	}
	return nil
}
