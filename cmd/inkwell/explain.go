package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"inkwell/quota"
	"inkwell/release"
)

func explainCommand() *cobra.Command {
	cmd := hostCommand("explain NUMBER", "Say which rule decided about a job, and what is allowed instead", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			id, err := jobArgument(args[0])
			if err != nil {
				return err
			}
			e, err := h.desk.Explain(ctx, id)
			if err != nil {
				return err
			}
			return writeExplanation(h.out, e)
		})
	cmd.Long = `NUMBER is the one that the kiosk and the printing computer show. Each decision is explained
by the rules of its time, however they have changed since; of a job that waits, what would be
decided now comes last. Neither pupils' names nor titles are shown.`
	cmd.Example = "  inkwell explain 41"
	return cmd
}

func writeExplanation(to io.Writer, e release.Explanation) error {
	j := e.Job
	_, err := fmt.Fprintf(to, "job %d is %s\n", j.ID, j.State)
	if err == nil && e.Size != "" {
		_, err = fmt.Fprintf(to, "%s, by the queue %s\n", e.Size, e.Queue)
	}
	for _, p := range e.Policy {
		if err == nil {
			_, err = fmt.Fprintln(to, p)
		}
	}
	if err == nil && len(e.Decided) == 0 {
		_, err = fmt.Fprintln(to, "\nNothing was decided about it: it was never to be printed.")
	}
	for _, d := range e.Decided {
		if err == nil {
			err = writeDecided(to, e, d)
		}
	}
	return err
}

func writeDecided(to io.Writer, e release.Explanation, d release.Decided) error {
	when := d.At.In(e.Zone).Format("2 January 2006 15:04")
	if d.Now {
		when = "Now"
	}
	if d.Printer != "" {
		when += ", " + d.Printer
	}
	since := "The rules were the defaults:"
	if !d.Since.IsZero() {
		since = "The rules since " + d.Since.In(e.Zone).Format("2 January 2006 15:04") + ":"
	}
	if _, err := fmt.Fprintf(to, "\n%s\n  %s\n", when, d.Say); err != nil {
		return err
	}
	for _, more := range []struct{ what, say string }{{"exempt", d.Spared}, {"teacher", d.Approved}, {"cost", d.Cost}, {"paid by", d.Payer}, {"released by", d.Released}} {
		if more.say != "" {
			if _, err := fmt.Fprintf(to, "  %s: %s\n", more.what, more.say); err != nil {
				return err
			}
		}
	}
	if _, err := fmt.Fprintf(to, "\n%s\n", since); err != nil {
		return err
	}
	return writeRuleTable(to, d.Table, d.Rule)
}

// writeRuleTable shows rules in their order, the one that decided marked.
func writeRuleTable(to io.Writer, rows []quota.RuleRow, decided quota.RuleNumber) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(to, "There are no rules.")
		return err
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, " \tRULE\tNAME\tWHOSE JOBS\tWHAT\tTHEN IT\t") // tabwriter keeps an error for Flush
	for _, r := range rows {
		mark, note := " ", ""
		if r.Number == decided {
			mark = ">"
		}
		if r.Hidden != 0 {
			note = fmt.Sprintf("never decides: rule %d comes first", r.Hidden)
		}
		_, _ = fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", mark, r.Number, r.Name, r.Who, r.Meets, r.Then, note)
	}
	return w.Flush()
}
