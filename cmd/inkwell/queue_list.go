package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"inkwell/internal/db"
	"inkwell/release"
)

func queueListCommand() *cobra.Command {
	cmd := hostCommand("list", "List the addresses that computers print to, and what each asks", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			all, err := h.desk.Queues(ctx)
			if err != nil {
				return err
			}
			return h.db.InTx(ctx, db.System("queues"), func(ctx context.Context, tx *db.Tx) error {
				for _, q := range all {
					say, err := queueText(ctx, tx, q)
					if err != nil {
						return err
					}
					_, _ = fmt.Fprint(h.out, say) // like every print of a command's
				}
				return nil
			})
		})
	cmd.Long = `For each it says who may use it, how they prove who they are, what holds where a job does
not say, and where its jobs come out.`
	cmd.Example = "  inkwell queue list"
	return cmd
}

// queueText is all that a queue asks and does, a line for each part.
func queueText(ctx context.Context, tx *db.Tx, q release.Queue) (string, error) {
	lines, err := release.QueueInWords(ctx, tx, q)
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", q.Path, q.Name)
	for _, line := range lines {
		fmt.Fprintf(&b, "  %-12s %s\n", line[0], line[1])
	}
	return b.String(), err
}
