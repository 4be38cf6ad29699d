package kiosk

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/web/socket"
	"inkwell/release"
)

// remoteKiosk is a kiosk as other machines reach it, by TLS.
type remoteKiosk struct {
	*testing.T
	desk   *fakeDesk
	kiosk  *Kiosk
	server *httptest.Server
	trust  *tls.Config
}

func newRemote(t *testing.T, d *fakeDesk) remoteKiosk {
	t.Helper()
	k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = k.Run(ctx) }()
	passed := func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = "10.0.0.7:5000"
		k.Handler().ServeHTTP(w, r)
	}
	s := httptest.NewTLSServer(http.HandlerFunc(passed))
	t.Cleanup(func() { cancel(); <-ended; s.Close() })
	return remoteKiosk{t, d, k, s, s.Client().Transport.(*http.Transport).TLSClientConfig}
}

// browser is one with a key of its own.
type browser struct {
	key    *ecdsa.PrivateKey
	public release.DeviceKey
}

func newBrowser(t *testing.T) browser {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	public, err := key.PublicKey.Bytes()
	must(t, err)
	return browser{key, release.DeviceKey(public)}
}

// open opens a browser's socket.
func (e remoteKiosk) open(b browser, link string) *Client {
	e.Helper()
	c, err := DialDevice(e.Context(), e.server.URL, e.trust, b.key, link)
	must(e.T, err)
	e.Cleanup(func() { _ = c.Close() })
	return c
}

// raw opens a socket as it comes, and returns what it is greeted with.
func (e remoteKiosk) raw(b browser) (*websocket.Conn, greeting) {
	e.Helper()
	thumb := b.public.Thumb()
	d := websocket.Dialer{TLSClientConfig: e.trust}
	conn, answer, err := d.DialContext(e.Context(), strings.Replace(e.server.URL, "https", "wss", 1)+"/kiosk/socket?key="+base64.RawURLEncoding.EncodeToString(thumb[:]),
		http.Header{"Origin": {e.server.URL}})
	must(e.T, err)
	_ = answer.Body.Close()
	e.Cleanup(func() { _ = conn.Close() })
	var g greeting
	must(e.T, conn.ReadJSON(&g))
	return conn, g
}

// A browser shows a code until it is paired; then it shows its station, in the same window and after
// the next start, and no other browser does. It loses it in the middle of a visit when it is unpaired.
func TestABrowserIsPaired(t *testing.T) {
	t.Parallel()
	e := newRemote(t, newFakeDesk(twoJobs()...))
	b := newBrowser(t)
	c := e.open(b, "")
	if v := until(t, c, FacePair); v.ShownCode() != theCode || v.Pair.Code != "ABCD 2345" || v.Pair.Left.Left <= 0 || v.School != "" {
		t.Errorf("it shows %+v", v)
	}
	must(t, c.Touch()) // does nothing, and no harm
	e.desk.pair(b.public)
	if v := until(t, c, FacePaired); v.Station != "Library" {
		t.Errorf("it shows %+v", v)
	}
	ends(t, c)

	c = e.open(b, "")
	until(t, c, FaceIdle)
	until(t, e.open(newBrowser(t), ""), FacePair)
	must(t, c.SignInWithCode("sam.jones", "482913"))
	until(t, c, FaceJobs)
	e.desk.unpair(b.public)
	ends(t, c)
	if _, err := DialDevice(t.Context(), e.server.URL, e.trust, b.key, ""); !errors.Is(err, ErrOver) {
		t.Errorf("after its end: %v", err)
	}
}

// A browser pairs itself by a link; one that is no good leaves it with a code, and says why.
func TestABrowserPairsItself(t *testing.T) {
	t.Parallel()
	e := newRemote(t, newFakeDesk())
	c := e.open(newBrowser(t), "no link of ours")
	if v := until(t, c, FacePair); v.Note != "This link has been used." || v.ShownCode() == "" {
		t.Errorf("it shows %+v", v)
	}
	b := newBrowser(t)
	until(t, e.open(b, theLink), FacePaired)
	until(t, e.open(b, theLink), FaceIdle)
}

// What one socket was told is good there alone: neither another's proof nor a key that is not the
// browser's opens anything.
func TestProofsThatProveNothing(t *testing.T) {
	t.Parallel()
	e := newRemote(t, newFakeDesk())
	b, thief := newBrowser(t), newBrowser(t)
	e.desk.pair(b.public)
	signed := func(by browser, origin string, c challenge) []byte {
		p, err := sign(by.key, c.text(origin))
		must(t, err)
		return p
	}
	here := e.server.URL
	_, first := e.raw(b)
	for name, answer := range map[string]func(c challenge) any{
		"another socket's":  func(challenge) any { return proof{Proof: signed(b, here, *first.Challenge)} },
		"another host's":    func(c challenge) any { return proof{Proof: signed(b, "https://evil.test", c)} },
		"another station's": func(c challenge) any { c.Station = "hall"; return proof{Proof: signed(b, here, c)} },
		"another key's":     func(c challenge) any { return proof{Proof: signed(thief, here, c)} },
		"a key of one's own": func(c challenge) any {
			return proof{Proof: signed(thief, here, c), Key: thief.public[:]}
		},
		"none":        func(challenge) any { return proof{} },
		"a short one": func(c challenge) any { return proof{Proof: signed(b, here, c)[:40]} },
		"an act":      func(challenge) any { return message{Do: "tap", Badge: badge} },
		"more":        func(c challenge) any { return map[string]any{"proof": signed(b, here, c), "more": 1} },
		"10 kB":       func(challenge) any { return proof{Link: strings.Repeat("0", 10_000)} },
	} {
		conn, g := e.raw(b)
		_ = conn.WriteJSON(answer(*g.Challenge))
		t.Log(name)
		ends(t, &Client{conn: conn})
	}
	conn, g := e.raw(thief) // a browser that nobody knows, in the name of its own key
	must(t, conn.WriteJSON(proof{Proof: signed(thief, here, *g.Challenge), Key: b.public[:]}))
	ends(t, &Client{conn: conn})
	conn, g = e.raw(b)
	must(t, conn.WriteJSON(proof{Proof: signed(b, here, *g.Challenge)}))
	until(t, &Client{conn: conn}, FaceIdle)
	if len(e.desk.browsers.asking) != 0 {
		t.Error("somebody asked to be paired")
	}
}

// Other origins and addresses that are no kiosk's get no socket; the wipe is for our own page.
func TestWhoGetsNoSocket(t *testing.T) {
	t.Parallel()
	e := newRemote(t, newFakeDesk())
	b := newBrowser(t)
	thumb := b.public.Thumb()
	for origin, query := range map[string]string{
		"https://evil.test": base64.RawURLEncoding.EncodeToString(thumb[:]), "null": base64.RawURLEncoding.EncodeToString(thumb[:]),
		e.server.URL: "abc", e.server.URL + "/": "",
	} {
		d := websocket.Dialer{TLSClientConfig: e.trust}
		conn, answer, err := d.DialContext(t.Context(), strings.Replace(e.server.URL, "https", "wss", 1)+"/kiosk/socket?key="+query, http.Header{"Origin": {origin}})
		if err == nil {
			t.Errorf("origin %q, key %q: let in", origin, query)
			_ = conn.Close()
			continue
		}
		_ = answer.Body.Close()
	}
	for site, want := range map[string]int{"same-origin": http.StatusNoContent, "cross-site": http.StatusForbidden} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.server.URL+"/kiosk/wipe", nil)
		must(t, err)
		r.Header.Set("Sec-Fetch-Site", site)
		answer, err := e.server.Client().Do(r)
		must(t, err)
		_ = answer.Body.Close()
		if answer.StatusCode != want || (want == http.StatusNoContent) != strings.Contains(answer.Header.Get("Clear-Site-Data"), "storage") {
			t.Errorf("%s: %d, %v", site, answer.StatusCode, answer.Header)
		}
	}
}

// A room has more computers than a kiosk has windows; one of them takes no seat from the others.
func TestEachPairedBrowserHasItsOwnSeats(t *testing.T) {
	t.Parallel()
	e := newRemote(t, newFakeDesk())
	var one browser
	for range 3 * seatLimit {
		one = newBrowser(t)
		e.desk.pair(one.public)
		until(t, e.open(one, ""), FaceIdle)
	}
	for range seatLimit - 1 {
		until(t, e.open(one, ""), FaceIdle)
	}
	extra := e.open(one, "") // one window too many
	if v := until(t, extra, FaceFull); v.Title == "" || v.Text == "" {
		t.Errorf("it reads %+v", v)
	}
	ends(t, extra)
	if here := e.kiosk.devices(); len(here) != 3*seatLimit {
		t.Errorf("connected: %v", here)
	}
}

// A paired browser that floods is dropped, and not asked anything of for a while when it comes back; the
// others are let in.
func TestABrowserThatFloodsRests(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	e := newRemote(t, newFakeDesk())
	e.kiosk.log = slog.New(slog.NewTextHandler(&locked{Writer: &said}, nil))
	b, other := newBrowser(t), newBrowser(t)
	e.desk.pair(b.public)
	e.desk.pair(other.public)
	windows := []*Client{e.open(b, ""), e.open(b, "")}
	for _, c := range windows {
		until(t, c, FaceIdle)
	}
	for _, c := range windows {
		for range 3 * socket.FloodLimit {
			_ = c.Touch() // the server may hang up meanwhile
		}
		ends(t, c)
	}
	_, err := DialDevice(t.Context(), e.server.URL, e.trust, b.key, "")
	if err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("it came back: %v", err)
	}
	until(t, e.open(other, ""), FaceIdle)
	if n := strings.Count(said.String(), "socket dropped"); n != 1 || !strings.Contains(said.String(), "device=1") {
		t.Errorf("the log says it %d times:\n%s", n, &said)
	}
}

func TestARestEnds(t *testing.T) {
	t.Parallel()
	var r rests
	now := noon
	one := release.Thumb{1}
	if !r.begin(one, now) || r.begin(one, now) || !r.refuses(one, now.Add(restFor-1)) || r.refuses(release.Thumb{2}, now) {
		t.Error("a rest does not begin")
	}
	if r.refuses(one, now.Add(restFor)) || len(r.until) != 0 {
		t.Error("a rest does not end")
	}
	for n := range 2 * mostResting {
		r.begin(release.Thumb{2, byte(n), byte(n >> 8)}, now)
	}
	if len(r.until) != mostResting || !r.begin(one, now.Add(restFor)) || len(r.until) != 1 {
		t.Errorf("%d rest", len(r.until))
	}
}

// locked is a writer for several goroutines.
type locked struct {
	sync.Mutex
	io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Writer.Write(p)
}

// While nobody can say whether a browser is paired, its page is hung up on and does not wait for ever.
func TestAPairingThatNobodyCanTellOf(t *testing.T) {
	t.Parallel()
	e := newRemote(t, newFakeDesk(twoJobs()...))
	b := newBrowser(t)
	e.desk.pair(b.public)
	c := e.open(b, "")
	must(t, c.SignInWithCode("sam.jones", "482913"))
	until(t, c, FaceJobs)
	_ = e.desk.change(func() { e.desk.browsers.unsure = true })
	_ = c.ReleaseAll()
	ends(t, c)
	e.desk.mu.Lock()
	defer e.desk.mu.Unlock()
	if len(e.desk.releases) != 0 {
		t.Errorf("released without a pairing: %v", e.desk.releases)
	}
}

// A browser is told what it signs in words that hold the place it is for.
func TestWhatIsSigned(t *testing.T) {
	t.Parallel()
	c := challenge{Nonce: "n", Station: "library"}
	if got := c.text("https://print.example"); got != "inkwell kiosk\nhttps://print.example\nlibrary\nn" {
		t.Errorf("%q", got)
	}
	text, err := json.Marshal(greeting{Challenge: &c})
	if err != nil || string(text) != `{"challenge":{"nonce":"n","station":"library"}}` {
		t.Errorf("%s, %v", text, err)
	}
}

// Whose page is closed is told to the desk a moment later, unless it is back by then: until then nobody
// else may have its place.
func TestWhoHasLeftIsTold(t *testing.T) {
	t.Parallel()
	e := newRemote(t, newFakeDesk())
	stays, goes, back := newBrowser(t), newBrowser(t), newBrowser(t)
	ids := map[string]release.DeviceID{}
	for name, b := range map[string]browser{"stays": stays, "goes": goes, "back": back} {
		e.desk.pair(b.public)
		ids[name] = e.desk.browsers.paired[b.public.Thumb()].ID
		c := e.open(b, "")
		until(t, c, FaceIdle)
		if name != "stays" {
			must(t, c.Close())
		}
	}
	for end := time.Now().Add(patience); len(e.kiosk.devices()) != 1; time.Sleep(time.Millisecond) { // between two looks
		if time.Now().After(end) {
			t.Fatalf("connected: %v", e.kiosk.devices())
		}
	}
	until(t, e.open(back, ""), FaceIdle)
	if soon := e.kiosk.haveLeft(time.Now()); len(soon) != 0 {
		t.Errorf("told too soon of %v", soon)
	}
	e.desk.mu.Lock()
	told := slices.Clone(e.desk.browsers.left) // by the kiosk itself, where this test was slow
	e.desk.mu.Unlock()
	if told = append(told, e.kiosk.haveLeft(time.Now().Add(leftAfter))...); len(told) != 1 || told[0] != ids["goes"] {
		t.Errorf("told of %v, want %v", told, ids["goes"])
	}
	if again := e.kiosk.haveLeft(time.Now().Add(time.Hour)); len(again) != 0 {
		t.Errorf("told again of %v", again)
	}
}
