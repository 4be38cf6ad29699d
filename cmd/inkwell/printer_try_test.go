package main

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/device/address"
	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// faultyPrinter is a virtual printer behind a line that can be made to fail.
func faultyPrinter(t *testing.T, paper int) (release.PrinterRecord, *ipptest.Faulty) {
	t.Helper()
	printer, err := simulate.New(simulate.Options{Name: "Library", Paper: paper, Count: func(context.Context, io.Reader) (int, error) { return 1, nil }})
	if err != nil {
		t.Fatal(err)
	}
	line := ipptest.NewFaulty(t, printer.Handler())
	return release.PrinterRecord{ID: 3, Name: "Library", URI: line.URI}, line
}

// saying has these attributes of the printer be others in its next answer.
func saying(all ...wire.Attribute) ipptest.Fault {
	return ipptest.Lie(func(answer *wire.Message) {
		for _, g := range answer.Groups {
			for i := range g.Attrs {
				for _, a := range all {
					if g.Attrs[i].Name == a.Name {
						g.Attrs[i] = a
					}
				}
			}
		}
	})
}

// found is what was found, as "level what: say".
func found(all []finding) string {
	var b strings.Builder
	for _, f := range all {
		b.WriteString(string(f.level) + " " + f.what + ": " + f.say + "\n")
	}
	return b.String()
}

// TestAPrinterIsAskedEverything: one that is well, and one that is wrong in each way.
func TestAPrinterIsAskedEverything(t *testing.T) {
	t.Parallel()
	p, _ := faultyPrinter(t, 0)
	all := found(testPrinter(t.Context(), &dialler{guard: address.Guard{Loopback: true}}, p))
	for _, want := range []string{"good answers: in ", "good state: ready", "good documents: PDF, on both sides, in colour", "good supply: Black toner: 80 %", "good counter: 0 sides in its life, by IPP", "look open: it takes jobs from this server without a password"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if strings.Contains(all, "BAD") {
		t.Errorf("a printer that is well:\n%s", all)
	}
	for _, c := range []struct {
		op   wire.Op
		do   ipptest.Fault
		want string
	}{
		{wire.OpGetPrinterAttributes, saying(wire.Enum("printer-state", wire.PrinterStopped), wire.Keyword("printer-state-reasons", "media-jam-error")), "BAD state: paper jam"},
		{wire.OpGetPrinterAttributes, saying(wire.Enum("printer-state", wire.PrinterIdle), wire.Boolean("printer-is-accepting-jobs", false)), "BAD state: ready, and it takes no jobs"},
		{wire.OpGetPrinterAttributes, saying(wire.Enum("printer-state", wire.PrinterIdle), wire.Keyword("printer-state-reasons", "media-low-report")), "look state: ready, and it says media-low-report"},
		{wire.OpCreateJob, ipptest.Status(wire.StatusNotAuthenticated), "good open: it takes no job from somebody it does not know"},
		{wire.OpCreateJob, ipptest.Status(wire.StatusBusy), "look open: whether it takes jobs from anyone cannot be said"},
	} {
		p, line := faultyPrinter(t, 0)
		line.Next(c.op, c.do)
		if all := found(testPrinter(t.Context(), &dialler{guard: address.Guard{Loopback: true}}, p)); !strings.Contains(all, c.want) {
			t.Errorf("no %q in\n%s", c.want, all)
		}
	}
}

// TestOtherWaysAreSeen: what listens beside the door that we use.
func TestOtherWaysAreSeen(t *testing.T) {
	t.Parallel()
	sink := httptest.NewServer(nil)
	defer sink.Close()
	u := strings.TrimPrefix(sink.URL, "http://127.0.0.1:")
	kept := checkWaysAt(t.Context(), &dialler{guard: address.Guard{Loopback: true}}, release.PrinterRecord{URI: "ipp://127.0.0.1:1/ipp/print"}, []way{{u, "a sink"}, {"1", "ours"}})
	if len(kept) != 1 || kept[0].level != look || !strings.HasPrefix(kept[0].say, "a sink: ") {
		t.Errorf("%+v", kept)
	}
}

// TestHowAPrinterIsTold: everything that is known of one.
func TestHowAPrinterIsTold(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 24, 0, 0, time.UTC)
	l := release.Look{Care: release.Care{
		PrinterRecord: release.PrinterRecord{ID: 3, Name: "Library", Room: "Room 12", State: release.PrinterStopped, Reasons: []string{"media-jam-error"}, Seen: now,
			Can: release.Capabilities{Supplies: []release.Supply{{Name: "Black toner", Max: 100, Level: 8}, {Type: "wasteToner", Max: 100, Level: 30}, {Type: "ink", Color: "cyan", Level: -3}}}},
		Waiting: 1, Faults: []release.Fault{{Kind: release.FaultJam, Alert: true, Reports: 2, First: now}}},
		Nights: []release.Night{{Unaccounted: 30, Ours: 4, Counter: 1034}, {Unaccounted: -1, Note: "first"}},
		Today:  []release.Sent{{Job: 41, State: release.Settled, Printed: 4, Of: 4, Reserved: now}, {Job: 42, Test: true, State: release.Void, Of: 1, Reserved: now}},
	}
	var b strings.Builder
	if err := tellPrinter(&b, l, now); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3, Library", "Paper jam", "media-jam-error", "Black toner: 8 %", "wasteToner: 30 % free", "cyan ink: a little", "1 delivery", "told by the printer and 2 people", "30 pages unaccounted, 4 of ours", "the first reading", "job 41", "test page"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}
