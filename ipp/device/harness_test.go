package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"go.uber.org/goleak"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
	"inkwell/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// token is a delivery token as release makes them.
const token = "3f9ac81e77d24b0c9e5512ab34cd56ef"

// lesson is a small PDF of n pages, valid enough for those who count them.
func lesson(n int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [")
	for i := range n {
		fmt.Fprintf(&b, " %d 0 R", 3+i)
	}
	fmt.Fprintf(&b, " ] /Count %d >>\nendobj\n", n)
	for i := range n {
		fmt.Fprintf(&b, "%d 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n", 3+i)
	}
	b.WriteString("trailer\n<< /Root 1 0 R >>\n%%EOF\n")
	return b.Bytes()
}

// follow asks until the job has ended.
func follow(t *testing.T, p *Printer, job int) release.Progress {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; {
		at, err := p.Progress(context.Background(), job)
		if err != nil {
			t.Fatal(err)
		}
		if at.Phase == release.PhaseCompleted || at.Phase == release.PhaseEnded {
			return at
		}
		if time.Now().After(end) {
			t.Fatalf("job %d never ends: %+v", job, at)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// bench is a virtual printer behind a faulty line, and a client of it.
type bench struct {
	*Printer
	printer *simulate.Printer
	line    *ipptest.Faulty
}

func newBench(t *testing.T, change func(*Options)) *bench {
	t.Helper()
	return newModelBench(t, simulate.Everyday, change)
}

// newModelBench is a bench of another printer.
func newModelBench(t *testing.T, model simulate.Model, change func(*Options)) *bench {
	t.Helper()
	count := func(_ context.Context, document io.Reader) (int, error) {
		b, err := io.ReadAll(document)
		return bytes.Count(b, []byte("/Type /Page ")), err
	}
	printer, err := simulate.New(simulate.Options{Name: "Library", Model: model, PerPage: time.Millisecond, Count: count})
	if err != nil {
		t.Fatal(err)
	}
	line := ipptest.NewFaulty(t, printer.Handler())
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- printer.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	o := Options{URI: line.URI}
	if change != nil {
		change(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Printer: p, printer: printer, line: line}
}

var errand = release.Errand{Token: token, Format: "application/pdf", Copies: 1, Ticket: release.Ticket{Sides: "one-sided"}}

// begin opens the errand's job.
func (b *bench) begin(t *testing.T) int {
	t.Helper()
	job, err := b.Begin(context.Background(), errand)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// sent opens a job and gives it a document of n pages.
func (b *bench) sent(t *testing.T, n int) int {
	t.Helper()
	job := b.begin(t)
	if err := b.Send(context.Background(), errand, job, bytes.NewReader(lesson(n))); err != nil {
		t.Fatal(err)
	}
	return job
}

// phase waits until a job is in a phase.
func (b *bench) phase(t *testing.T, job int, want release.Phase) release.Progress {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		at, err := b.Progress(context.Background(), job)
		if err != nil {
			t.Fatal(err)
		}
		if at.Phase == want {
			return at
		}
		if time.Now().After(end) {
			t.Fatalf("job %d is never in phase %d: %+v", job, want, at)
		}
	}
}

// class names what an error means for the paper.
func class(err error) string {
	for _, c := range []struct {
		err  error
		name string
	}{{release.ErrRefused, "refused"}, {release.ErrBusy, "busy"}, {release.ErrUnreachable, "unreachable"}, {release.ErrGone, "gone"}} {
		if errors.Is(err, c.err) {
			return c.name
		}
	}
	if err == nil {
		return "done"
	}
	return "unsure"
}
