package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/fault"
	"inkwell/release"
)

func printerStatusCommand() *cobra.Command {
	cmd := hostCommand("status NUMBER", "Show one printer: supplies, faults, counter and today's deliveries", cobra.ExactArgs(1),
		func(ctx context.Context, h *host, args []string) error {
			id, err := printerArgument(args[0])
			if err != nil {
				return err
			}
			l, err := h.desk.LookFromHost(ctx, id)
			if err != nil {
				return err
			}
			return tellPrinter(h.out, l, time.Now())
		})
	cmd.Long = `NUMBER is the one that inkwell printer list shows. It asks the printer nothing: it tells
what is known. inkwell printer test asks. Unaccounted pages are what the printer counted in
a night and a day beyond what Inkwell sent it.`
	cmd.Example = `  inkwell printer status 3`
	return cmd
}

// printerArgument is the number of a printer.
func printerArgument(text string) (release.PrinterID, error) {
	if n := numbered[release.PrinterID](text); n != 0 {
		return n, nil
	}
	return 0, fault.New(fault.Invalid, "printer-number", "A printer's number is the one that inkwell printer list shows.")
}

func tellPrinter(to io.Writer, l release.Look, now time.Time) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) { _, _ = fmt.Fprintf(w, what+"\t"+format+"\n", args...) } // tabwriter keeps an error for Flush
	line("printer", "%d, %s", l.ID, l.Name)
	line("room", "%s", orNone(l.Room))
	line("asset tag", "%s", orNone(l.Asset))
	line("address", "%s", l.URI)
	line("state", "%s, last answered %s", l.StateInWords(now), seenAgo(l.Seen, now))
	if len(l.Reasons) > 0 {
		line("it says", "%s", strings.Join(l.Reasons, ", "))
	}
	for _, s := range l.Can.Supplies {
		line("supply", "%s: %s", s.Words(), s.LevelInWords())
	}
	line("waiting", "%s", waitingInWords(l.Waiting))
	for _, f := range l.Faults {
		line("fault", "%s, since %s, %s", f.Kind.Words(), f.First.Local().Format("2 January 15:04"), f.Who())
	}
	for _, n := range l.Nights[:min(len(l.Nights), 7)] {
		line("counter", "%s: %s", n.Day, n.InWords())
	}
	for _, s := range l.Today[:min(len(l.Today), 20)] {
		line("delivery", "job %d at %s: %s, %d of %d", s.Job, s.Reserved.Local().Format("15:04"), s.State, s.Printed, s.Of)
	}
	return w.Flush()
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func waitingInWords(n int) string {
	if n == 1 {
		return "1 delivery"
	}
	return fmt.Sprintf("%d deliveries", n)
}
