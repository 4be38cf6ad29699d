package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"inkwell/ipp/device"
	"inkwell/release"
)

var errPrinterTest = errors.New("this printer cannot be printed to: see the lines marked BAD")

func printerTestCommand() *cobra.Command {
	var page bool
	var by string
	cmd := printerCommand("test NUMBER", "Ask a printer everything, and say whether it is fit to be released to",
		func(ctx context.Context, h *host, l release.Look) error {
			_, _ = fmt.Fprintf(h.out, "printer %d, %s, at %s\n\n", l.ID, l.Name, l.URI)
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			guard, err := h.guard(ctx)
			if err != nil {
				return err
			}
			all := testPrinter(ctx, &dialler{guard: guard, community: h.config.Community}, l.PrinterRecord)
			if err := report(h.out, all); err != nil {
				return errPrinterTest
			}
			verdict := "\nIt can be printed to.\n"
			if slices.ContainsFunc(all, func(f finding) bool { return f.level == look }) {
				verdict = "\nIt can be printed to. See to the lines marked look.\n"
			}
			_, _ = fmt.Fprint(h.out, verdict)
			if page {
				return h.testPage(ctx, l, by)
			}
			return nil
		})
	cmd.Long = `It asks the printer for its state, what it can do, its supplies and its counter, and
whether it takes a job from somebody it does not know: with an empty job that it cancels at
once, so that no paper comes out. It also looks whether other ways into the printer are
open. Ends with 1 when the printer cannot be printed to.

With --page one page comes out as well, as by the button on the printer's own staff page: it
says which printer it is and shows its colours. The server sends it like any other job, in the
name of the member of IT whom --by names; the school's account Test pages pays for it.`
	cmd.Example = `  inkwell printer test 3
  inkwell printer test 3 --page --by ihall`
	cmd.Flags().BoolVar(&page, "page", false, "have a page come out")
	cmd.Flags().StringVar(&by, "by", "", "user name of the member of IT who wants the page")
	cmd.MarkFlagsRequiredTogether("page", "by")
	return cmd
}

// testPrinter asks everything. What needs an answer is left out where there is none.
func testPrinter(ctx context.Context, d *dialler, p release.PrinterRecord) []finding {
	client, err := d.stranger(p)
	if err != nil {
		return []finding{{bad, "address", err.Error(), "inkwell printer add says what addresses look like"}}
	}
	began := time.Now()
	st, err := client.Status(ctx)
	if err != nil {
		return append([]finding{{bad, "answers", asPerson(err), "is it switched on, is the address right, and does the network let this server reach it?"}}, checkWays(ctx, d, p)...)
	}
	all := []finding{{good, "answers", "in " + time.Since(began).Round(time.Millisecond).String(), ""}, checkState(p, st)}
	can, err := client.Capabilities(ctx)
	if err != nil {
		all = append(all, finding{look, "can do", asPerson(err), "it is believed to do what most printers do"})
	} else {
		can = can.Cleaned()
		all = append(all, checkFormats(can))
		all = append(all, checkSupplies(can)...)
	}
	all = append(all, checkCounter(ctx, client), checkOpen(ctx, client))
	return append(all, checkWays(ctx, d, p)...)
}

func checkState(p release.PrinterRecord, st release.Status) finding {
	p.State, p.Reasons, p.Seen, p.Paused = st.State, st.Reasons, time.Now(), time.Time{}
	f := finding{good, "state", strings.ToLower(p.StateInWords(p.Seen)), ""}
	if !st.Accepting || st.State == release.PrinterStopped {
		f = finding{bad, "state", f.say, "see to it at the printer"}
		if !st.Accepting {
			f.say += ", and it takes no jobs"
		}
	} else if len(st.Reasons) > 0 {
		f.level, f.say = look, f.say+", and it says "+strings.Join(st.Reasons, ", ")
	}
	return f
}

func checkFormats(can release.Capabilities) finding {
	takes, ok := can.Takes()
	if !ok {
		return finding{bad, "documents", "it takes neither PDF nor a raster that Inkwell makes: " + strings.Join(can.Formats, ", "), "add it as a queue of a CUPS server that has its driver, and release to that"}
	}
	sides, inks := "on one side", "black"
	if can.Duplex() {
		sides = "on both sides"
	}
	if can.Color() {
		inks = "in colour"
	}
	return finding{good, "documents", fmt.Sprintf("%s, %s, %s", takes, sides, inks), ""}
}

func checkSupplies(can release.Capabilities) (all []finding) {
	if len(can.Supplies) == 0 {
		return []finding{{look, "supplies", "it tells none", "nobody is warned before it is empty"}}
	}
	for _, s := range can.Supplies {
		f := finding{good, "supply", s.Words() + ": " + s.LevelInWords(), ""}
		if s.Low() {
			f.level, f.do = look, "have another one ready"
		}
		all = append(all, f)
	}
	return all
}

func checkCounter(ctx context.Context, client release.Printer) finding {
	const do = "switch SNMP on at the printer, and set snmp.community to its name"
	counter, ok := client.(release.LifeCounter)
	if !ok {
		return finding{look, "counter", "it has none that can be asked for", do}
	}
	counts, err := counter.Counts(ctx)
	switch {
	case err != nil:
		return finding{look, "counter", asPerson(err), do}
	case counts.Impressions < 0:
		return finding{look, "counter", "it tells none: pages that go round Inkwell are not seen", do}
	}
	return finding{good, "counter", fmt.Sprintf("%d sides in its life, by %s", counts.Impressions, strings.ToUpper(counts.Source)), ""}
}

func checkOpen(ctx context.Context, client release.Printer) finding {
	asked, ok := client.(*device.Printer)
	if !ok {
		return finding{look, "open", "it takes raw bytes and asks nobody for a name: unless its filter lets in this server alone, anyone can print to it", `"Lock your printers down" in docs/guide-it.md`}
	}
	open, err := asked.TakesFromAnyone(ctx)
	switch {
	case open:
		say := "it takes jobs from this server without a password: unless its filter lets in this server alone, anyone can print to it"
		if err != nil {
			say += "; and " + asPerson(err)
		}
		return finding{look, "open", say, `"Lock your printers down" in docs/guide-it.md`}
	case err != nil:
		return finding{look, "open", "whether it takes jobs from anyone cannot be said: " + asPerson(err), "try again when it is idle"}
	}
	return finding{good, "open", "it takes no job from somebody it does not know", ""}
}

// way is a way into a printer.
type way struct{ port, what string }

// ways are the other ways into a printer, which ask nobody for a name.
var ways = []way{{"9100", "raw printing (port 9100)"}, {"515", "LPD (port 515)"}, {"21", "FTP (port 21)"}, {"23", "telnet (port 23)"}, {"139", "Windows sharing (port 139)"}}

// askWay is how long a connection may take.
const askWay = 2 * time.Second

// checkWays tells which of them take a connection from here.
func checkWays(ctx context.Context, d *dialler, p release.PrinterRecord) []finding {
	return checkWaysAt(ctx, d, p, ways)
}

func checkWaysAt(ctx context.Context, d *dialler, p release.PrinterRecord, ways []way) []finding {
	u, err := url.Parse(p.URI)
	if err != nil {
		return nil
	}
	open := make([]bool, len(ways))
	var all sync.WaitGroup
	for i, way := range ways {
		if way.port == u.Port() || u.Scheme == "socket" && way.port == "9100" {
			continue // our own
		}
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, askWay)
			defer cancel()
			conn, err := d.guard.Dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), way.port))
			if open[i] = err == nil; open[i] {
				_ = conn.Close()
			}
		})
	}
	all.Wait()
	var found []string
	for i, way := range ways {
		if open[i] {
			found = append(found, way.what)
		}
	}
	if len(found) > 0 {
		return []finding{{look, "other ways", strings.Join(found, ", ") + ": whoever reaches these prints without being asked who they are", `"Lock your printers down" in docs/guide-it.md`}}
	}
	return []finding{{good, "other ways", "none that is open to this server", ""}}
}

// stranger makes a client that brings no credentials, and keeps no key of a printer that was
// never met.
func (d *dialler) stranger(p release.PrinterRecord) (release.Printer, error) {
	p.Login = nil
	d.meet = func(_ context.Context, _ release.PrinterRecord, pin []byte) ([]byte, error) { return pin, nil }
	return d.dial(p)
}
