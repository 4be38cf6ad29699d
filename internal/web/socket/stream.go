package socket

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The reasons for which a stream is closed, as a page's script reads them (RFC 6455 section 7.4.2:
// 4000 and above are ours).
const (
	Again = websocket.CloseTryAgainLater // come back soon
	Over  = 4401                         // whoever looked may no longer
	Full  = 4429                         // open too often: do not come back by yourself
)

// Stream shows a page one state after the other, and hears nothing of it.
type Stream struct {
	conn   *websocket.Conn
	states chan []byte // capacity 1: only the newest
	gone   chan struct{}
	once   sync.Once
	ends   sync.WaitGroup
}

// Open makes a request a stream. Where it cannot, it has answered.
func Open(w http.ResponseWriter, r *http.Request) (*Stream, error) {
	conn, err := Upgrade(w, r)
	if err != nil {
		return nil, err
	}
	s := &Stream{conn: conn, states: make(chan []byte, 1), gone: make(chan struct{})}
	s.ends.Go(s.read)
	s.ends.Go(s.write)
	return s, nil
}

// Show sends a state, in place of one that has not gone out yet. It waits for nobody, and may be
// called by one goroutine at a time.
func (s *Stream) Show(state []byte) {
	select {
	case <-s.states:
	default:
	}
	s.states <- state
}

// Gone is closed when the page has gone.
func (s *Stream) Gone() <-chan struct{} { return s.gone }

// Close says why, ends the stream, and waits until nothing of it runs.
func (s *Stream) Close(why int) {
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(why, ""), time.Now().Add(time.Second)) // it may be gone
	s.hangUp()
	s.ends.Wait()
}

func (s *Stream) hangUp() {
	s.once.Do(func() {
		close(s.gone)
		_ = s.conn.Close()
	})
}

// read hears pongs and the end; a page that says anything is not ours.
func (s *Stream) read() {
	defer s.hangUp()
	var flood Flood
	s.conn.SetReadLimit(128)
	alive := func() error {
		return errors.Join(flood.Count(), s.conn.SetReadDeadline(time.Now().Add(ReadWait)))
	}
	s.conn.SetPongHandler(func(string) error { return alive() })
	ping := s.conn.PingHandler()
	s.conn.SetPingHandler(func(data string) error { return errors.Join(alive(), ping(data)) })
	if alive() == nil {
		_, _, _ = s.conn.NextReader()
	}
}

func (s *Stream) write() {
	defer s.hangUp()
	ping := time.NewTicker(PingEvery)
	defer ping.Stop()
	for {
		kind, body := websocket.PingMessage, []byte(nil)
		select {
		case <-s.gone:
			return
		case body = <-s.states:
			kind = websocket.TextMessage
		case <-ping.C:
		}
		if s.conn.SetWriteDeadline(time.Now().Add(WriteWait)) != nil || s.conn.WriteMessage(kind, body) != nil {
			return
		}
	}
}
