package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/fault"
	"inkwell/release"
)

func jobShowCommand() *cobra.Command {
	cmd := hostCommand("show NUMBER", "Show what happened to a job, line by line", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			id, err := jobArgument(args[0])
			if err != nil {
				return err
			}
			job, life, err := h.desk.Life(ctx, id)
			if err != nil {
				return err
			}
			return printLife(h.out, job, life)
		})
	cmd.Long = `NUMBER is the one that the kiosk and the printing computer show. Names and titles are
not shown, only what happened when, and what was charged.`
	cmd.Example = `  inkwell job show 41`
	return cmd
}

// jobArgument is the number of a job.
func jobArgument(text string) (release.JobID, error) {
	n := numbered[release.JobID](text)
	if n == 0 {
		return 0, fault.New(fault.Invalid, "job-number", "A job's number is the one that the kiosk and the printing computer show.")
	}
	return n, nil
}

// printLife shows a job's life as a table, with the time since it began.
func printLife(to io.Writer, job release.Job, life []release.Moment) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "job %d is %s\n\n", job.ID, job.State) // tabwriter keeps an error for Flush
	for _, m := range life {
		since := ""
		if m.At.After(life[0].At) {
			since = "+" + m.At.Sub(life[0].At).Round(10*time.Millisecond).String()
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.At.Local().Format("15:04:05"), since, m.What, m.Say)
	}
	return w.Flush()
}
