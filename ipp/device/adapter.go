package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"

	"github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// adapter carries go-ipp's requests over HTTP. Replies are cut down and checked
// before go-ipp decodes them; those that report a failure come with an error of
// the class that the failure belongs to.
type adapter struct {
	client *http.Client
	key    *key
	login  *login // nil for none
}

// lastRequestID numbers the requests of this process.
var lastRequestID atomic.Uint32

func nextRequestID() int32 { return int32(lastRequestID.Add(1)&0x3fffffff) + 1 } // #nosec G115 -- 30 bits

// send sends the request once and returns the reply. A reply with an error status
// comes with an error, too. It is what an ipp.Adapter has as SendRequestContext;
// the rest of that interface serves clients that we do not use.
func (a *adapter) send(ctx context.Context, to string, req *ipp.Request) (*ipp.Response, error) {
	id, op := req.RequestId, wire.Op(req.Operation) // #nosec G115 -- a registered operation
	asked := keepers(req)
	head, err := req.Encode()
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", op, err)
	}
	document := &source{in: req.File}
	var raw []byte
	err = a.post(ctx, to, head, document, func(body io.Reader) (err error) {
		raw, err = wire.Pare(body, wire.ForReplies, asked)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	resp, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if resp.RequestId != id {
		return nil, fmt.Errorf("%s: %w", op, errOther)
	}
	status := wire.Status(resp.StatusCode) // #nosec G115 -- 16 bits either way
	if err := classify(status); err != nil {
		return resp, fmt.Errorf("%s: %w", op, err)
	}
	if document.in != nil && !document.whole() {
		return nil, fmt.Errorf("%s: %w: it answered before it had the document", op, errUnsure)
	}
	return resp, nil
}

// errOther: a reply carries the request-id of another request.
var errOther = errors.New("the printer answered another request")

// post sends one request and has the reply read, by a reader that bounds it.
func (a *adapter) post(ctx context.Context, to string, head []byte, document *source, read func(io.Reader) error) error {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	body := io.Reader(bytes.NewReader(head))
	if document.in != nil {
		body = io.MultiReader(body, document)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, body)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", wire.ContentType)
	req.Header.Set("User-Agent", "Inkwell")
	if a.login != nil && a.key.known() {
		req.SetBasicAuth(a.login.user, a.login.password)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		if !connected.Load() {
			err = errors.Join(release.ErrUnreachable, err)
		}
		return errors.Join(document.stop(), context.Cause(ctx), heard{err})
	}
	defer document.stop() //nolint:errcheck // the printer has answered: it had what it wanted
	defer resp.Body.Close()
	if err := classifyHTTP(resp.StatusCode); err != nil {
		return err
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != wire.ContentType {
		return errors.New("the printer answered with something that is not IPP")
	}
	if err := read(resp.Body); err != nil {
		return fmt.Errorf("read reply: %w", heard{err})
	}
	return nil
}

// heard is an error in which the printer may have words of its own, such as a header that
// HTTP could not read: they are made safe to show, and few.
type heard struct{ error }

// Error is of error.
func (h heard) Error() string { return wire.Clean(h.error.Error(), 300) }

// Unwrap is what errors.Is and errors.As look for.
func (h heard) Unwrap() error { return h.error }

// keepers tells which attributes of a reply are of use: those asked for, or, where
// nothing can be asked for, those of a new job.
func keepers(req *ipp.Request) func(name string) bool {
	wanted := map[string]bool{"job-id": true, "job-state": true, "job-state-reasons": true}
	if names, ok := req.OperationAttributes["requested-attributes"].([]string); ok {
		clear(wanted)
		for _, name := range names {
			wanted[name] = true
		}
	}
	return func(name string) bool { return wanted[name] }
}

// decode reads a reply with go-ipp, which must not end the program whatever it
// meets.
func decode(raw []byte) (resp *ipp.Response, err error) {
	defer func() {
		if r := recover(); r != nil {
			resp, err = nil, errors.New("the printer's answer cannot be decoded")
		}
	}()
	return ipp.NewResponseDecoder(bytes.NewBuffer(raw)).Decode(nil)
}

// source is the document on its way. It remembers why it could not be read to
// its end, which is a fault of ours and not of the printer; and once stopped, it
// touches the document no more, though HTTP may still ask.
type source struct {
	in      io.Reader
	mu      sync.Mutex
	err     error
	ended   bool
	stopped bool
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return 0, errors.New("the document is no longer wanted")
	}
	n, err := s.in.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		s.ended = true
	case err != nil:
		s.err = err
	}
	return n, err
}

// whole reports whether all of it was read.
func (s *source) whole() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// stop waits for a read that is under way, and says what went wrong with any.
func (s *source) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	return s.err
}
