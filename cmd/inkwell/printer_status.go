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
	cmd := printerCommand("status NUMBER", "Show one printer: supplies, faults, counter and today's deliveries",
		func(ctx context.Context, h *host, l release.Look) error {
			return tellPrinter(h.out, l, time.Now())
		})
	cmd.Long = `NUMBER is the one that inkwell printer list shows. It asks the printer nothing: it tells
what is known. inkwell printer test asks. Unaccounted pages are what the printer counted in
a night and a day beyond what Inkwell sent it.`
	cmd.Example = `  inkwell printer status 3`
	return cmd
}

// printerCommand makes a command about one printer, by its number.
func printerCommand(use, short string, run func(context.Context, *host, release.Look) error) *cobra.Command {
	return hostCommand(use, short, cobra.ExactArgs(1), func(ctx context.Context, h *host, args []string) error {
		id := numbered[release.PrinterID](args[0])
		if id == 0 {
			return fault.New(fault.Invalid, "printer-number", "A printer's number is the one that inkwell printer list shows.")
		}
		look, err := h.desk.LookFromHost(ctx, id)
		if err != nil {
			return err
		}
		return run(ctx, h, look)
	})
}

func tellPrinter(to io.Writer, l release.Look, now time.Time) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) { _, _ = fmt.Fprintf(w, what+"\t"+format+"\n", args...) } // tabwriter keeps an error for Flush
	line("printer", "%d, %s", l.ID, l.Name)
	line("room", "%s", orNone(l.Room))
	line("asset tag", "%s", orNone(l.Asset))
	line("address", "%s", l.URI)
	line("released to", "from %s", releasedFrom(l.PrinterRecord))
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
		what := "delivery"
		if s.Test {
			what = "test page"
		}
		line(what, "job %d at %s: %s, %d of %d", s.Job, s.Reserved.Local().Format("15:04"), s.State, s.Printed, s.Of)
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
