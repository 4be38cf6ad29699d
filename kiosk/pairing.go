package kiosk

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/door"
	"inkwell/internal/fault"
	"inkwell/internal/web/socket"
	"inkwell/release"
)

// The faces of a browser that has no station, or has just been given one.
const (
	FacePair   = "pair"   // a code, for IT to type
	FacePaired = "paired" // whose screen it is from now on
)

// PairView is what a browser shows that waits to be paired.
type PairView struct {
	Code string    `json:"code"` // in two groups; "" when there is none to be had
	Left Countdown `json:"left"` // until another one is shown
}

// linkAgain is how often a browser tries its link again whose place another screen has.
const linkAgain = 5 * time.Second

// askAgain is how long a browser waits that could be given no code.
const askAgain = 30 * time.Second

// meet speaks to a browser that is not paired: it pairs itself by a link, or shows a code until
// IT has typed it, or goes away.
func (k *Kiosk) meet(conn *websocket.Conn, r *http.Request, thumb release.Thumb) {
	var key release.DeviceKey
	p, err := prove(conn, r.Header.Get("Origin"), "", func(p proof) release.DeviceKey {
		if len(p.Key) == len(key) && release.DeviceKey(p.Key).Thumb() == thumb {
			key = release.DeviceKey(p.Key)
		}
		return key
	})
	if err != nil {
		k.log.Info("socket refused", "error", err)
		return
	}
	m := meeting{k: k, conn: conn, key: key, from: from(r)}
	m.enrol(p.Link)
	m.wait()
}

// meeting is a socket to a browser that is not paired. Its one writer is whoever calls wait.
type meeting struct {
	k    *Kiosk
	conn *websocket.Conn
	key  release.DeviceKey
	from netip.Addr
	note string // why it could not pair itself
	link string // that it could not pair itself by yet
}

// enrol pairs the browser by its link, if it has one, or notes why it cannot. A link whose
// screens are all about is tried again: one may be this very tablet, which was started anew.
func (m *meeting) enrol(link string) {
	if link == "" {
		return
	}
	m.note, m.link = "", ""
	ctx, cancel := context.WithTimeout(context.Background(), callWait)
	defer cancel()
	if err := m.k.desk.Enrol(ctx, m.key, link, m.from); err != nil {
		m.note = m.words(err)
		if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.Unavailable {
			m.link = link
		}
	}
}

// wait shows a code, and another when that is over, until the browser is paired or gone.
func (m *meeting) wait() {
	bell, unhook := m.k.subscribe(m.key.Thumb().Topic())
	defer unhook()
	gone := make(chan struct{})
	go m.read(gone)
	ping := time.NewTicker(socket.PingEvery)
	defer ping.Stop()
	again := time.NewTicker(linkAgain)
	defer again.Stop()
	over := time.NewTimer(0)
	defer over.Stop()
	for {
		select {
		case <-gone:
			return
		case <-m.k.quit:
			return
		case <-ping.C:
			if m.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(socket.WriteWait)) != nil {
				return
			}
		case <-again.C:
			m.enrol(m.link) // the bell rings if it works
		case <-bell:
			if m.paired() {
				return
			}
		case <-over.C:
			left, err := m.show()
			if err != nil || m.paired() {
				return
			}
			over.Reset(left)
		}
	}
}

// read takes what a page sends that has nothing to say, and sees it go.
func (m *meeting) read(gone chan<- struct{}) {
	defer close(gone)
	flood := socket.Flood{}
	answer := m.conn.PingHandler()
	m.conn.SetPingHandler(func(text string) error { return errors.Join(flood.Count(), answer(text)) })
	m.conn.SetPongHandler(func(string) error {
		return errors.Join(flood.Count(), m.conn.SetReadDeadline(time.Now().Add(socket.ReadWait)))
	})
	for {
		if m.conn.SetReadDeadline(time.Now().Add(socket.ReadWait)) != nil {
			return
		}
		_, _, err := m.conn.ReadMessage()
		if err == nil {
			err = flood.Count()
		}
		if abusive(err) {
			m.k.rests.begin(m.key.Thumb(), time.Now())
		}
		if err != nil {
			return
		}
	}
}

// paired says whether the browser is paired by now, and tells it.
func (m *meeting) paired() bool {
	ctx, cancel := context.WithTimeout(context.Background(), callWait)
	defer cancel()
	_, st, err := m.k.desk.Device(ctx, m.key.Thumb())
	if err != nil {
		return false
	}
	t := NewScreen(st, 0, nil).tongue
	_ = say(m.conn, View{Face: FacePaired, Lang: t.Tag(), Build: m.k.edition.Load().build, School: st.SchoolName, Station: st.Name, Title: st.Name,
		Text: t.Say("This screen is paired.")})
	return true
}

// show shows a code, and says when another is due.
func (m *meeting) show() (left time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), callWait)
	defer cancel()
	v := View{Face: FacePair, Build: m.k.edition.Load().build, Note: m.note, Pair: &PairView{}}
	a, err := m.k.desk.AskToPair(ctx, m.key, door.OneHost(m.from))
	if err != nil {
		v.Note = m.words(err)
		return askAgain, say(m.conn, v)
	}
	left = max(a.Until.Sub(m.k.clock()), time.Second)
	v.Pair.Code = a.Code[:len(a.Code)/2] + " " + a.Code[len(a.Code)/2:]
	v.Pair.Left = Countdown{Left: left.Milliseconds(), Of: release.CodeLife.Milliseconds()}
	return left, say(m.conn, v)
}

// words are what a person reads of an error.
func (m *meeting) words(err error) string {
	f := fault.As(err)
	if f.Kind == fault.Internal {
		m.k.log.Error("browser not paired", "error", err)
	}
	return f.Say
}
