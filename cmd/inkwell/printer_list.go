package main

import (
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
			all, err := h.desk.AllCares(ctx)
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
			now := time.Now()
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "NUMBER\tNAME\tROOM\tASSET\tGROUP\tFROM\tSTATE\tWAITING\tFAULTS\tUNACCOUNTED\tSEEN\tADDRESS") // tabwriter keeps an error for Flush
			for _, c := range all {
				_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n",
					c.ID, c.Name, c.Room, c.Asset, groups[c.Group], releasedFrom(c.PrinterRecord), c.StateInWords(now), c.Waiting, len(c.Faults), unaccounted(c), seenAgo(c.Seen, now), c.URI)
			}
			return w.Flush()
		})
	cmd.Long = `It says where each is, from where jobs are released to it, how it is, how many jobs wait for
it, what is wrong with it, how many pages of the last seven days did not come from us, and
when it last answered.`
	cmd.Example = `  inkwell printer list`
	return cmd
}

// releasedFrom is from where jobs are released to a printer.
func releasedFrom(p release.PrinterRecord) string {
	if p.OnlyBeside {
		return "beside it alone"
	}
	return "any kiosk"
}

// unaccounted are the pages of the last seven days, or "-" of a printer that has no counter
// or has been read once.
func unaccounted(c release.Care) string {
	if c.Night.Unaccounted < 0 && c.Week == 0 {
		return "-"
	}
	return fmt.Sprint(c.Week)
}

func seenAgo(at, now time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return now.Sub(at).Round(time.Second).String() + " ago"
}
