package kiosk

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/web/socket"
)

// pipes is a listener of connections without any buffer, so that a peer that does
// not read is felt at once. It works in the time of a test bubble.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	shut  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return local{c}, nil
	case <-p.shut:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.shut) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

type local struct{ net.Conn }

func (local) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(_ context.Context, _, _ string) (net.Conn, error) {
	mine, theirs := net.Pipe()
	p.conns <- theirs
	return mine, nil
}

// inBubble runs the real socket against an artificial clock.
func inBubble(t *testing.T, story func(t *testing.T, k *Kiosk, connect func() *websocket.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDesk(twoJobs()...)
		k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler), Unpaired: true})
		must(t, err)
		p := &pipes{conns: make(chan net.Conn), shut: make(chan struct{})}
		server := &http.Server{Handler: k.Handler(), ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(p) }()
		defer server.Close()
		dialer := websocket.Dialer{NetDialContext: p.dial}
		story(t, k, func() *websocket.Conn {
			c, answer, err := dialer.Dial("ws://localhost/kiosk/library/socket", http.Header{"Origin": {"http://localhost"}})
			must(t, err)
			must(t, answer.Body.Close())
			return c
		})
		seated(t, k, 0)
	})
}

func TestAVisitEndsTwentySecondsAfterTheLastTouch(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, _ *Kiosk, connect func() *websocket.Conn) {
		c := connect()
		faces := readFaces(c)
		must(t, c.WriteJSON(message{Do: "tap", Badge: badge}))
		came := faces.until(t, FaceJobs)
		if gone := faces.until(t, FaceIdle).Sub(came); gone != 20*time.Second {
			t.Errorf("signed out after %s", gone)
		}
		must(t, c.Close())
	})
}

// What was struck out is deleted although the connection ends before the time to undo it is up.
func TestWhatWasStruckOutGoesWithTheConnection(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, k *Kiosk, connect func() *websocket.Conn) {
		c := connect()
		faces := readFaces(c)
		must(t, c.WriteJSON(message{Do: "tap", Badge: badge}))
		faces.until(t, FaceJobs)
		must(t, c.WriteJSON(message{Do: "delete", Job: 41}))
		time.Sleep(time.Second)
		if _, _, deleted, _ := k.desk.(*fakeDesk).counts(); deleted != 0 {
			t.Errorf("%d are deleted while it can be undone", deleted)
		}
		must(t, c.Close())
		seated(t, k, 0)
		synctest.Wait()
		if _, _, deleted, _ := k.desk.(*fakeDesk).counts(); deleted != 1 {
			t.Errorf("%d are deleted", deleted)
		}
	})
}

func TestAQuietScreenStays(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, k *Kiosk, connect func() *websocket.Conn) {
		c := connect()
		faces := readFaces(c)
		time.Sleep(time.Hour) // pings and pongs keep it
		seated(t, k, 1)
		must(t, c.WriteJSON(message{Do: "keypad"}))
		faces.until(t, FaceKeypad)
		must(t, c.Close())
	})
}

// TestAPeerThatDoesNotReadIsDropped: not even the first view can be written.
func TestAPeerThatDoesNotReadIsDropped(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, k *Kiosk, connect func() *websocket.Conn) {
		c := connect()
		seated(t, k, 1)
		time.Sleep(socket.WriteWait + time.Second)
		seated(t, k, 0)
		must(t, c.Close())
	})
}

// TestAPeerThatHasGoneIsDropped: its pongs no longer come.
func TestAPeerThatHasGoneIsDropped(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, k *Kiosk, connect func() *websocket.Conn) {
		c := connect()
		c.SetPingHandler(func(string) error { return nil })
		readFaces(c).until(t, FaceIdle)
		seated(t, k, 1)
		time.Sleep(socket.ReadWait + time.Second)
		seated(t, k, 0)
		must(t, c.Close())
	})
}

// facesSeen is every face that was sent, and when it came.
type facesSeen <-chan seenFace

// until reads on to a face and returns when it came.
func (f facesSeen) until(t *testing.T, face string) time.Time {
	t.Helper()
	for seen := range f {
		if seen.face == face {
			return seen.at
		}
	}
	t.Fatalf("the socket ended before %s", face)
	return time.Time{}
}

type seenFace struct {
	face string
	at   time.Time
}

// readFaces reads until the socket ends.
func readFaces(c *websocket.Conn) facesSeen {
	faces := make(chan seenFace, 1000)
	go func() {
		defer close(faces)
		for {
			_, body, err := c.ReadMessage()
			if err != nil {
				return
			}
			var v View
			if json.Unmarshal(body, &v) == nil {
				faces <- seenFace{v.Face, time.Now()}
			}
		}
	}()
	return faces
}

func seated(t *testing.T, k *Kiosk, want int) {
	t.Helper()
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seats[seat{station: 1}] != want {
		t.Errorf("%d sockets at the station, want %d", k.seats[seat{station: 1}], want)
	}
}
