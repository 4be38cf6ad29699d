package ipp

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"inkwell/ipp/wire"
)

// bench is a server under test with its fake desk.
type bench struct {
	desk *fakeDesk
	dir  *fakeDirectory
	http *httptest.Server
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{desk: &fakeDesk{}, dir: &fakeDirectory{}}
	b.http = httptest.NewServer(b.handler(t))
	t.Cleanup(b.http.Close)
	return b
}

func (b *bench) handler(t *testing.T) *Server {
	t.Helper()
	s, err := New(Options{Desk: b.desk, Directory: b.dir, Log: slog.New(slog.DiscardHandler), Installation: "test", MaxBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// uri is the address of a queue with a scheme of ipp, for user if one is named.
func (b *bench) uri(path, user string) string {
	u, _ := url.Parse(b.http.URL)
	u.Scheme, u.Path = "ipp", path
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}

// ask is a request to a queue.
type ask struct {
	op       wire.Op
	path     string // of the queue; "" is the hold queue's
	user     string // signs in with HTTP Basic, unless ""
	secret   string // instead of the right password
	agent    string // User-Agent
	language string // attributes-natural-language, unless ""
	attrs    []wire.Attribute
	job      []wire.Attribute
	subs     []wire.Attributes // groups of subscription attributes
	printer  []wire.Attribute
	doc      io.Reader
}

// message is the IPP part of the request.
func (a ask) message(b *bench) *wire.Message {
	m := wire.NewRequest(a.op, 7, append([]wire.Attribute{wire.URI("printer-uri", b.uri(a.path, ""))}, a.attrs...)...)
	if a.language != "" {
		m.Speak(a.language)
	}
	if len(a.job) > 0 {
		m.Add(wire.NewGroup(wire.JobGroup, a.job...))
	}
	for _, s := range a.subs {
		m.Add(wire.NewGroup(wire.SubscriptionGroup, s...))
	}
	if len(a.printer) > 0 {
		m.Add(wire.NewGroup(wire.PrinterGroup, a.printer...))
	}
	return m
}

// post sends the request and returns the HTTP answer with its whole body.
func (b *bench) post(t *testing.T, a ask) (*http.Response, []byte) {
	t.Helper()
	if a.path == "" {
		a.path = holdQueue.Path
	}
	raw, err := a.message(b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	var body io.Reader = bytes.NewReader(raw)
	if a.doc != nil {
		body = io.MultiReader(body, a.doc)
	}
	r, err := http.NewRequest(http.MethodPost, b.http.URL+a.path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", wire.ContentType)
	r.Header.Set("User-Agent", a.agent)
	if a.user != "" {
		r.SetBasicAuth(a.user, orDefault(a.secret, password))
	}
	return send(t, r)
}

func send(t *testing.T, r *http.Request) (*http.Response, []byte) {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, raw
}

// do sends a request that must be answered in IPP, and reads the answer.
func (b *bench) do(t *testing.T, a ask) *wire.Message {
	t.Helper()
	answer, raw := b.post(t, a)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: HTTP %d: %s", a.op, answer.StatusCode, raw)
	}
	return readReply(t, answer, raw)
}

func readReply(t *testing.T, answer *http.Response, raw []byte) *wire.Message {
	t.Helper()
	if got := answer.Header.Get("Content-Type"); got != wire.ContentType {
		t.Errorf("Content-Type is %q", got)
	}
	reply, err := wire.ReadReply(bytes.NewReader(raw), wire.ForReplies)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

// want checks the status of an answer and that a refusal says something.
func want(t *testing.T, reply *wire.Message, status wire.Status) {
	t.Helper()
	say, _ := reply.Operation().String("status-message")
	if reply.Status() != status {
		t.Fatalf("status is %s (%q), want %s", reply.Status(), say, status)
	}
	if !status.OK() && len(say) < 10 {
		t.Errorf("a refusal without a sentence: %q", say)
	}
}

// jobNumber is the job-id of an answer.
func jobNumber(t *testing.T, reply *wire.Message) int {
	t.Helper()
	id, err := reply.First(wire.JobGroup).Int("job-id")
	if err != nil {
		t.Fatal(err)
	}
	return id
}
