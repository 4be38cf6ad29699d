package kiosk

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/release"
)

func dial(t *testing.T, address string) *Client {
	t.Helper()
	c, err := Dial(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// until waits for a face on the client's screen.
func until(t *testing.T, c *Client, face string) View {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	v, err := c.Until(ctx, func(v View) bool { return v.Face == face && !v.Busy })
	if err != nil {
		t.Fatalf("waiting for %s: %v", face, err)
	}
	return v
}

// ends waits for the server to close the socket.
func ends(t *testing.T, c *Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		if _, err := c.Next(ctx); err != nil {
			if ctx.Err() != nil {
				t.Fatal("the socket was not closed")
			}
			return
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAVisitBySocket(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	address, _ := open(t, d, 0)
	c := dial(t, address)
	v := until(t, c, FaceIdle)
	if v.School != "Riverside Academy" || v.Station != "Library" || v.Build == "" || v.Printer.Level != "good" {
		t.Errorf("idle: %+v", v)
	}
	must(t, c.Tap(badge))
	v = until(t, c, FaceJobs)
	must(t, c.Release(v.Print.Jobs...))
	until(t, c, FacePrinting)
	d.print(41, 4)
	d.print(42, 3)
	if v := until(t, c, FaceDone); v.Title != "Done: 7 pages." || *v.Balance != 88 {
		t.Errorf("done: %+v", v)
	}
	must(t, c.SignOut())
	until(t, c, FaceIdle)
	must(t, c.SignInWithCode("sam.jones", "482913"))
	until(t, c, FaceJobs)
	if signIns, releases, _, _ := d.counts(); signIns != 2 || releases != 1 {
		t.Errorf("%d sign-ins, %d releases", signIns, releases)
	}
}

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
	if sameOrigin(r) {
		t.Error("a plain page may open a socket over TLS")
	}
}

func TestOnlyThisMachine(t *testing.T) {
	t.Parallel()
	d := newFakeDesk()
	k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	for _, c := range []struct {
		remote, host string
		want         int
	}{
		{"127.0.0.1:5000", "localhost:8443", 200}, {"[::1]:5000", "[::1]:8443", 200}, {"127.9.9.9:1", "127.0.0.1", 200}, {"[::ffff:127.0.0.1]:1", "localhost", 200},
		{"10.0.0.7:5000", "localhost:8443", 403}, {"192.168.1.1:1", "192.168.1.1:8443", 403}, {"[fe80::1%eth0]:1", "localhost", 403}, {"", "localhost", 403},
		{"127.0.0.1:5000", "evil.test:8443", 403}, {"127.0.0.1:5000", "localhost.evil.test", 403}, {"127.0.0.1:5000", "", 403}, {"@", "localhost", 403},
	} {
		for _, path := range []string{"/kiosk/library", "/kiosk/library/socket"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.RemoteAddr, r.Host = c.remote, c.host
			w := httptest.NewRecorder()
			k.Handler().ServeHTTP(w, r)
			if path == "/kiosk/library" && w.Code != c.want {
				t.Errorf("from %s to %q: %d", c.remote, c.host, w.Code)
			}
			if c.want == 403 && (w.Code != 403 || !strings.Contains(w.Body.String(), "on the print server itself only")) {
				t.Errorf("from %s to %q, %s: %d %s", c.remote, c.host, path, w.Code, w.Body)
			}
		}
	}
}

func TestTheFirstPageIsSmallAndGuarded(t *testing.T) {
	t.Parallel()
	address, _ := open(t, newFakeDesk(), 0)
	base := strings.TrimSuffix(address, "/kiosk/library")
	body, h := fetch(t, address, http.StatusOK)
	if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", h)
	}
	total := len(body)
	for _, part := range strings.Split(body, `"`) {
		if strings.HasPrefix(part, "/kiosk/static/") {
			file, h := fetch(t, base+part, http.StatusOK)
			total += len(file)
			if !strings.Contains(h.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %v", part, h)
			}
		}
	}
	t.Logf("first page %d bytes in all", total)
	if total > 100_000 || total < 20_000 {
		t.Errorf("the first page is %d bytes", total)
	}
	for _, never := range []string{" style=", "<script>", "onclick", "javascript:", "http://", "https://"} {
		if strings.Contains(body, never) {
			t.Errorf("the page contains %s", never)
		}
	}
	fetch(t, base+"/kiosk/nowhere", http.StatusNotFound)
	fetch(t, base+"/kiosk/nowhere/socket", http.StatusNotFound)
	fetch(t, base+"/kiosk/", http.StatusNotFound)
	fetch(t, base+"/kiosk/static/0/kiosk.js", http.StatusNotFound)
}

func fetch(t *testing.T, url string, want int) (string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	if answer.StatusCode != want {
		t.Errorf("%s: %s", url, answer.Status)
	}
	return string(body), answer.Header
}

// TestBadPeersAreDropped: whatever a socket sends, it loses its own seat at most.
func TestBadPeersAreDropped(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	address, k := open(t, d, 0)
	good := dial(t, address)
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
			for range 3 * floodLimit {
				err = errors.Join(err, c.WriteJSON(message{Do: "touch"}))
			}
			return err
		},
		"pings": func(c *websocket.Conn) error {
			var err error
			for range 3 * floodLimit {
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
		c := dial(t, address)
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
		clients = append(clients, dial(t, address))
	}
	for _, c := range clients {
		until(t, c, FaceIdle)
	}
	if _, err := Dial(t.Context(), address, nil); err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("a fifth socket: %v", err)
	}
	must(t, clients[0].Close())
	for end := time.Now().Add(patience); ; {
		c, err := Dial(t.Context(), address, nil)
		if err == nil {
			must(t, c.Close())
			break
		}
		if time.Now().After(end) {
			t.Fatal("the seat was not given back")
		}
	}
}

// TestWhatWasPressedIsDone: a release goes on when the page is lost.
func TestWhatWasPressedIsDone(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	slow := &slowDesk{fakeDesk: d, begun: make(chan struct{}), go_: make(chan struct{})}
	k, err := New(Options{Desk: slow, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	server := httptest.NewServer(k.Handler())
	defer server.Close()
	c := dial(t, server.URL+"/kiosk/library")
	must(t, c.Tap(badge))
	until(t, c, FaceJobs)
	must(t, c.ReleaseAll())
	<-slow.begun
	must(t, c.Close())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	close(slow.go_)
	must(t, <-ended) // Run waits for it
	if _, releases, _, _ := d.counts(); releases != 1 {
		t.Errorf("%d releases", releases)
	}
	if _, err := Dial(t.Context(), server.URL+"/kiosk/library", nil); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a socket after the end: %v", err)
	}
}

// slowDesk releases when it is told to, and fails if its context has ended.
type slowDesk struct {
	*fakeDesk
	begun, go_ chan struct{}
}

func (d *slowDesk) Release(ctx context.Context, v release.Visitor, ids []release.JobID) (int, error) {
	close(d.begun)
	<-d.go_
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return d.fakeDesk.Release(ctx, v, ids)
}

func TestRunClosesEverySocket(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	server := httptest.NewServer(k.Handler())
	defer server.Close()
	c := dial(t, server.URL+"/kiosk/library")
	must(t, c.Tap(badge))
	until(t, c, FaceJobs)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	cancel()
	must(t, <-ended)
	ends(t, c)
}

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

// TestTimeAtTheSocket runs the real socket against an artificial clock: 20 s of
// idleness, a peer that does not read, a peer that has gone without a word.
func TestTimeAtTheSocket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDesk(twoJobs()...)
		k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler)})
		must(t, err)
		p := &pipes{conns: make(chan net.Conn), shut: make(chan struct{})}
		server := &http.Server{Handler: k.Handler(), ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(p) }()
		defer func() { _ = server.Close() }()
		dialer := websocket.Dialer{NetDialContext: p.dial}
		connect := func() *websocket.Conn {
			c, _, err := dialer.Dial("ws://localhost/kiosk/library/socket", http.Header{"Origin": {"http://localhost"}})
			must(t, err)
			return c
		}

		c := connect()
		must(t, c.WriteJSON(message{Do: "tap", Badge: badge}))
		came := time.Now()
		faces := readFaces(c)
		if f := <-faces; f.face != FaceIdle {
			t.Errorf("first %s", f.face)
		}
		var last string
		for f := range faces {
			if f.face != last {
				last = f.face
				t.Logf("%s after %s", f.face, f.at.Sub(came))
			}
			if f.face == FaceIdle {
				if gone := f.at.Sub(came); gone != 20*time.Second {
					t.Errorf("signed out after %s", gone)
				}
				break
			}
		}
		time.Sleep(10 * time.Minute) // pings and pongs keep a quiet screen
		must(t, c.WriteJSON(message{Do: "keypad"}))
		if f := <-faces; f.face != FaceKeypad {
			t.Errorf("after ten minutes: %s", f.face)
		}
		_ = c.Close()

		deaf := connect() // never reads: the first view cannot be written
		seated(t, k, 1)
		time.Sleep(writeWait + time.Second)
		seated(t, k, 0)
		_ = deaf.Close()

		mute := connect() // reads, but its pongs never come
		mute.SetPingHandler(func(string) error { return nil })
		silent := readFaces(mute)
		<-silent
		seated(t, k, 1)
		time.Sleep(readWait + time.Second)
		seated(t, k, 0)
		_ = mute.Close()
	})
}

type seenFace struct {
	face string
	at   time.Time
}

// readFaces reads until the socket ends.
func readFaces(c *websocket.Conn) <-chan seenFace {
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
	if k.seats[1] != want {
		t.Errorf("%d sockets at the station, want %d", k.seats[1], want)
	}
}

func TestNewChecksItsOptions(t *testing.T) {
	t.Parallel()
	d := newFakeDesk()
	log := slog.New(slog.DiscardHandler)
	for name, o := range map[string]Options{
		"no desk": {Subscribe: d.subscribe, Log: log}, "no hub": {Desk: d, Log: log}, "no log": {Desk: d, Subscribe: d.subscribe},
		"idle below nothing": {Desk: d, Subscribe: d.subscribe, Log: log, Idle: -1}, "idle for ever": {Desk: d, Subscribe: d.subscribe, Log: log, Idle: time.Hour},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
