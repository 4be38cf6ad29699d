package door

import (
	"io"
	"net/http"
	"time"
)

// How slowly a body may come: what was read earns time for what is still to come,
// and no more than patience is ever saved up. A flat deadline would end an honest
// long document instead of a sender that drips.
const (
	patience = 40 * time.Second
	perByte  = time.Second / 1024
	leftover = 5 * time.Second // for what a handler left unread
)

// pace makes reads of the request's body fail once it comes too slowly. Only the
// time spent waiting for the sender counts. The caller defers the returned
// function to after the handler.
func pace(w http.ResponseWriter, r *http.Request) (finish func()) {
	if r.Body == nil || r.Body == http.NoBody {
		return func() {}
	}
	b := &pacedBody{ReadCloser: r.Body, control: http.NewResponseController(w), credit: patience}
	r.Body = b
	return b.finish
}

type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	credit  time.Duration
	over    bool
}

// Read waits for as long as the sender has earned.
func (b *pacedBody) Read(p []byte) (int, error) {
	began := time.Now()
	_ = b.control.SetReadDeadline(began.Add(b.credit))
	n, err := b.ReadCloser.Read(p)
	b.credit = min(b.credit-time.Since(began)+time.Duration(n)*perByte, patience)
	if err != nil && !b.over {
		b.over = true
		_ = b.control.SetReadDeadline(time.Time{}) // a deadline that outlives the body would cancel the handler
	}
	return n, err
}

// finish bounds how long the server drains what the handler did not read.
func (b *pacedBody) finish() {
	if !b.over {
		_ = b.control.SetReadDeadline(time.Now().Add(leftover))
	}
}
