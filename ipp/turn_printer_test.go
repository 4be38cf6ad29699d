package ipp

import (
	"bytes"
	"testing"

	second "github.com/phin1x/go-ipp"

	"inkwell/internal/fault"
	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// IT turns a queue's switches, nobody else does, and what the printer says of itself
// follows.
func TestSwitches(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	cases := []struct {
		op        wire.Op
		state     int
		why       string
		accepting bool
	}{
		{wire.OpPausePrinter, wire.PrinterStopped, "paused", true},
		{wire.OpResumePrinter, wire.PrinterIdle, "none", true},
		{wire.OpDisablePrinter, wire.PrinterIdle, "none", false},
		{wire.OpEnablePrinter, wire.PrinterIdle, "none", true},
	}
	for _, tc := range cases {
		want(t, b.do(t, ask{op: tc.op, user: "ada"}), wire.StatusForbidden)
		want(t, b.do(t, ask{op: tc.op, user: "iris"}), wire.StatusOK)
		_, raw := b.post(t, ask{op: wire.OpGetPrinterAttributes})
		got, err := second.NewResponseDecoder(bytes.NewReader(raw)).Decode(nil)
		if err != nil || len(got.PrinterAttributes) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		p := got.PrinterAttributes[0]
		if p["printer-state"][0].Value != tc.state || p["printer-state-reasons"][0].Value != tc.why || p["printer-is-accepting-jobs"][0].Value != tc.accepting {
			t.Errorf("%s: %v %v %v", tc.op, p["printer-state"], p["printer-state-reasons"], p["printer-is-accepting-jobs"])
		}
	}
}

// A closed queue says so in the field's own word; CUPS, told "busy", keeps the job and
// sends it when the queue is open again.
func TestClosed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.refuse = fault.New(fault.Conflict, "queue-closed", "This printer takes no jobs just now.")
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}), wire.StatusNotAcceptingJobs)
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada", agent: "CUPS/2.4.2"}), wire.StatusBusy)
	cups := ipptest.CUPS(t)
	cups.AddQueue("school", b.uri(holdQueue.Path, "ada"))
	request := cups.LP("school", letterFile(t))
	cups.Wait("CUPS has tried", func() bool { return b.desk.tries() > 2 })
	if cups.Done(request) || len(b.desk.all()) > 0 {
		t.Error("the job is gone")
	}
	b.desk.mu.Lock()
	b.desk.refuse = nil
	b.desk.mu.Unlock()
	cups.Wait("CUPS has let go of the job", func() bool { return cups.Done(request) })
	if all := b.desk.all(); len(all) != 1 || all[0].State != release.Counting {
		t.Errorf("the desk has %+v", all)
	}
}

// The operations that ask nothing of the desk answer as their standards say.
func TestSmallOperations(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reply := b.do(t, ask{op: wire.OpGetPrinterSupportedValues})
	want(t, reply, wire.StatusOK)
	if got := reply.All(wire.PrinterGroup); len(got) != 1 || len(got[0]) != 0 {
		t.Errorf("values to set: %v", got)
	}
	want(t, b.do(t, ask{op: wire.OpIdentifyPrinter, user: "ada"}), wire.StatusOK)
	reply = b.do(t, ask{op: wire.OpGetUserPrinterAttributes, user: "ada", attrs: []wire.Attribute{wire.Keyword("requested-attributes", "printer-name")}})
	want(t, reply, wire.StatusOK)
	if got := reply.First(wire.PrinterGroup); len(got) != 1 {
		t.Errorf("asked for one, told %v", got)
	}
}

// Cancel-Current-Job ends the first that waits; Cancel-Jobs a person's own, and for IT
// everybody's.
func TestCancelJobs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, who := range []string{"ada", "ben", "ada", "ada"} {
		want(t, b.do(t, ask{op: wire.OpCreateJob, user: who}), wire.StatusOK)
	}
	open := func(n int) {
		t.Helper()
		if got, _ := b.desk.Queued(t.Context(), holdQueue); got != n {
			t.Errorf("%d are open, want %d", got, n)
		}
	}
	want(t, b.do(t, ask{op: wire.OpCancelCurrentJob, user: "ada", attrs: jobID(3)}), wire.StatusNotPossible)
	want(t, b.do(t, ask{op: wire.OpCancelCurrentJob, user: "ada"}), wire.StatusOK)
	open(3)
	if got := b.desk.all()[0].State; got != release.Cancelled {
		t.Errorf("the first is %s", got)
	}
	want(t, b.do(t, ask{op: wire.OpCancelJobs, user: "ada"}), wire.StatusOK)
	open(1)
	want(t, b.do(t, ask{op: wire.OpCancelCurrentJob, user: "ada"}), wire.StatusNotPossible)
	want(t, b.do(t, ask{op: wire.OpCancelJobs, user: "iris"}), wire.StatusOK)
	open(0)
}
