package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inkwell/internal/fault"
	"inkwell/ipp/announce"
	"inkwell/ipp/device/address"
	"inkwell/release"
)

func printerFindCommand() *cobra.Command {
	within := 4 * time.Second
	cmd := hostCommand("find", "Look for printers that are announced on the network, and make none known", cobra.NoArgs,
		func(ctx context.Context, h *host, _ []string) error {
			if err := canWait(within); err != nil {
				return err
			}
			known, err := h.desk.Printers(ctx)
			if err != nil {
				return err
			}
			guard, err := h.guard(ctx)
			if err != nil {
				return err
			}
			all, err := announce.Find(ctx, within)
			if err != nil {
				return err
			}
			return propose(ctx, h.out, guard, known, all)
		})
	cmd.Long = `Asks the network by DNS-SD which printers there are, and shows for each the line that makes
it known. Nothing is made known by itself: anybody can announce a printer under any name.
Copy the line of one that you know, and give it a fixed address in your network. Printers
behind a router do not hear the question.`
	cmd.Example = "  inkwell printer find"
	cmd.Flags().DurationVar(&within, "within", within, "how long to wait for answers")
	addFlags(cmd.Flags(), "printers.loopback")
	return cmd
}

// canWait refuses a time in which no printer can answer, or that is longer than any takes.
func canWait(within time.Duration) error {
	if within < time.Second || within > time.Minute {
		return fault.New(fault.Invalid, "printer-find-within", "Wait for one second at least and one minute at most, such as --within 10s.")
	}
	return nil
}

// propose shows what was found, each with the line to copy. Everything in it comes from the
// network: a line is quoted for a shell whatever the printer calls itself.
func propose(ctx context.Context, out io.Writer, guard address.Guard, known []release.PrinterRecord, all []announce.Found) error {
	shown := 0
	for _, f := range all {
		a, err := addressOf(f)
		if err != nil || guard.Check(ctx, a) != nil {
			continue // where no printer may be
		}
		shown++
		about := ""
		if f.Model != "" {
			about = ", " + f.Model
		}
		if !f.PDF {
			about += "; it does not say that it takes PDF"
		}
		say := "  " + addLine(f, a)
		if p := knownAs(known, a); p != nil {
			say = fmt.Sprintf("  known already as printer %d, %s", p.ID, p.Name)
		}
		if _, err := fmt.Fprintf(out, "%s%s\n%s\n", f.Name, about, say); err != nil {
			return err
		}
	}
	if shown == 0 {
		_, err := fmt.Fprintln(out, "nothing is announced here; printers behind a router are not heard, but can be added")
		return err
	}
	return nil
}

// addressOf is where a found printer says that it is.
func addressOf(f announce.Found) (address.Address, error) {
	u := url.URL{Scheme: f.Way, Host: f.At.String(), Path: f.Path}
	return address.Parse(u.String())
}

// addLine is the command that makes a printer known. Texts are single words to a shell, and
// none of them can be a flag.
func addLine(f announce.Found, a address.Address) string {
	words := []string{"inkwell printer add"}
	if f.Room != "" {
		words = append(words, "--room="+quoted(f.Room))
	}
	if a.Scheme == address.Socket {
		if f.Duplex {
			words = append(words, "--duplex")
		}
		if f.Colour {
			words = append(words, "--colour")
		}
		if f.A3 {
			words = append(words, "--size=A4,A3")
		}
	}
	return strings.Join(append(words, "--", quoted(f.Name), quoted(a.String())), " ")
}

// quoted is a text as one word of a shell's line.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// knownAs is the printer that is known at an address already, by whichever way.
func knownAs(known []release.PrinterRecord, a address.Address) *release.PrinterRecord {
	for i, p := range known {
		if b, err := address.Parse(p.URI); err == nil && b.Host == a.Host && (b.Path == a.Path || b.Scheme == address.Socket || a.Scheme == address.Socket) {
			return &known[i]
		}
	}
	return nil
}
