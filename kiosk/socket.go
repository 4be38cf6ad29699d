package kiosk

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/fault"
	"inkwell/release"
)

// The limits of a socket. Its deadlines are real time, whatever clock tells the
// screen's.
const (
	messageLimit = 4 << 10 // bytes of one message from a page
	seatLimit    = 4       // sockets of one seat
	writeWait    = 5 * time.Second
	pingEvery    = 30 * time.Second
	readWait     = 75 * time.Second // two pings and a half
	floodLimit   = 60               // frames of any kind within floodWindow
	floodWindow  = time.Second
)

var seatsTaken = fault.New(fault.TooMany, "station-full", "This station is open in too many windows. Close some of them.")

var upgrader = websocket.Upgrader{
	HandshakeTimeout: writeWait,
	ReadBufferSize:   1 << 10,
	WriteBufferSize:  1 << 10,
	WriteBufferPool:  &sync.Pool{},
	CheckOrigin:      sameOrigin,
}

// sameOrigin demands the exact origin this server was reached by. A missing one
// is refused as well: a browser always sends it.
func sameOrigin(r *http.Request) bool {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return r.Header.Get("Origin") == scheme+"://"+r.Host
}

// socket serves one page of this machine until it goes away.
func (k *Kiosk) socket(w http.ResponseWriter, r *http.Request) {
	st, err := k.desk.Station(r.Context(), r.PathValue("station"))
	if err != nil {
		k.pages.Error(w, r, err)
		return
	}
	at := seat{station: st.ID}
	if err := k.sit(at); err != nil {
		k.pages.Error(w, r, err)
		return
	}
	defer k.rise(at)
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		k.log.Info("socket refused", "station", st.ID, "error", err)
		return
	}
	k.talk(conn, st, release.Device{})
}

// seat is where a page is open: a station's own screen, or one of the browsers that are paired
// with it. A room's computers take no seat from each other.
type seat struct {
	station release.StationID
	device  release.DeviceID // 0 on this machine
}

// enter counts a connection, which Run waits for.
func (k *Kiosk) enter() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.shut {
		return fault.New(fault.Unavailable, "stopping", "The print server is restarting. One moment.")
	}
	k.lines.Add(1)
	return nil
}

// sit has one more socket at a seat.
func (k *Kiosk) sit(at seat) error {
	if err := k.enter(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seats[at] >= seatLimit {
		k.lines.Done()
		return seatsTaken
	}
	k.seats[at]++
	return nil
}

func (k *Kiosk) rise(at seat) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seats[at]--; k.seats[at] == 0 {
		delete(k.seats, at)
	}
	k.lines.Done()
}

// read is the one reader: it turns messages into inputs until the socket ends.
// Nothing it is sent can hold it up for longer than the dispatcher does.
func (l *line) read() {
	defer l.hangUp()
	m := meter{now: time.Now}
	l.conn.SetReadLimit(messageLimit)
	l.conn.SetPongHandler(func(string) error { return errors.Join(m.count(), l.conn.SetReadDeadline(time.Now().Add(readWait))) })
	pong := l.conn.PingHandler()
	l.conn.SetPingHandler(func(data string) error { return errors.Join(m.count(), pong(data)) })
	for {
		if l.conn.SetReadDeadline(time.Now().Add(readWait)) != nil {
			return
		}
		kind, body, err := l.conn.ReadMessage()
		if err != nil || kind != websocket.TextMessage || m.count() != nil {
			return
		}
		in, err := decode(body)
		if err != nil {
			l.log.Info("socket dropped", "error", err)
			return
		}
		select {
		case l.inputs <- in:
		case <-l.gone:
			return
		}
	}
}

// write is the one writer. It always sends the newest view: a page that reads
// slowly misses those between, and one that does not read at all is dropped.
func (l *line) write() {
	defer l.hangUp()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		kind, body := websocket.PingMessage, []byte(nil)
		select {
		case <-l.gone:
			return
		case body = <-l.views:
			kind = websocket.TextMessage
		case <-ping.C:
		}
		if l.conn.SetWriteDeadline(time.Now().Add(writeWait)) != nil || l.conn.WriteMessage(kind, body) != nil {
			return
		}
	}
}

// meter counts frames and refuses a flood.
type meter struct {
	now   func() time.Time
	since time.Time
	n     int
}

var errFlood = errors.New("too many frames at once")

func (m *meter) count() error {
	now := m.now()
	if now.Sub(m.since) > floodWindow {
		m.since, m.n = now, 0
	}
	if m.n++; m.n > floodLimit {
		return errFlood
	}
	return nil
}
