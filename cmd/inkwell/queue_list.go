package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func queueListCommand() *cobra.Command {
	return hostCommand("list", "List the addresses that computers print to", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			all, err := h.desk.Queues(ctx)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "PATH\tNAME\tKIND\tSENDERS PROVEN BY\tJOBS\tBLOCKED") // tabwriter keeps an error for Flush
			for _, q := range all {
				jobs := "taken"
				switch {
				case q.Closed:
					jobs = "refused by IT"
				case q.Paused:
					jobs = "taken and kept: paused by IT"
				}
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", q.Path, q.Name, q.Kind, q.Proof, jobs, blockedInWords(q))
			}
			return w.Flush()
		})
}
