package device

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/OpenPrinting/goipp"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"ipp://printer.school/ipp/print":    "http://printer.school:631/ipp/print",
		"ipps://printer.school/ipp/print":   "https://printer.school:631/ipp/print",
		"ipp://10.0.0.5:8631/ipp/print":     "http://10.0.0.5:8631/ipp/print",
		"ipp://[fd00::5]/ipp/print":         "http://[fd00::5]:631/ipp/print",
		"http://printer.school/ipp":         "http://printer.school/ipp",
		"https://printer.school:8443/x%20y": "https://printer.school:8443/x%20y",
		"ipp://printer.school":              "http://printer.school:631/",
	} {
		if _, got, err := addresses(uri); got != want || err != nil {
			t.Errorf("%s: %s, %v", uri, got, err)
		}
	}
	for _, uri := range []string{
		"", "printer", "socket://printer:9100", "file:///etc/passwd", "ipp://", "ipp:///ipp/print", "ipp://u:p@printer/ipp/print",
		"ipp://printer/ipp?x=1", "ipp://printer/ipp#x", "ipp://printer:port/", "ipp://pri nter/", "://",
	} {
		if _, err := New(Options{URI: uri}); err == nil {
			t.Errorf("%q was taken", uri)
		}
	}
}

// One job from its beginning to its end, and what the printer was told of it.
func TestPrint(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := context.Background()
	var told []*wire.Message
	for _, op := range []wire.Op{wire.OpCreateJob, wire.OpSendDocument} {
		b.line.Next(op, func(x *ipptest.Exchange) {
			told = append(told, x.Request)
			x.Write(x.Forward())
		})
	}
	e := release.Errand{Token: token, Format: "application/pdf", Copies: 2, Ticket: release.Ticket{Copies: 9, Pages: []release.PageRange{{First: 1, Last: 1}}}}
	job, err := b.Begin(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if at := b.phase(t, job, release.PhaseIncoming); at.Impressions != 0 || !slices.Equal(at.Reasons, []string{"job-incoming"}) {
		t.Errorf("open: %+v", at)
	}
	if err := b.Send(ctx, e, job, bytes.NewReader(lesson(3))); err != nil {
		t.Fatal(err)
	}
	at := b.phase(t, job, release.PhaseCompleted)
	if at.Impressions != 6 || at.Sheets != 4 || at.UpTime < 1 {
		t.Errorf("done: %+v", at)
	}
	if document, _ := b.printer.Document(job); !bytes.Equal(document, lesson(3)) {
		t.Errorf("the printer has %d bytes", len(document))
	}
	create := fmt.Sprint(strip(told[0].Operation()), told[0].First(wire.JobGroup))
	for _, want := range []string{"{job-name " + token + "}", "{requesting-user-name inkwell}", "{copies 2}", "{sides two-sided-long-edge}",
		"{print-color-mode monochrome}", "{media iso_a4_210x297mm}", "{multiple-document-handling separate-documents-collated-copies}"} {
		if !bytes.Contains([]byte(create), []byte(want)) {
			t.Errorf("Create-Job says %s, not %s", create, want)
		}
	}
	if len(told[0].Operation()) != 5 || len(told[0].First(wire.JobGroup)) != 5 {
		t.Errorf("Create-Job says more than it should: %s", create)
	}
	if len(told[1].Operation()) != 7 || told[1].Version != wire.Version20 || told[1].Operation()[2].Name != "printer-uri" {
		t.Errorf("Send-Document: %v in %s", told[1].Operation(), told[1].Version)
	}
}

// strip leaves out what has nothing to do with a job.
func strip(a wire.Attributes) wire.Attributes { return a[2:] }

func TestStatus(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := context.Background()
	expect := func(what string, want release.Status) {
		t.Helper()
		got, err := b.Status(ctx)
		if err != nil || got.State != want.State || !slices.Equal(got.Reasons, want.Reasons) || got.Accepting != want.Accepting || got.UpTime < 1 {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	expect("fresh", release.Status{State: release.PrinterIdle, Accepting: true})
	b.printer.Jam()
	b.printer.Empty()
	expect("stuck and empty", release.Status{State: release.PrinterStopped, Accepting: true, Reasons: []string{"media-jam-error", "media-empty-error"}})
	b.printer.Clear()
	b.line.Next(wire.OpGetPrinterAttributes, ipptest.Say(wire.PrinterGroup, wire.Boolean("printer-is-accepting-jobs", false)))
	expect("not accepting", release.Status{State: release.PrinterIdle})
	b.line.Next(wire.OpGetPrinterAttributes, ipptest.Say(wire.PrinterGroup, wire.Keyword("printer-state-reasons", "bad\nreason\x00")))
	expect("unclean", release.Status{State: release.PrinterIdle, Accepting: true, Reasons: []string{"bad reason"}})
	for name, attr := range map[string]wire.Attribute{
		"unknown state": wire.Enum("printer-state", 99), "state as text": wire.Text("printer-state", "idle"), "no state": wire.NoValue("printer-state"),
	} {
		b.line.Next(wire.OpGetPrinterAttributes, ipptest.Say(wire.PrinterGroup, attr))
		if got, err := b.Status(ctx); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestJamAndCancel(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.printer.JamAfter(2)
	job := b.sent(t, 5)
	if at := b.phase(t, job, release.PhaseStopped); at.Impressions != 2 || !slices.Contains(at.Reasons, "printer-stopped") {
		t.Errorf("stuck: %+v", at)
	}
	if err := b.Cancel(context.Background(), job); err != nil {
		t.Fatal(err)
	}
	if at := b.phase(t, job, release.PhaseEnded); at.Impressions != 2 {
		t.Errorf("cancelled: %+v", at)
	}
	if err := b.Cancel(context.Background(), job); class(err) != "refused" {
		t.Errorf("cancelled again: %v", err)
	}
	if err := b.Cancel(context.Background(), 77); class(err) != "gone" {
		t.Errorf("a job that never was: %v", err)
	}
}

// A printer that says less: no counts, no documents, processing though it stands.
func TestProgressOfPoorPrinters(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := context.Background()
	b.printer.JamAfter(1)
	job := b.sent(t, 3)
	b.phase(t, job, release.PhaseStopped)
	next := func(change func(a wire.Attributes) wire.Attributes) (release.Progress, error) {
		b.line.Next(wire.OpGetJobAttributes, ipptest.Lie(func(answer *wire.Message) {
			answer.Groups[1].Attrs = change(answer.Groups[1].Attrs)
		}))
		return b.Progress(ctx, job)
	}
	without := func(a wire.Attributes, names ...string) wire.Attributes {
		return slices.DeleteFunc(a, func(attr wire.Attribute) bool { return slices.Contains(names, attr.Name) })
	}
	at, err := next(func(a wire.Attributes) wire.Attributes {
		return append(without(a, "job-state"), wire.Enum("job-state", wire.JobProcessing))
	})
	if err != nil || at.Phase != release.PhaseStopped {
		t.Errorf("processing, printer stopped: %+v, %v", at, err)
	}
	at, err = next(func(a wire.Attributes) wire.Attributes {
		return without(a, "job-id", "job-name", "job-impressions-completed", "job-media-sheets-completed", "job-printer-up-time", "job-state-reasons", "number-of-documents")
	})
	if err != nil || at.Phase != release.PhaseStopped || at.Impressions != -1 || at.Sheets != -1 || at.UpTime != 0 {
		t.Errorf("only a state: %+v, %v", at, err)
	}
	at, err = next(func(a wire.Attributes) wire.Attributes {
		return append(without(a, "job-impressions-completed"), wire.Integer("job-impressions-completed", -1<<31))
	})
	if err != nil || at.Impressions != -1 {
		t.Errorf("fewer than none: %+v, %v", at, err)
	}
	at, err = next(func(a wire.Attributes) wire.Attributes {
		return append(without(a, "job-impressions-completed"), wire.Integer("job-impressions-completed", 1<<31-1))
	})
	if err != nil || at.Impressions != 1<<31-1 {
		t.Errorf("as many as there are: %+v, %v", at, err) // how many to believe is for release to say
	}
	if at, err = next(func(a wire.Attributes) wire.Attributes { return without(a, "job-state") }); err == nil {
		t.Errorf("no state: %+v", at)
	}
	for held, want := range map[bool]release.Phase{true: release.PhaseIncoming, false: release.PhaseActive} {
		documents := 1
		if held {
			documents = 0
		}
		at, err = next(func(a wire.Attributes) wire.Attributes {
			return append(without(a, "job-state", "job-state-reasons", "number-of-documents"),
				wire.Enum("job-state", wire.JobPendingHeld), wire.Integer("number-of-documents", documents))
		})
		if err != nil || at.Phase != want {
			t.Errorf("held with %d documents: %+v, %v", documents, at, err)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := context.Background()
	done := b.sent(t, 2)
	b.phase(t, done, release.PhaseCompleted)
	other := errand
	other.Token = "ffffffffffffffffffffffffffffffff"
	open, err := b.Begin(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := New(Options{URI: b.line.URI})
	if err != nil {
		t.Fatal(err)
	}
	if id, at, err := fresh.Find(ctx, token); id != done || at.Phase != release.PhaseCompleted || at.Impressions != 2 || err != nil {
		t.Errorf("the ended one: %d %+v %v", id, at, err)
	}
	if id, at, err := fresh.Find(ctx, other.Token); id != open || at.Phase != release.PhaseIncoming || err != nil {
		t.Errorf("the open one: %d %+v %v", id, at, err)
	}
	if _, _, err := fresh.Find(ctx, "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"); class(err) != "gone" {
		t.Errorf("none: %v", err)
	}
	if _, _, err := fresh.Find(ctx, ""); class(err) != "unsure" {
		t.Errorf("no token: %v", err)
	}
	b.line.Next(wire.OpGetJobs, ipptest.Status(wire.StatusNotFound))
	if _, _, err := fresh.Find(ctx, token); class(err) != "unsure" {
		t.Errorf("a printer that does not know itself denies nothing: %v", err)
	}
}

// After a restart the printer counts from 1 again; job 1 is then somebody else's.
func TestRestartedPrinter(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := context.Background()
	job := b.sent(t, 1)
	b.phase(t, job, release.PhaseCompleted)
	b.printer.Restart()
	if _, err := b.Progress(ctx, job); class(err) != "gone" {
		t.Errorf("forgotten: %v", err)
	}
	stranger, err := New(Options{URI: b.line.URI})
	if err != nil {
		t.Fatal(err)
	}
	theirs := errand
	theirs.Token = "ffffffffffffffffffffffffffffffff"
	if same, err := stranger.Begin(ctx, theirs); same != job || err != nil {
		t.Fatalf("numbers go on at %d, %v", same, err)
	}
	if _, err := b.Progress(ctx, job); class(err) != "gone" {
		t.Errorf("taken by another: %v", err)
	}
	b.printer.Restart()
	if err := b.Send(ctx, errand, job, bytes.NewReader(lesson(1))); class(err) != "busy" {
		t.Errorf("a document for a job that is gone: %v", err)
	}
}

// A printer without Create-Job gets job and document in one.
func TestPrintJobOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := context.Background()
	simple := ipptest.Say(wire.PrinterGroup, wire.Enum("operations-supported", int(wire.OpPrintJob), int(wire.OpGetJobs)))
	old := ipptest.Lie(func(answer *wire.Message) {
		for i, a := range answer.Groups[1].Attrs {
			switch a.Name {
			case "operations-supported":
				answer.Groups[1].Attrs[i] = wire.Enum(a.Name, int(wire.OpPrintJob), int(wire.OpGetJobs))
			case "ipp-versions-supported":
				answer.Groups[1].Attrs[i] = wire.Keyword(a.Name, "1.0", "1.1")
			}
		}
	})
	b.line.Always(wire.OpGetPrinterAttributes, old)
	job := b.begin(t)
	if job != DeferredJob || len(b.printer.Jobs()) != 0 {
		t.Fatalf("begun as %d", job)
	}
	if _, err := b.Progress(ctx, job); class(err) != "gone" {
		t.Errorf("before its document: %v", err)
	}
	if err := b.Cancel(ctx, job); class(err) != "gone" {
		t.Errorf("cancelled before its document: %v", err)
	}
	version := wire.Version(0)
	b.line.Next(wire.OpPrintJob, func(x *ipptest.Exchange) {
		version = x.Request.Version
		x.Write(x.Forward())
	})
	if err := b.Send(ctx, errand, job, bytes.NewReader(lesson(2))); err != nil {
		t.Fatal(err)
	}
	if version != wire.Version11 {
		t.Errorf("an IPP/1.1 printer was spoken to in %s", version)
	}
	if at := b.phase(t, job, release.PhaseCompleted); at.Impressions != 2 {
		t.Errorf("done: %+v", at)
	}
	fresh, err := New(Options{URI: b.line.URI})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.Progress(ctx, job); class(err) != "gone" {
		t.Errorf("another client: %v", err)
	}
	if id, at, err := fresh.Find(ctx, token); id != 1 || at.Phase != release.PhaseCompleted || err != nil {
		t.Errorf("found %d %+v %v", id, at, err)
	}
	b.line.Always(wire.OpGetPrinterAttributes, simple)
	for status, want := range map[wire.Status]string{wire.StatusNotFound: "refused", wire.StatusBusy: "busy", wire.StatusInternalError: "unsure"} {
		b.line.Next(wire.OpPrintJob, ipptest.Status(status))
		if err := b.Send(ctx, errand, DeferredJob, bytes.NewReader(lesson(2))); class(err) != want {
			t.Errorf("Print-Job %s: %v", status, err)
		}
	}
	b.line.Next(wire.OpPrintJob, ipptest.Say(wire.JobGroup, goipp.MakeAttr("job-id", goipp.TagInteger, goipp.Integer(0))))
	if err := b.Send(ctx, errand, DeferredJob, bytes.NewReader(lesson(1))); class(err) != "unsure" {
		t.Errorf("a job without a number: %v", err)
	}
}
