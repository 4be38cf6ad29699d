package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/release"
)

func kioskListCommand() *cobra.Command {
	cmd := schoolCommand("list", "List the kiosks, and where their jobs come out", cobra.NoArgs,
		func(ctx context.Context, h *host, s school.School, _ []string) error {
			var all []release.Kiosk
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = release.Kiosks(ctx, tx, s.ID)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "KIOSK\tPRINTER\tALSO BESIDE IT\tELSEWHERE") // tabwriter keeps an error for Flush
			for _, k := range all {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Slug, k.Printer, strings.Join(k.Serves, ", "), map[bool]string{true: "yes", false: "no"}[k.Elsewhere])
			}
			return w.Flush()
		})
	cmd.Long = `KIOSK is the last part of its page's address. ELSEWHERE says whether jobs can be released from
it to printers that it does not stand beside.`
	cmd.Example = `  inkwell kiosk list`
	return cmd
}

func kioskSetCommand() *cobra.Command {
	var elsewhere bool
	var beside []string
	var cmd *cobra.Command
	cmd = schoolCommand("set KIOSK", "Say which printers a kiosk prints to", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, s school.School, args []string) error {
			var change release.KioskChange
			if cmd.Flags().Changed("elsewhere") {
				change.Elsewhere = &elsewhere
			}
			if !cmd.Flags().Changed("beside") {
				beside = nil
			}
			err := h.db.InTx(ctx, db.InSchool(s.ID), func(ctx context.Context, tx *db.Tx) error {
				if beside != nil {
					all, err := release.PrintersByName(ctx, tx, s.ID, filled(beside))
					if err != nil {
						return err
					}
					change.Serves = &all
				}
				st, err := release.SetKiosk(ctx, tx, s.ID, args[0], change)
				if err != nil {
					return err
				}
				return record(ctx, tx, audit.Entry{School: s.ID, Act: "kiosk-set", Object: fmt.Sprintf("station:%d", st)})
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h.out, "%s is set, for whoever signs in there from now on\n", args[0])
			return err
		})
	cmd.Long = `KIOSK is the last part of the address of its page. People choose on the page where their jobs
come out: at the kiosk's own printer unless they choose another.
--beside names the printers that it stands beside besides its own; "" is none.
--elsewhere says whether jobs can be released from it to printers that are not beside it. They
  can unless you say no: then the page says which printer to walk to.`
	cmd.Example = `  inkwell kiosk set library --beside "Library colour"
  inkwell kiosk set library --elsewhere=false`
	cmd.Flags().StringSliceVar(&beside, "beside", nil, "other printers that it stands beside")
	cmd.Flags().BoolVar(&elsewhere, "elsewhere", true, "release to printers that it does not stand beside")
	return cmd
}

// filled leaves out the empty name, which stands for none.
func filled(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "" })
}
