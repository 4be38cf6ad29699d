// Package socket is what every websocket of ours has in common: it opens for a page of this very
// server alone, it counts what comes in and refuses a flood, and a page that only looks is shown
// the newest state there is, never a queue of old ones. A browser that reads slowly loses the
// states between, and one that does not read at all is dropped: none costs memory. It knows nothing
// of printing and of nobody.
package socket

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The limits of every socket. Deadlines are real time, whatever clock tells the screen's.
const (
	WriteWait = 5 * time.Second // of one message out
	PingEvery = 15 * time.Second
	ReadWait  = 40 * time.Second // two pings and a half: then nobody is there any more
	// FloodLimit is how many frames of any kind may come within a second.
	FloodLimit  = 60
	floodWindow = time.Second
)

var upgrader = websocket.Upgrader{
	HandshakeTimeout: WriteWait,
	ReadBufferSize:   1 << 10,
	WriteBufferSize:  1 << 10,
	WriteBufferPool:  &sync.Pool{},
	CheckOrigin:      SameOrigin,
}

// Upgrade makes a request a socket. Where it cannot, it has answered: 403 to a page of another
// origin, 400 to what asks for none.
func Upgrade(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) {
	return upgrader.Upgrade(w, r, nil)
}

// SameOrigin demands the exact origin this server was reached by. A missing one is refused as
// well: a browser always sends it.
func SameOrigin(r *http.Request) bool {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return r.Header.Get("Origin") == scheme+"://"+r.Host
}

// Flood counts frames and refuses too many at once. Its zero value is ready.
type Flood struct {
	Now   func() time.Time // nil is time.Now
	since time.Time
	n     int
}

// ErrFlood is why a socket ends that sends too many frames.
var ErrFlood = errors.New("too many frames at once")

// Count counts one frame; an error is the end of the socket.
func (f *Flood) Count() error {
	if f.Now == nil {
		f.Now = time.Now
	}
	now := f.Now()
	if now.Sub(f.since) > floodWindow {
		f.since, f.n = now, 0
	}
	if f.n++; f.n > FloodLimit {
		return ErrFlood
	}
	return nil
}
