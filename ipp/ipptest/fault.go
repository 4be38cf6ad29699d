package ipptest

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/ipp/wire"
)

// Faulty is a printer that answers as the one behind it does, until it is told to
// fail.
type Faulty struct {
	URI    string // printer-uri
	behind http.Handler

	mu       sync.Mutex
	armed    map[wire.Op]Fault
	served   map[wire.Op]int
	requests int
	ended    chan struct{}
}

// Fault is a way to fail one request.
type Fault func(x *Exchange)

// Exchange is one request in the hands of a Fault.
type Exchange struct {
	Request  *wire.Message
	Document io.Reader // what follows the attributes
	w        http.ResponseWriter
	r        *http.Request
	head     []byte
	f        *Faulty
}

// NewFaulty starts a printer in front of another, such as a simulate.Printer's
// Handler.
func NewFaulty(t testing.TB, behind http.Handler) *Faulty {
	t.Helper()
	f := &Faulty{behind: behind, armed: map[wire.Op]Fault{}, served: map[wire.Op]int{}, ended: make(chan struct{})}
	server := httptest.NewServer(f)
	t.Cleanup(func() {
		close(f.ended)
		server.CloseClientConnections()
		server.Close()
	})
	f.URI = strings.Replace(server.URL, "http", "ipp", 1) + "/ipp/print"
	return f
}

// Next makes the next request of that operation fail; those after it are served.
func (f *Faulty) Next(op wire.Op, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed[op] = fault
}

// Always makes every request of that operation fail.
func (f *Faulty) Always(op wire.Op, fault Fault) {
	f.Next(op, func(x *Exchange) {
		f.Always(op, fault)
		fault(x)
	})
}

// Served is how many requests of that operation have come, failed ones too.
func (f *Faulty) Served(op wire.Op) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.served[op]
}

// Requests is how many HTTP requests have come, whatever they were.
func (f *Faulty) Requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.requests
}

// ServeHTTP is the printer.
func (f *Faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests++
	f.mu.Unlock()
	req, err := wire.Read(r.Body, wire.ForRequests)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	head, err := req.Encode()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	f.mu.Lock()
	fault := f.armed[req.Op()]
	delete(f.armed, req.Op())
	f.served[req.Op()]++
	f.mu.Unlock()
	x := &Exchange{Request: req, Document: r.Body, w: w, r: r, head: head, f: f}
	if fault == nil {
		fault = func(x *Exchange) { x.Write(x.Forward()) }
	}
	fault(x)
}

// Forward hands the request, with all of its document, to the printer behind and
// returns its answer.
func (x *Exchange) Forward() []byte {
	inner := x.r.Clone(x.r.Context())
	inner.Body = io.NopCloser(io.MultiReader(bytes.NewReader(x.head), x.Document))
	answer := httptest.NewRecorder()
	x.f.behind.ServeHTTP(answer, inner)
	return answer.Body.Bytes()
}

// Write answers with these bytes, which need not be IPP.
func (x *Exchange) Write(b []byte) {
	x.w.Header().Set("Content-Type", wire.ContentType)
	_, _ = x.w.Write(b)
}

// Reset ends the connection as a printer that lost its power does.
func (x *Exchange) Reset() {
	conn, _, err := x.w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// Wait waits until the client has gone away or the test has ended.
func (x *Exchange) Wait() {
	select {
	case <-x.r.Context().Done():
	case <-x.f.ended:
	}
}

// ResetAfter resets after n bytes of the document; the printer behind hears
// nothing of it.
func ResetAfter(n int64) Fault {
	return func(x *Exchange) {
		_, _ = io.CopyN(io.Discard, x.Document, n)
		x.Reset()
	}
}

// ResetBeforeAnswer lets the printer do what was asked and resets instead of
// answering.
func ResetBeforeAnswer(x *Exchange) {
	x.Forward()
	x.Reset()
}

// Silence takes everything and never answers.
func Silence(x *Exchange) {
	_, _ = io.Copy(io.Discard, x.Document)
	x.Wait()
}

// Deaf never reads the document and never answers.
func Deaf(x *Exchange) { x.Wait() }

// Crawl answers right, a byte at a time with a pause before each.
func Crawl(pause time.Duration) Fault {
	return func(x *Exchange) {
		for _, b := range x.Forward() {
			select {
			case <-time.After(pause):
			case <-x.r.Context().Done():
				return
			}
			x.Write([]byte{b})
			x.w.(http.Flusher).Flush()
		}
	}
}

// Endless answers with attributes that never end, as fast as they are taken.
func Endless(x *Exchange) {
	_, _ = io.Copy(io.Discard, x.Document)
	begin, err := wire.NewResponse(x.Request, wire.StatusOK, "").Encode()
	if err != nil {
		panic(err)
	}
	x.Write(begin[:len(begin)-1])
	filler := bytes.Repeat([]byte("\x41\x00\x01a\x00\x10abcdefghijklmnop"), 1000)
	for x.r.Context().Err() == nil {
		x.Write(filler)
	}
}

// Answer answers with these bytes, without doing anything.
func Answer(b []byte) Fault {
	return func(x *Exchange) {
		_, _ = io.Copy(io.Discard, x.Document)
		x.Write(b)
	}
}

// Status answers with an IPP status, without doing anything.
func Status(s wire.Status) Fault {
	return func(x *Exchange) {
		_, _ = io.Copy(io.Discard, x.Document)
		b, err := wire.NewResponse(x.Request, s, "").Encode()
		if err != nil {
			panic(err)
		}
		x.Write(b)
	}
}

// HTTP answers with an HTTP status, without doing anything.
func HTTP(code int) Fault {
	return func(x *Exchange) {
		x.w.Header().Set("Location", "/elsewhere")
		x.w.WriteHeader(code)
	}
}

// Lie does what was asked, and changes the answer.
func Lie(change func(answer *wire.Message)) Fault {
	return func(x *Exchange) {
		answer, err := wire.ReadReply(bytes.NewReader(x.Forward()), wire.ForReplies)
		if err != nil {
			panic(err)
		}
		change(answer)
		b, err := answer.Encode()
		if err != nil {
			panic(err)
		}
		x.Write(b)
	}
}

// Say replaces an attribute in every group of the tag that has it.
func Say(tag wire.Tag, attr wire.Attribute) Fault {
	return Lie(func(answer *wire.Message) {
		for _, g := range answer.Groups {
			for i := range g.Attrs {
				if g.Tag == tag && g.Attrs[i].Name == attr.Name {
					g.Attrs[i] = attr
				}
			}
		}
	})
}
