package device

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// A queue of CUPS is a printer as any other, so that whatever CUPS has a driver for serves
// us: it is sent to, followed to the end, and asked what became of a job, by a client that
// has forgotten it and by name alone.
func TestCUPSQueue(t *testing.T) {
	t.Parallel()
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{})
	cups := ipptest.CUPS(t)
	cups.AddQueue("room4", eve.URI)
	client := func() *Printer {
		p, err := New(Options{URI: cups.URI("room4")})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p, ctx := client(), context.Background()
	if st, err := p.Status(ctx); err != nil || st.State != release.PrinterIdle || !st.Accepting || st.UpTime < 1 {
		t.Fatalf("status %+v, %v", st, err)
	}
	if can, err := p.Capabilities(ctx); err != nil || len(can.Cleaned().Media) == 0 {
		t.Errorf("it can %+v, %v", can, err)
	}
	job, err := p.Begin(ctx, errand)
	if err != nil {
		t.Fatal(err)
	}
	if _, at, err := client().Find(ctx, token); err != nil || at.Phase != release.PhaseIncoming {
		t.Errorf("without its document: %+v, %v", at, err)
	}
	if err := p.Send(ctx, errand, job, bytes.NewReader(documenttest.PDF(2))); err != nil {
		t.Fatal(err)
	}
	if at := follow(t, p, job); at.Phase != release.PhaseCompleted {
		t.Errorf("done: %+v", at)
	}
	found, at, err := client().Find(ctx, token)
	if err != nil || found != job || at.Phase != release.PhaseCompleted {
		t.Errorf("found %d %+v, %v", found, at, err)
	}
	if _, _, err := p.Find(ctx, "00000000000000000000000000000000"); !errors.Is(err, release.ErrGone) {
		t.Errorf("a token it never had: %v", err)
	}
	for end := time.Now().Add(time.Minute); len(eve.Documents(t)) != 1; time.Sleep(10 * time.Millisecond) { // between two looks
		if time.Now().After(end) {
			t.Fatalf("the printer behind it has %d documents", len(eve.Documents(t)))
		}
	}
}

// A queue without a driver in front of a printer on port 9100, as many schools have them: the
// printer gets the very bytes that we sent, once, and CUPS says that it did.
func TestARawQueueOfCUPSDelivers(t *testing.T) {
	t.Parallel()
	sink := ipptest.NewSink(t, ipptest.SinkOptions{})
	cups := ipptest.CUPS(t)
	cups.AddRawQueue("old", sink.URI)
	p, err := New(Options{URI: cups.URI("old")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, document := context.Background(), lesson(3)
	job, err := p.Begin(ctx, errand)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(ctx, errand, job, bytes.NewReader(document)); err != nil {
		t.Fatal(err)
	}
	if at := follow(t, p, job); at.Phase != release.PhaseCompleted {
		t.Errorf("it ended as %+v", at)
	}
	cups.Wait("the printer has it", func() bool { jobs := sink.Jobs(); return len(jobs) == 1 && jobs[0].Whole })
	if got := sink.Jobs()[0]; !bytes.Equal(got.Document, document) || got.Printed != 3 {
		t.Errorf("%d bytes came out of %d, %d pages", len(got.Document), len(document), got.Printed)
	}
}
