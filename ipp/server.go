// Package ipp is the printer that computers see: an http.Handler that answers
// IPP over HTTP (RFC 8010, RFC 8011 and the PWG extensions listed in
// docs/ipp.md) on the paths of queues. It turns attributes into what the release
// desk takes, and jobs and refusals back into attributes. It stands behind
// internal/door, which keeps plain connections from elsewhere and slow senders
// out. It refuses a job under a name that nobody proved, and shows a job's title
// to its owner alone. A document goes through as a stream; nothing is kept here.
package ipp

import (
	"bufio"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"inkwell/internal/crash"
	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// Options are what a Server works with. Desk, Directory, Log and Installation
// are needed.
type Options struct {
	Desk      Desk
	Directory Directory
	Log       *slog.Logger

	// Installation tells this installation from every other one. printer-uuid and
	// job-uuid are made from it, so it must never change; its form is free.
	Installation string
	// Host is the name, and the port unless it is 631, that stands in URIs for a
	// client whose own Host header cannot be used; "" means localhost.
	Host     string
	MaxBytes int64            // of one document, as the desk takes it; 0 means 256 MiB
	Clock    func() time.Time // nil means time.Now

	// Ending is closed when the program begins to end; nobody is kept waiting then.
	Ending <-chan struct{}
	// Announced is the name under which the queue at a path is announced now; "" if it
	// is not. nil means that none is.
	Announced func(path string) string
}

// Server answers IPP requests. It is safe for concurrent use.
type Server struct {
	Options
	operations map[wire.Op]operation
	template   []option
	models     models
	started    time.Time
}

// readAhead is how much of a request is buffered; the document passes through it.
const readAhead = 32 << 10

// New makes a Server.
func New(o Options) (*Server, error) {
	if o.Desk == nil || o.Directory == nil || o.Log == nil || o.Installation == "" {
		return nil, errors.New("an ipp server needs a desk, a directory, a log and the name of its installation")
	}
	if o.Host == "" {
		o.Host = "localhost"
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 256 << 20
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Announced == nil {
		o.Announced = func(string) string { return "" }
	}
	s := &Server{Options: o, operations: map[wire.Op]operation{}, template: template(), models: models{kept: map[release.QueueID]*model{}}, started: o.Clock()}
	for _, op := range operations() {
		s.operations[op.op] = op
	}
	return s, nil
}

// ServeHTTP answers one request: IPP by POST with status 200 whatever IPP's own
// status is (RFC 8010 section 3.4.3), a plain page about a queue by GET.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		s.page(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, HEAD, POST")
		s.sendText(w, http.StatusMethodNotAllowed, "This is a printer. It takes print jobs by POST.")
	case kind != wire.ContentType:
		s.sendText(w, http.StatusUnsupportedMediaType, "This is a printer. It takes "+wire.ContentType+" only.")
	case r.ContentLength > s.MaxBytes+int64(wire.ForRequests.Bytes):
		s.sendText(w, http.StatusRequestEntityTooLarge, "This document is too large to print. Print fewer pages at a time.")
	default:
		s.answer(w, r)
	}
}

// answer reads an IPP request up to its document, and answers it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	crash.At("request-begun")
	c := &call{Server: s, http: r, document: bufio.NewReaderSize(r.Body, readAhead)}
	var err error
	c.req, err = wire.Read(c.document, wire.ForRequests)
	if err != nil && !errors.As(err, new(*wire.Error)) {
		err = brokenOff.Because(err) // the client's connection, not our work
	}
	if c.req == nil {
		c.req = &wire.Message{Version: wire.Version11} // not even a header: nothing to echo
	}
	crash.At("request-read")
	c.tongue = c.tongueOf()
	var reply *wire.Message
	if err == nil {
		reply, err = c.serve(r.Context())
	}
	s.drain(w, r)
	if err != nil {
		if c.challenge(w, err) {
			return
		}
		reply = c.refusal(err)
	}
	reply.Speak(string(c.tongue))
	raw, err := reply.Encode()
	if err != nil {
		s.Log.Error("encode answer", "operation", c.req.Op().String(), "error", err)
		s.sendText(w, http.StatusInternalServerError, fault.Sorry)
		return
	}
	s.send(w, http.StatusOK, wire.ContentType, raw)
}
