package kiosk

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/web/socket"
)

func TestOriginsAreExact(t *testing.T) {
	t.Parallel()
	address, _ := open(t, newFakeDesk(), 0)
	host := strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/kiosk/library")
	for origin, want := range map[string]bool{
		"http://" + host: true, "": false, "null": false, "https://" + host: false, "http://" + host + ".evil.test": false,
		"http://evil.test": false, "http://localhost": false, "http://" + strings.Split(host, ":")[0]: false, "http://x@" + host: false,
	} {
		h := http.Header{}
		if origin != "" {
			h.Set("Origin", origin)
		}
		conn, answer, err := websocket.DefaultDialer.Dial(strings.Replace(address, "http", "ws", 1)+"/socket", h)
		if (err == nil) != want {
			t.Errorf("origin %q: %v", origin, err)
		}
		if err == nil {
			_ = conn.Close()
		} else if answer == nil || answer.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q: answer %v", origin, answer)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "https://localhost/kiosk/library/socket", nil)
	r.TLS = &tls.ConnectionState{}
	r.Header.Set("Origin", "http://localhost")
	if socket.SameOrigin(r) {
		t.Error("a plain page may open a socket over TLS")
	}
}

// TestBadPeersAreDropped: whatever a socket sends, it loses its own seat at most.
func TestBadPeersAreDropped(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	address, k := open(t, d, 0)
	good := dialled(t, address)
	for name, abuse := range map[string]func(c *websocket.Conn) error{
		"10 kB badge": func(c *websocket.Conn) error {
			return c.WriteJSON(message{Do: "tap", Badge: strings.Repeat("0", 10_000)})
		},
		"1 MB frame": func(c *websocket.Conn) error { return c.WriteMessage(websocket.TextMessage, make([]byte, 1<<20)) },
		"binary frame": func(c *websocket.Conn) error {
			return c.WriteMessage(websocket.BinaryMessage, []byte(`{"do":"touch"}`))
		},
		"no JSON":     func(c *websocket.Conn) error { return c.WriteMessage(websocket.TextMessage, []byte("hello")) },
		"unknown act": func(c *websocket.Conn) error { return c.WriteJSON(message{Do: "format"}) },
		"flood": func(c *websocket.Conn) error {
			var err error
			for range 3 * socket.FloodLimit {
				err = errors.Join(err, c.WriteJSON(message{Do: "touch"}))
			}
			return err
		},
		"pings": func(c *websocket.Conn) error {
			var err error
			for range 3 * socket.FloodLimit {
				err = errors.Join(err, c.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)))
			}
			return err
		},
		"fragments": func(c *websocket.Conn) error {
			w, err := c.NextWriter(websocket.TextMessage)
			for range 10 {
				_, more := w.Write(make([]byte, 1000))
				err = errors.Join(err, more)
			}
			return errors.Join(err, w.Close())
		},
	} {
		c := dialled(t, address)
		until(t, c, FaceIdle)
		_ = abuse(c.conn) // the server may hang up while it is still being sent
		t.Log(name)
		ends(t, c)
	}
	must(t, good.Tap(badge))
	until(t, good, FaceJobs)
	if signIns, _, _, _ := d.counts(); signIns != 1 {
		t.Errorf("%d sign-ins", signIns)
	}
	must(t, good.Close())
	emptied(t, k, d)
}

// emptied waits until nobody sits at any station and nothing listens.
func emptied(t *testing.T, k *Kiosk, d *fakeDesk) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		k.mu.Lock()
		seats := len(k.seats)
		k.mu.Unlock()
		_, _, _, listeners := d.counts()
		if seats == 0 && listeners == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d stations seated, %d listeners", seats, listeners)
		}
	}
}

func TestAStationHasFourSeats(t *testing.T) {
	t.Parallel()
	address, _ := open(t, newFakeDesk(), 0)
	var clients []*Client
	for range seatLimit {
		clients = append(clients, dialled(t, address))
	}
	for _, c := range clients {
		until(t, c, FaceIdle)
	}
	fifth := dialled(t, address)
	if v := until(t, fifth, FaceFull); !strings.Contains(v.Title, "too many windows") || v.Station != "Library" {
		t.Errorf("a fifth window reads %+v", v)
	}
	ends(t, fifth)
	must(t, clients[0].Close())
	for end := time.Now().Add(patience); ; {
		c := dialled(t, address)
		v, err := c.Next(t.Context())
		must(t, err)
		must(t, c.Close())
		if v.Face != FaceFull {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the seat was not given back")
		}
	}
}
