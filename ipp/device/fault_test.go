package device

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// quick is a client that has no time.
func quick(o *Options) { o.Ask, o.Stall = time.Second, time.Second }

// whole is a document that does not fit into the buffers of a connection.
func whole() []byte { return append(lesson(1), bytes.Repeat([]byte("% padding\n"), 1<<20)...) }

// A line that breaks while the document is on it leaves doubt, never a second
// document; and the printer's own list then tells what it has.
func TestF8ABrokenLineLeavesDoubt(t *testing.T) {
	t.Parallel()
	size := int64(len(whole()))
	for _, c := range []struct {
		name  string
		fault ipptest.Fault
		has   bool
	}{
		{"at byte 0", ipptest.ResetAfter(0), false},
		{"at byte 1", ipptest.ResetAfter(1), false},
		{"in the middle", ipptest.ResetAfter(size / 2), false},
		{"before the last byte", ipptest.ResetAfter(size - 1), false},
		{"after the last byte", ipptest.ResetAfter(size), false},
		{"before the answer", ipptest.ResetBeforeAnswer, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			ctx := context.Background()
			job := b.begin(t)
			b.line.Next(wire.OpSendDocument, c.fault)
			if err := b.Send(ctx, errand, job, bytes.NewReader(whole())); class(err) != "unsure" {
				t.Fatalf("send: %v", err)
			}
			if n := b.line.Served(wire.OpSendDocument); n != 1 {
				t.Errorf("sent %d times", n)
			}
			id, at, err := b.Find(ctx, token)
			if err != nil || id != job || (at.Phase == release.PhaseIncoming) == c.has {
				t.Errorf("found %d %+v, %v", id, at, err)
			}
		})
	}
}

// An answer to Create-Job that never came: the token finds the job.
func TestLostJob(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.line.Next(wire.OpCreateJob, ipptest.ResetBeforeAnswer)
	if _, err := b.Begin(context.Background(), errand); class(err) != "unsure" {
		t.Fatalf("begin: %v", err)
	}
	if id, at, err := b.Find(context.Background(), token); id != 1 || at.Phase != release.PhaseIncoming || err != nil {
		t.Errorf("found %d %+v, %v", id, at, err)
	}
}

func TestF7Unreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()
	notTLS := newBench(t, nil)
	for name, o := range map[string]Options{
		"nobody listens": {URI: "ipp://" + closed + "/ipp/print"},
		"dial gives up": {URI: "ipp://127.0.0.1/", Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("out of sockets")
		}},
		"no TLS there": {URI: strings.Replace(notTLS.line.URI, "ipp:", "ipps:", 1)},
	} {
		p, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		_, err = p.Status(ctx)
		_, begun := p.Begin(ctx, errand)
		sent := p.Send(ctx, errand, 1, bytes.NewReader(lesson(1)))
		_, progress := p.Progress(ctx, 1)
		_, _, find := p.Find(ctx, token)
		for what, err := range map[string]error{"status": err, "begin": begun, "send": sent, "progress": progress, "find": find, "cancel": p.Cancel(ctx, 1)} {
			if class(err) != "unreachable" {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// Whatever a printer does instead of answering, it costs little, ends in time, and
// leaves the question open.
func TestF9BadAnswers(t *testing.T) {
	t.Parallel()
	ok, err := wire.NewResponse(&wire.Message{Version: wire.Version20, RequestID: 1}, wire.StatusOK, "").Encode()
	if err != nil {
		t.Fatal(err)
	}
	nested := append(bytes.Clone(ok[:len(ok)-1]), "\x02\x34\x00\x01c\x00\x00"+strings.Repeat("\x4a\x00\x00\x00\x01m\x34\x00\x00\x00\x00", 90_000)...)
	for name, fault := range map[string]ipptest.Fault{
		"silence":           ipptest.Silence,
		"one byte a second": ipptest.Crawl(time.Second),
		"without end":       ipptest.Endless,
		"nothing":           ipptest.Answer(nil),
		"cut short":         ipptest.Answer(ok[:len(ok)-1]),
		"a page":            ipptest.Answer([]byte("<!doctype html><title>Sign in</title>")),
		"not even IPP":      ipptest.HTTP(200),
		"another's answer":  ipptest.Lie(func(m *wire.Message) { m.RequestID ^= 1 << 20 }),
		"nested":            ipptest.Answer(nested),
		"negative length":   ipptest.Answer(append(bytes.Clone(ok[:len(ok)-1]), 0x44, 0xff, 0xff)),
		"reset":             ipptest.ResetAfter(0),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			job := b.begin(t)
			p, err := New(Options{URI: b.line.URI, Ask: time.Second, Stall: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			for _, op := range []wire.Op{wire.OpCreateJob, wire.OpSendDocument, wire.OpGetJobAttributes, wire.OpGetJobs, wire.OpCancelJob} {
				b.line.Always(op, fault)
			}
			ctx := context.Background()
			for tries := 0; ; tries++ { // on a busy machine a second may not do
				if _, err := p.Status(ctx); err == nil {
					break
				} else if tries == 20 {
					t.Fatal(err)
				}
			}
			start := time.Now()
			_, begun := p.Begin(ctx, errand)
			sent := p.Send(ctx, errand, job, bytes.NewReader(lesson(1)))
			_, progress := p.Progress(ctx, job)
			_, _, find := p.Find(ctx, token)
			for what, err := range map[string]error{"begin": begun, "send": sent, "progress": progress, "find": find, "cancel": p.Cancel(ctx, job)} {
				if class(err) != "unsure" {
					t.Errorf("%s: %v", what, err)
				}
			}
			if spent := time.Since(start); spent > 2*time.Minute {
				t.Errorf("took %v", spent)
			}
		})
	}
}

// An answer about another job says nothing about ours.
func TestWrongJob(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	job := b.sent(t, 1)
	b.line.Next(wire.OpGetJobAttributes, ipptest.Say(wire.JobGroup, wire.Integer("job-id", job+1)))
	if at, err := b.Progress(context.Background(), job); class(err) != "unsure" {
		t.Errorf("progress: %+v, %v", at, err)
	}
	for _, id := range []int{0, -1, 1<<31 - 1} {
		b.line.Next(wire.OpCreateJob, ipptest.Say(wire.JobGroup, wire.Integer("job-id", id)))
		if _, err := b.Begin(context.Background(), errand); class(err) != "unsure" {
			t.Errorf("begun as %d: %v", id, err)
		}
	}
}

// A printer that takes nothing of a long document, or all of it and then is
// silent, is given up after a while.
func TestF9Stall(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]ipptest.Fault{"deaf": ipptest.Deaf, "silent": ipptest.Silence} {
		b := newBench(t, quick)
		job := b.begin(t)
		b.line.Next(wire.OpSendDocument, fault)
		err := b.Send(context.Background(), errand, job, bytes.NewReader(whole()))
		if class(err) != "unsure" || !errors.Is(err, errStalled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A slow printer is not a dead one: as long as it takes something now and then,
// the document goes on.
func TestSlowIsNotStalled(t *testing.T) {
	t.Parallel()
	b := newBench(t, quick)
	job := b.begin(t)
	b.line.Next(wire.OpSendDocument, func(x *ipptest.Exchange) {
		for range 5 {
			time.Sleep(250 * time.Millisecond)
			_, _ = io.CopyN(io.Discard, x.Document, 2<<20)
		}
		ipptest.Status(wire.StatusOK)(x)
	})
	if err := b.Send(context.Background(), errand, job, bytes.NewReader(whole())); err != nil {
		t.Error(err)
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	job := b.begin(t)
	ctx, cancel := context.WithCancel(context.Background())
	b.line.Next(wire.OpSendDocument, func(x *ipptest.Exchange) {
		cancel()
		x.Wait()
	})
	if err := b.Send(ctx, errand, job, bytes.NewReader(whole())); class(err) != "unsure" || !errors.Is(err, context.Canceled) {
		t.Errorf("send: %v", err)
	}
}

// A document of ours that cannot be read is our fault, and said to be.
func TestUnreadableDocument(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	job := b.begin(t)
	broken := errors.New("the disk is gone")
	document := io.MultiReader(bytes.NewReader(whole()), iotest.ErrReader(broken))
	if err := b.Send(context.Background(), errand, job, document); !errors.Is(err, broken) {
		t.Errorf("send: %v", err)
	}
	if _, at, err := b.Find(context.Background(), token); at.Phase != release.PhaseIncoming || err != nil {
		t.Errorf("found %+v, %v", at, err)
	}
}

// A printer that says yes before it has everything has not taken everything.
func TestHastyYes(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	job := b.begin(t)
	b.line.Next(wire.OpSendDocument, func(x *ipptest.Exchange) {
		early, err := wire.NewResponse(x.Request, wire.StatusOK, "").Encode()
		if err != nil {
			t.Error(err)
		}
		x.Write(early)
	})
	if err := b.Send(context.Background(), errand, job, &endless{}); class(err) != "unsure" {
		t.Errorf("send: %v", err)
	}
}

// Whoever handed a document in may close it once Send has returned, whatever HTTP
// still does.
func TestStoppedSource(t *testing.T) {
	t.Parallel()
	document := &endless{}
	s := &source{in: document}
	if n, err := s.Read(make([]byte, 8)); n != 8 || err != nil {
		t.Fatalf("read %d, %v", n, err)
	}
	if err := s.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if n, err := s.Read(make([]byte, 8)); n != 0 || err == nil || document.reads != 1 {
		t.Errorf("read %d more, %v; %d reads", n, err, document.reads)
	}
}

type endless struct{ reads int }

func (e *endless) Read(p []byte) (int, error) {
	e.reads++
	return len(p), nil
}

// A gigabyte of an answer costs no more than the megabyte that is looked at, whatever was
// asked: 32 MiB in all for each question, most of it given back at once.
func TestF9AnEndlessAnswerIsCheap(t *testing.T) {
	b := newBench(t, nil)
	ctx := context.Background()
	job := b.begin(t)
	for op, ask := range map[wire.Op]func() error{
		wire.OpGetJobs:              func() error { _, _, err := b.Find(ctx, token); return err },
		wire.OpGetJobAttributes:     func() error { _, err := b.Progress(ctx, job); return err },
		wire.OpGetPrinterAttributes: func() error { _, err := b.Status(ctx); return err },
		wire.OpCreateJob:            func() error { _, err := b.Begin(ctx, errand); return err },
		wire.OpSendDocument:         func() error { return b.Send(ctx, errand, job, bytes.NewReader(lesson(1))) },
		wire.OpCancelJob:            func() error { return b.Cancel(ctx, job) },
	} {
		b.line.Next(op, ipptest.Endless)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := ask()
		runtime.ReadMemStats(&after)
		if class(err) != "unsure" {
			t.Errorf("%s: %v", op, err)
		}
		if cost := after.TotalAlloc - before.TotalAlloc; cost > 32<<20 {
			t.Errorf("%s cost %d bytes", op, cost)
		}
	}
}

// Proxies of the environment are for browsers, not for documents of pupils; and a
// connection that is kept could break without telling what had been sent.
func TestTransport(t *testing.T) {
	t.Parallel()
	p, err := New(Options{URI: "ipps://printer.school/ipp/print", TLS: &tls.Config{ServerName: "copier"}}) //nolint:gosec // the client raises the version
	if err != nil {
		t.Fatal(err)
	}
	transport := p.http.client.Transport.(*http.Transport)
	if transport.Proxy != nil || !transport.DisableKeepAlives {
		t.Errorf("proxy %v, keep-alives %v", transport.Proxy != nil, !transport.DisableKeepAlives)
	}
	if c := transport.TLSClientConfig; c.InsecureSkipVerify || c.MinVersion != tls.VersionTLS12 || c.ServerName != "copier" {
		t.Errorf("TLS %+v", c)
	}
}
