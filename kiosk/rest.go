package kiosk

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/fault"
	"inkwell/internal/web/socket"
	"inkwell/release"
)

// restFor is how long a browser is not let in again that was dropped for what it sent.
const restFor = 10 * time.Second

// mostResting is how many of them are remembered; beyond it the others are let in, and dropped again.
const mostResting = 4096

var resting = fault.New(fault.TooMany, "device-rests", "This screen sent what no page of ours sends. It may come back in ten seconds.")

// errAbuse is why a socket is dropped that no page of ours would lose.
var errAbuse = errors.New("it sent what no page sends")

// rests remembers who was dropped for what they sent, so that a browser that floods costs a handshake
// when it comes back at once, and neither a question to the database nor a line in the log. It is safe for concurrent use.
type rests struct {
	mu    sync.Mutex
	until map[release.Thumb]time.Time
}

// begin has a browser rest, and says whether it did not yet.
func (r *rests) begin(t release.Thumb, now time.Time) (first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.until[t]) {
		return false
	}
	if len(r.until) >= mostResting {
		for other, end := range r.until {
			if !now.Before(end) {
				delete(r.until, other)
			}
		}
	}
	if r.until == nil {
		r.until = map[release.Thumb]time.Time{}
	}
	if len(r.until) < mostResting {
		r.until[t] = now.Add(restFor)
	}
	return true
}

// refuses says whether a browser rests.
func (r *rests) refuses(t release.Thumb, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	end, rests := r.until[t]
	if rests && !now.Before(end) {
		delete(r.until, t)
		rests = false
	}
	return rests
}

// turnBack answers a browser that rests.
func (k *Kiosk) turnBack(w http.ResponseWriter, r *http.Request, t release.Thumb) (turned bool) {
	if !k.rests.refuses(t, time.Now()) {
		return false
	}
	w.Header().Set("Retry-After", "10")
	k.pages.Error(w, r, resting)
	return true
}

// drop notes why a page's socket ends for what it sent: once for each browser that comes back for more.
func (l *line) drop(err error) {
	if l.device.ID == 0 || l.k.rests.begin(l.device.Key.Thumb(), time.Now()) {
		l.log.Warn("socket dropped", "device", l.device.ID, "error", err)
	}
}

// abusive says whether a read ended for what the page sent, and not because it has gone.
func abusive(err error) bool {
	return errors.Is(err, websocket.ErrReadLimit) || errors.Is(err, socket.ErrFlood) || errors.Is(err, errAbuse)
}
