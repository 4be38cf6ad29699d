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

// What a queue does with a job that its owner may not print just now.
const (
	blockedHold   = "hold"
	blockedRefuse = "refuse"
)

func queueSetCommand() *cobra.Command {
	var blocked string
	cmd := hostCommand("set PATH", "Say what a queue does with jobs that may not be printed just now", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			if blocked != blockedHold && blocked != blockedRefuse {
				return fault.New(fault.Invalid, "blocked-unknown", "Say --blocked hold or --blocked refuse.")
			}
			return h.db.InTx(ctx, db.System("queue"), func(ctx context.Context, tx *db.Tx) error {
				q, err := release.SetRefuses(ctx, tx, args[0], blocked == blockedRefuse)
				if err != nil {
					return err
				}
				tx.AfterCommit(func() { _, _ = fmt.Fprintf(h.out, "%s: %s\n", q.Path, blockedInWords(q)) })
				return record(ctx, tx, audit.Entry{School: q.School, Act: "queue-set", Object: fmt.Sprintf("queue:%d", q.ID), Facts: map[string]any{"blocked": blocked}})
			})
		})
	cmd.Long = "A pupil whose printing is withdrawn, who has no pages left or who names an account that is not theirs can send a job all the same:\n" +
		"it is held, the computer is told why, and the kiosk explains. With --blocked refuse the computer is refused instead, and there is no job."
	cmd.Example = "  inkwell queue set /ipp/print --blocked refuse"
	cmd.Flags().StringVar(&blocked, "blocked", "", "hold (the way it begins) or refuse")
	return cmd
}

func blockedInWords(q release.Queue) string {
	if q.Refuses {
		return "refuses what may not be printed"
	}
	return "holds what may not be printed"
}
