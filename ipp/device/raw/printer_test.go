package raw

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"inkwell/ipp/ipptest"
	"inkwell/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ours     = "3f9ac81e77d24b0c9e5512ab34cd56ef"
	patience = time.Minute
)

var errand = release.Errand{Token: ours, Format: "application/pdf", Copies: 1}

// lesson is as much of a PDF as a sink counts, of n pages and so many more bytes.
func lesson(n, more int) []byte {
	return []byte("%PDF-1.4\n" + strings.Repeat("/Type /Page \n", n) + strings.Repeat("x", more))
}

// bench is a printer on a port and a client of it.
type bench struct {
	*Printer
	sink *ipptest.Sink
}

func newBench(t *testing.T, o ipptest.SinkOptions, change ...func(*Options)) *bench {
	t.Helper()
	sink := ipptest.NewSink(t, o)
	own := Options{Address: strings.TrimPrefix(sink.URI, "socket://"), Answer: 200 * time.Millisecond, Quiet: 200 * time.Millisecond}
	if o.Talks {
		own.Answer = patience // it does
	}
	for _, c := range change {
		c(&own)
	}
	p := New(own)
	t.Cleanup(func() { _ = p.Close() })
	return &bench{Printer: p, sink: sink}
}

// begin begins the errand's job.
func (b *bench) begin(t *testing.T) int {
	t.Helper()
	job, err := b.Begin(context.Background(), errand)
	if err != nil || job < 1 {
		t.Fatalf("begin: %d, %v", job, err)
	}
	return job
}

// until asks until the job is in a phase.
func (b *bench) until(t *testing.T, job int, want release.Phase) release.Progress {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) { // between two looks
		at, err := b.Progress(context.Background(), job)
		if err != nil {
			t.Fatal(err)
		}
		if at.Phase == want {
			return at
		}
		if time.Now().After(end) {
			t.Fatalf("never in phase %d: %+v", want, at)
		}
	}
}

// lost asks until the printer has lost the job, which then nobody can find.
func (b *bench) lost(t *testing.T, job int) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) { // between two looks
		at, err := b.Progress(context.Background(), job)
		if errors.Is(err, release.ErrGone) {
			break
		}
		if err != nil || at.Phase == release.PhaseCompleted || time.Now().After(end) {
			t.Fatalf("not lost: %+v, %v", at, err)
		}
	}
	if _, at, err := b.Find(context.Background(), ours); !errors.Is(err, release.ErrCannotTell) || errors.Is(err, release.ErrGone) {
		t.Errorf("found %+v, %v", at, err)
	}
}

// A printer that talks tells of its pages, whatever was asked of it came in PJL, and it
// was told nothing of whose job it is.
func TestTalks(t *testing.T) {
	t.Parallel()
	b := newBench(t, ipptest.SinkOptions{Talks: true, PerPage: 20 * time.Millisecond})
	ctx := context.Background()
	if st, err := b.Status(ctx); err != nil || st.State != release.PrinterIdle || !st.Accepting || len(st.Reasons) != 0 {
		t.Errorf("status %+v, %v", st, err)
	}
	e := errand
	e.Copies, e.Ticket = 2, release.Ticket{Sides: "two-sided-short-edge", ColorMode: "color", Media: "iso_a3_297x420mm"}
	job, err := b.Begin(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Send(ctx, e, job, bytes.NewReader(lesson(3, 100_000))); err != nil {
		t.Fatal(err)
	}
	if st, err := b.Status(ctx); err != nil || st.State == release.PrinterStopped {
		t.Errorf("while it prints: %+v, %v", st, err)
	}
	if at := b.until(t, job, release.PhaseCompleted); at.Impressions != 6 {
		t.Errorf("done: %+v", at)
	}
	if at := b.until(t, job, release.PhaseCompleted); at.Impressions != 6 {
		t.Errorf("asked again: %+v", at)
	}
	if found, at, err := b.Find(ctx, ours); err != nil || found != job || at.Phase != release.PhaseCompleted {
		t.Errorf("found %d, %+v, %v", found, at, err)
	}
	if _, _, err := b.Find(ctx, "00000000000000000000000000000000"); !errors.Is(err, release.ErrCannotTell) {
		t.Errorf("somebody else's: %v", err)
	}
	got := b.sink.Jobs()
	want := "map[BINDING:SHORTEDGE DUPLEX:ON PAPER:A3 QTY:2 RENDERMODE:COLOR]"
	if len(got) != 1 || got[0].Name != ours || !got[0].Whole || got[0].Language != "PDF" || fmt.Sprint(got[0].Set) != want || !bytes.Equal(got[0].Document, lesson(3, 100_000)) {
		t.Errorf("%d jobs, the first %s: %v", len(got), got[0].Name, got[0].Set)
	}
	if err := b.Cancel(ctx, job); !errors.Is(err, release.ErrGone) {
		t.Errorf("cancel after the end: %v", err)
	}
}

// One that says nothing has a job when it has taken all bytes and the connection has
// ended in order; how many pages came out it does not say.
func TestSilent(t *testing.T) {
	t.Parallel()
	b := newBench(t, ipptest.SinkOptions{})
	ctx := context.Background()
	for range 2 { // the second time it is not even asked
		if st, err := b.Status(ctx); err != nil || st.State != release.PrinterIdle || !st.Accepting {
			t.Errorf("status %+v, %v", st, err)
		}
	}
	for range 2 {
		job := b.begin(t)
		if err := b.Send(ctx, errand, job, bytes.NewReader(lesson(2, 0))); err != nil {
			t.Fatal(err)
		}
		if at := b.until(t, job, release.PhaseCompleted); at.Impressions != -1 || at.Sheets != -1 {
			t.Errorf("done: %+v", at)
		}
	}
	if jobs := b.sink.Jobs(); len(jobs) != 2 || !jobs[1].Whole || jobs[1].Printed != 2 {
		t.Errorf("jobs %+v", jobs)
	}
}

// One that never says that a job has ended is believed when it has nothing to do.
func TestEndless(t *testing.T) {
	t.Parallel()
	b := newBench(t, ipptest.SinkOptions{Talks: true, Endless: true})
	job := b.begin(t)
	if err := b.Send(context.Background(), errand, job, bytes.NewReader(lesson(2, 0))); err != nil {
		t.Fatal(err)
	}
	if at := b.until(t, job, release.PhaseCompleted); at.Impressions != 2 {
		t.Errorf("done: %+v", at)
	}
}

// A jam in the middle shows, and the job goes on after it.
func TestJam(t *testing.T) {
	t.Parallel()
	for code, reason := range map[int]string{ipptest.SinkJam: "media-jam-error", ipptest.SinkPaperOut: "media-empty-error", ipptest.SinkCoverOpen: "cover-open-error"} {
		b := newBench(t, ipptest.SinkOptions{Talks: true})
		b.sink.Fault(code)
		ctx := context.Background()
		if st, err := b.Status(ctx); err != nil || st.State != release.PrinterStopped || fmt.Sprint(st.Reasons) != "["+reason+"]" {
			t.Errorf("%d: %+v, %v", code, st, err)
		}
		job := b.begin(t)
		if err := b.Send(ctx, errand, job, bytes.NewReader(lesson(2, 0))); err != nil {
			t.Fatal(err)
		}
		if at := b.until(t, job, release.PhaseStopped); fmt.Sprint(at.Reasons) != "["+reason+"]" {
			t.Errorf("%d: %+v", code, at)
		}
		if st, err := b.Status(ctx); err != nil || st.State != release.PrinterStopped {
			t.Errorf("%d, asked while it has our job: %+v, %v", code, st, err)
		}
		b.sink.Fault(ipptest.SinkReady)
		if at := b.until(t, job, release.PhaseCompleted); at.Impressions != 2 {
			t.Errorf("%d: %+v", code, at)
		}
	}
}

// A job that is cancelled while the printer stands still cannot be taken back: it is lost
// from sight.
func TestCancel(t *testing.T) {
	t.Parallel()
	b := newBench(t, ipptest.SinkOptions{Talks: true})
	b.sink.Fault(ipptest.SinkJam)
	job := b.begin(t)
	if err := b.Send(context.Background(), errand, job, bytes.NewReader(lesson(2, 0))); err != nil {
		t.Fatal(err)
	}
	b.until(t, job, release.PhaseStopped)
	if err := b.Cancel(context.Background(), job); err != nil {
		t.Fatal(err)
	}
	b.lost(t, job)
}

// What breaks before the first byte was never sent; what breaks after it is lost from
// sight, and no error of ours makes it anything else.
func TestBreaks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	whole := bytes.NewReader(lesson(2, 8<<20))
	t.Run("switched off", func(t *testing.T) {
		b := newBench(t, ipptest.SinkOptions{})
		b.sink.SwitchOff()
		job := b.begin(t)
		if err := b.Send(ctx, errand, job, bytes.NewReader(lesson(1, 0))); !errors.Is(err, release.ErrUnreachable) {
			t.Error(err)
		}
		if _, err := b.Status(ctx); !errors.Is(err, release.ErrUnreachable) {
			t.Error(err)
		}
		if err := b.Cancel(ctx, job); !errors.Is(err, release.ErrGone) {
			t.Error(err)
		}
	})
	t.Run("cut in the middle", func(t *testing.T) {
		for _, talks := range []bool{true, false} {
			b := newBench(t, ipptest.SinkOptions{Talks: talks})
			b.sink.CutNext()
			job := b.begin(t)
			if err := b.Send(ctx, errand, job, whole); unsure(err) {
				b.lost(t, job)
			} else {
				t.Error(err)
			}
		}
	})
	t.Run("our own disk at the start", func(t *testing.T) {
		b, disk := newBench(t, ipptest.SinkOptions{}), errors.New("disk")
		if err := b.Send(ctx, errand, b.begin(t), iotest.ErrReader(disk)); !errors.Is(err, disk) || len(b.sink.Jobs()) != 0 {
			t.Error(err)
		}
	})
	t.Run("our own disk in the middle", func(t *testing.T) {
		for _, disk := range []error{errors.New("disk"), io.ErrUnexpectedEOF, fmt.Errorf("read: %w", io.EOF)} {
			b := newBench(t, ipptest.SinkOptions{})
			job := b.begin(t)
			if err := b.Send(ctx, errand, job, io.MultiReader(bytes.NewReader(lesson(1, 99_000)), iotest.ErrReader(disk))); !unsure(err) || errors.Is(err, disk) {
				t.Error(err)
			}
			b.lost(t, job)
		}
	})
	t.Run("told to end", func(t *testing.T) {
		b := newBench(t, ipptest.SinkOptions{Talks: true})
		job := b.begin(t)
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		slow := readerFunc(func(p []byte) (int, error) {
			stop()
			return len(p), nil
		})
		if err := b.Send(ctx, errand, job, io.MultiReader(bytes.NewReader(lesson(1, 64<<10)), slow)); !unsure(err) {
			t.Error(err)
		}
		b.lost(t, job)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// unsure says whether an error leaves open what prints.
func unsure(err error) bool {
	for _, certain := range []error{nil, release.ErrRefused, release.ErrBusy, release.ErrUnreachable, release.ErrGone} {
		if errors.Is(err, certain) {
			return false
		}
	}
	return true
}

// A printer that takes nothing more is given up after a while.
func TestStall(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and reads nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := New(Options{Address: l.Addr().String(), Stall: 100 * time.Millisecond})
	defer p.Close()
	job, err := p.Begin(context.Background(), errand)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(context.Background(), errand, job, bytes.NewReader(lesson(1, 64<<20))); !unsure(err) {
		t.Error(err)
	}
	(&bench{Printer: p}).lost(t, job)
}

// A printer that floods the back-channel costs no memory, and its job ends as any other.
func TestFlood(t *testing.T) { // alone, for it looks at the program's memory
	const flood = 8 << 20
	b := newBench(t, ipptest.SinkOptions{Talks: true})
	b.sink.FloodNext(flood)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	job := b.begin(t)
	if err := b.Send(context.Background(), errand, job, bytes.NewReader(lesson(2, 0))); err != nil {
		t.Fatal(err)
	}
	if at := b.until(t, job, release.PhaseCompleted); at.Impressions != 2 {
		t.Errorf("%+v", at)
	}
	runtime.ReadMemStats(&after)
	if more := after.TotalAlloc - before.TotalAlloc; more > flood/4 {
		t.Errorf("%d bytes more", more)
	}
}

// Nothing in a document, a token or a ticket gets to be a command.
func TestNoInjection(t *testing.T) {
	t.Parallel()
	b := newBench(t, ipptest.SinkOptions{Talks: true})
	ctx := context.Background()
	for _, bad := range []release.Errand{
		{Token: "x\"\r\n@PJL DEFAULT", Format: "application/pdf"}, {Token: strings.ToUpper(ours), Format: "application/pdf"},
		{Format: "application/pdf"}, {Token: ours, Format: "application/postscript"},
	} {
		if _, err := b.Begin(ctx, bad); !errors.Is(err, release.ErrRefused) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	const command = uel + "@PJL DEFAULT PASSWORD=1\r\n"
	if err := b.Send(ctx, errand, b.begin(t), strings.NewReader("%PDF-1.4 "+command)); !errors.Is(err, release.ErrRefused) {
		t.Errorf("at the start: %v", err)
	}
	for at := range len(uel) + 2 { // on both sides of where a piece ends
		document := strings.Repeat("x", 64<<10-at) + command
		if err := b.Send(ctx, errand, b.begin(t), iotest.HalfReader(strings.NewReader(document))); !unsure(err) {
			t.Errorf("%d before the end of a piece: %v", at, err)
		}
	}
	for _, job := range b.sink.Jobs() {
		if job.Whole {
			t.Errorf("%d bytes were taken for a whole job", len(job.Document))
		}
	}
	e := errand
	e.Ticket = release.Ticket{Media: "custom_x\r\n@PJL_1x1mm", Sides: "\r\n@PJL", ColorMode: "\r\n@PJL", Quality: 4}
	if got := head(e, release.Capabilities{}); strings.Contains(got, "custom") || strings.Count(got, "\n") != strings.Count(got, "\n@PJL ")+1 {
		t.Errorf("%q", got)
	}
}

// What a printer says is read as PJL, and nothing else comes of it.
func TestHear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		says  string
		pages int
		code  int
		end   bool
	}{
		{"@PJL USTATUS PAGE\r\n3\r\n", 3, 0, false},
		{"@PJL USTATUS PAGE\n3\n", 3, 0, false},
		{"@PJL  USTATUS  PAGE\r\n3", 3, 0, false},
		{"@PJL USTATUS PAGE\r\n-3\r\n", -1, 0, false},
		{"@PJL USTATUS PAGE\r\n2147483648\r\n", -1, 0, false},
		{"@PJL USTATUS PAGE\r\n99999999999999999999\r\n", -1, 0, false},
		{"@PJL USTATUS PAGE\r\n", -1, 0, false},
		{"@PJL USTATUS JOB\r\nEND\r\nNAME=\"" + ours + "\"\r\nPAGES=4\r\n", 4, 0, true},
		{"@PJL USTATUS JOB\r\nEND\r\nNAME = \"" + ours + "\"\r\nPAGES = 4\r\n", 4, 0, true},
		{"@PJL USTATUS JOB\r\nEND\r\n", -1, 0, true},
		{"@PJL USTATUS JOB\r\nEND\r\nNAME=\"other\"\r\nPAGES=4\r\n", -1, 0, false},
		{"@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY=\"COVER\"\r\nONLINE=FALSE\r\n", -1, 40021, false},
		{"@PJL INFO STATUS\r\nCODE=-1\r\n", -1, 0, false},
		{"@PJL INFO STATUS\r\nCODE=x\r\n", -1, 0, false},
		{"@PJL INFO ID\r\n\"LASERJET\"\r\n", -1, 0, false},
		{"rubbish\x00\xff", -1, 0, false},
		{"", -1, 0, false},
	} {
		l := &line{token: ours, pages: -1, began: true, told: make(chan struct{})}
		l.hear(read([]byte(c.says)))
		if l.pages != c.pages || l.code != c.code || l.end != c.end {
			t.Errorf("%q: %d pages, code %d, end %v", c.says, l.pages, l.code, l.end)
		}
	}
}
