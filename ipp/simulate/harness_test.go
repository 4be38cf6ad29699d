package simulate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"inkwell/ipp/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a running printer whose time passes one impression at a time, when the
// test says so.
type rig struct {
	*Printer
	t     *testing.T
	url   string // of the printer's own web server
	steps chan struct{}
	late  atomic.Int64 // how far the clock has gone
}

// later lets time pass without printing.
func (r *rig) later(d time.Duration) { r.late.Add(int64(d)) }

// pdf is a document of n pages for countPages.
func pdf(n int) []byte { return []byte(fmt.Sprintf("%%PDF-1.7\npages=%d\n", n)) }

func countPages(_ context.Context, document io.Reader) (n int, err error) {
	b, err := io.ReadAll(document)
	if err != nil {
		return 0, err
	}
	_, err = fmt.Sscanf(string(b), "%%PDF-1.7\npages=%d\n", &n)
	return n, err
}

func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, steps: make(chan struct{})}
	start := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	o := Options{
		Name: "Library", Room: "Ground floor", PerPage: time.Second, Count: countPages,
		Now: func() time.Time { return start.Add(time.Duration(r.late.Load())) },
		Wait: func(ctx context.Context, _ time.Duration) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-r.steps:
				return nil
			}
		},
	}
	if change != nil {
		change(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Printer = p
	server := httptest.NewServer(p.Handler())
	r.url = server.URL
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		server.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	return r
}

// page lets n impressions out.
func (r *rig) page(n int) {
	r.t.Helper()
	for range n {
		select {
		case r.steps <- struct{}{}:
		case <-time.After(2 * time.Minute):
			r.t.Fatalf("the printer does not print: %+v", r.Jobs())
		}
	}
}

// until waits until the job looks as wanted.
func (r *rig) until(id int, what string, ok func(JobView) bool) JobView {
	r.t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		r.mu.Lock()
		wake := r.wake
		r.mu.Unlock()
		for _, v := range r.Jobs() {
			if v.ID == id && ok(v) {
				return v
			}
		}
		select {
		case <-wake:
		case <-deadline:
			r.t.Fatalf("job %d is never %s: %+v", id, what, r.Jobs())
		}
	}
}

func (r *rig) untilState(id, state, printed int) JobView {
	r.t.Helper()
	return r.until(id, fmt.Sprintf("in state %d with %d printed", state, printed), func(v JobView) bool {
		return v.State == state && v.Printed == printed
	})
}

// ask sends a request with a document and returns the answer.
func (r *rig) ask(op wire.Op, document []byte, job wire.Attributes, attrs ...wire.Attribute) *wire.Message {
	r.t.Helper()
	attrs = append([]wire.Attribute{wire.URI("printer-uri", "ipp://anything/ipp/print")}, attrs...)
	req := wire.NewRequest(op, 5, attrs...)
	if job != nil {
		req.Add(wire.NewGroup(wire.JobGroup, job...))
	}
	return r.send(req, document)
}

func (r *rig) send(req *wire.Message, document []byte) *wire.Message {
	r.t.Helper()
	head, err := req.Encode()
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := http.Post(r.url+printPath, wire.ContentType, bytes.NewReader(append(head, document...)))
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	resp, err := wire.ReadReply(answer.Body, wire.ForReplies)
	if err != nil {
		r.t.Fatalf("HTTP %s: %v", answer.Status, err)
	}
	if resp.RequestID != req.RequestID {
		r.t.Fatalf("request-id %d answered with %d", req.RequestID, resp.RequestID)
	}
	return resp
}

// print sends a PDF of n pages with a ticket and returns the job's id.
func (r *rig) print(n int, ticket ...wire.Attribute) int {
	r.t.Helper()
	resp := r.ask(wire.OpPrintJob, pdf(n), ticket, wire.Name("job-name", "3f9ac81e77d24b0c"), wire.Name("requesting-user-name", "inkwell"))
	return r.id(resp)
}

func (r *rig) id(resp *wire.Message) int {
	r.t.Helper()
	id, err := resp.First(wire.JobGroup).Int("job-id")
	if err != nil || !resp.Status().OK() {
		r.t.Fatalf("no job: %s %v", resp.Status(), err)
	}
	return id
}

// attrs asks for a job's or, with id 0, the printer's attributes.
func (r *rig) attrs(id int, names ...string) wire.Attributes {
	r.t.Helper()
	want := wire.Keyword("requested-attributes", names...)
	if len(names) == 0 {
		want = wire.Keyword("requested-attributes", "all")
	}
	if id == 0 {
		return r.ask(wire.OpGetPrinterAttributes, nil, nil, want).First(wire.PrinterGroup)
	}
	return r.ask(wire.OpGetJobAttributes, nil, nil, wire.Integer("job-id", id), want).First(wire.JobGroup)
}

// expect compares attributes written as "name=value" with those there.
func (r *rig) expect(a wire.Attributes, want ...string) {
	r.t.Helper()
	for _, w := range want {
		name, value, _ := strings.Cut(w, "=")
		attr, ok := a.Find(name)
		if got := attr.Values.String(); !ok || got != value {
			r.t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
}
