package main

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/quota"
	"inkwell/release"
)

func printerListCommand() *cobra.Command {
	cmd := hostCommand("list", "List the printers and how they are", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			all, err := h.desk.Printers(ctx)
			if err != nil {
				return err
			}
			var groups map[quota.GroupID]string
			err = h.db.InTx(ctx, db.System("printers"), func(ctx context.Context, tx *db.Tx) (err error) {
				groups, err = release.GroupNames(ctx, tx, 0)
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tNAME\tROOM\tGROUP\tADDRESS\tSTATE\tSEEN") // tabwriter keeps an error for Flush
			for _, p := range all {
				seen := "never"
				if !p.Seen.IsZero() {
					seen = time.Since(p.Seen).Round(time.Second).String() + " ago"
				}
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Name, p.Room, groups[p.Group], p.URI, cmp.Or(p.Trouble(), string(p.State)), seen)
			}
			return w.Flush()
		})
	cmd.Long = `It says where each is, how it is, and when it last answered.`
	cmd.Example = `  inkwell printer list`
	return cmd
}
