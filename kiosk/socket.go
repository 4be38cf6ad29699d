package kiosk

import (
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/fault"
	"inkwell/internal/web/socket"
	"inkwell/release"
)

// The limits of a kiosk's socket.
const (
	messageLimit = 4 << 10 // bytes of one message from a page
	seatLimit    = 4       // sockets of one seat
)

var seatsTaken = fault.New(fault.TooMany, "station-full", "This station is open in too many windows. Close some of them.")

// socket serves one page of this machine until it goes away.
func (k *Kiosk) socket(w http.ResponseWriter, r *http.Request) {
	st, err := k.desk.Station(r.Context(), r.PathValue("station"))
	if err != nil {
		k.pages.Error(w, r, err)
		return
	}
	at := seat{station: st.ID}
	taken := k.sit(at)
	if taken != nil && !errors.Is(taken, seatsTaken) {
		k.pages.Error(w, r, taken)
		return
	}
	conn, err := socket.Upgrade(w, r)
	switch {
	case err != nil && taken == nil:
		k.rise(at)
		fallthrough
	case err != nil:
		k.log.Info("socket refused", "station", st.ID, "error", err)
	case taken != nil:
		k.full(conn, st)
	default:
		k.talk(conn, st, release.Device{}, func() { k.rise(at) })
	}
}

// FaceFull is a window too many of one screen's.
const FaceFull = "full"

// full tells a page that is one too many, and closes its connection. It tries again by itself, slowly.
func (k *Kiosk) full(conn *websocket.Conn, st release.Station) {
	t := NewScreen(st, 0, nil).tongue
	_ = say(conn, View{Face: FaceFull, Lang: t.Tag(), Build: k.edition.Load().build, School: st.SchoolName, Station: st.Name,
		Title: t.Say("This screen is open in too many windows."), Text: t.Say("Close the others. This one tries again by itself.")})
	_ = conn.Close()
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
	delete(k.left, at)
	return nil
}

func (k *Kiosk) rise(at seat) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seats[at]--; k.seats[at] == 0 {
		delete(k.seats, at)
		if at.device != 0 {
			k.left[at] = time.Now()
		}
	}
	k.lines.Done()
}

// read is the one reader: it turns messages into inputs until the socket ends.
// Nothing it is sent can hold it up for longer than the dispatcher does.
func (l *line) read() {
	defer l.hangUp()
	var m socket.Flood
	l.conn.SetReadLimit(messageLimit)
	l.conn.SetPongHandler(func(string) error {
		return errors.Join(m.Count(), l.conn.SetReadDeadline(time.Now().Add(socket.ReadWait)))
	})
	pong := l.conn.PingHandler()
	l.conn.SetPingHandler(func(data string) error { return errors.Join(m.Count(), pong(data)) })
	for {
		if l.conn.SetReadDeadline(time.Now().Add(socket.ReadWait)) != nil {
			return
		}
		in, err := l.hear(&m)
		if abusive(err) {
			l.drop(err)
		}
		if err != nil {
			return
		}
		select {
		case l.inputs <- in:
		case <-l.gone:
			return
		}
	}
}

// hear is the next thing that the page says.
func (l *line) hear(m *socket.Flood) (Input, error) {
	kind, body, err := l.conn.ReadMessage()
	if err == nil {
		err = m.Count()
	}
	if err != nil {
		return nil, err
	}
	if kind != websocket.TextMessage {
		return nil, errAbuse
	}
	in, err := decode(body)
	if err != nil {
		return nil, errors.Join(errAbuse, err)
	}
	return in, nil
}

// wake has what waits written. A quiet screen has no writer: hundreds of them wait for hours.
func (l *line) wake() {
	if l.writing.CompareAndSwap(false, true) {
		l.ends.Go(l.write)
	}
}

// write is the one writer of views. It always sends the newest: a page that reads slowly misses those
// between, and one that does not read at all is dropped.
func (l *line) write() {
	for {
		select {
		case body := <-l.views:
			if l.conn.SetWriteDeadline(time.Now().Add(socket.WriteWait)) != nil || l.conn.WriteMessage(websocket.TextMessage, body) != nil {
				l.hangUp()
				return
			}
			continue
		default:
		}
		l.writing.Store(false)
		if len(l.views) == 0 || !l.writing.CompareAndSwap(false, true) {
			return
		}
	}
}

// ping asks whether somebody is there, and again after a while.
func (l *line) ping() {
	if l.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(socket.WriteWait)) != nil {
		l.hangUp()
		return
	}
	l.again.Reset(socket.PingEvery)
}
