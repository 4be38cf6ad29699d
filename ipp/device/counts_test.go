package device

import (
	"context"
	"errors"
	"net"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
)

// The virtual printer counts what comes out.
func TestCounts(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	before, err := b.Counts(t.Context())
	if err != nil || before.Impressions != 0 || before.Source != "ipp" || before.Device == "" {
		t.Fatalf("%+v, %v", before, err)
	}
	follow(t, b.Printer, b.sent(t, 3))
	if after, err := b.Counts(t.Context()); err != nil || after.Impressions != 3 || after.Device != before.Device {
		t.Errorf("%+v, %v", after, err)
	}
	for _, nonsense := range []wire.Attribute{
		wire.Integer("printer-impressions-completed", -5), wire.Text("printer-impressions-completed", "many"), wire.Unknown("printer-impressions-completed"),
		wire.Integer("printer-impressions-completed", 1, 2),
	} {
		b.line.Next(wire.OpGetPrinterAttributes, ipptest.Say(wire.PrinterGroup, nonsense))
		if c, err := b.Counts(t.Context()); err != nil || c.Impressions != -1 {
			t.Errorf("%v: %+v, %v", nonsense, c, err)
		}
	}
}

// SNMP goes the same way as everything else: by Dial, to the printer's own host.
func TestCountsBySNMPAreDialled(t *testing.T) {
	t.Parallel()
	var dialled string
	guarded := errors.New("this address is not allowed")
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		dialled = network + " " + address
		return nil, guarded
	}
	if _, err := CountsBySNMP(t.Context(), dial, "ipps://printer.school:443/ipp/print", "public"); !errors.Is(err, guarded) || dialled != "udp printer.school:161" {
		t.Errorf("%s, %v", dialled, err)
	}
	dialled = ""
	if c, err := CountsBySNMP(t.Context(), dial, "ipps://printer.school/ipp/print", ""); err != nil || c.Impressions != -1 || dialled != "" {
		t.Errorf("without a community: %+v, %v", c, err)
	}
}

// A printer that takes jobs from anyone is found out and left as it was.
func TestTakesFromAnyone(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if open, err := b.TakesFromAnyone(t.Context()); !open || err != nil {
		t.Errorf("the virtual printer: %t, %v", open, err)
	}
	if _, _, err := b.Find(t.Context(), "Inkwell asks who may print here"); err != nil {
		t.Errorf("the job is not among those that ended: %v", err)
	}
	for _, status := range []wire.Status{wire.StatusNotAuthenticated, wire.StatusForbidden, wire.StatusNotAuthorized} {
		b.line.Next(wire.OpCreateJob, ipptest.Status(status))
		if open, err := b.TakesFromAnyone(t.Context()); open || err != nil {
			t.Errorf("%s: %t, %v", status, open, err)
		}
	}
	b.line.Next(wire.OpCreateJob, ipptest.Status(wire.StatusBusy))
	if _, err := b.TakesFromAnyone(t.Context()); err == nil {
		t.Error("a busy printer has said something")
	}
	b.line.Next(wire.OpCancelJob, ipptest.Status(wire.StatusInternalError))
	if open, err := b.TakesFromAnyone(t.Context()); !open || err == nil {
		t.Errorf("a job is left behind: %t, %v", open, err)
	}
}

// And one that nobody here wrote.
func TestTakesFromAnyoneEve(t *testing.T) {
	t.Parallel()
	p, err := New(Options{URI: ipptest.EvePrinter(t, ipptest.EveOptions{}).URI})
	if err != nil {
		t.Fatal(err)
	}
	if open, err := p.TakesFromAnyone(t.Context()); !open || err != nil {
		t.Errorf("%t, %v", open, err)
	}
	if job, err := p.Begin(t.Context(), errand); err != nil {
		t.Errorf("it is busy with what it was asked: %d, %v", job, err)
	}
}
