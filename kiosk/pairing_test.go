package kiosk

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"inkwell/internal/fault"
	"inkwell/release"
)

// elsewhereServer is a kiosk as other machines reach it, by TLS.
func elsewhereServer(t *testing.T, d *fakeDesk) *httptest.Server {
	t.Helper()
	k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	passed := func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = "10.0.0.7:5000"
		k.Handler().ServeHTTP(w, r)
	}
	s := httptest.NewTLSServer(http.HandlerFunc(passed))
	t.Cleanup(s.Close)
	return s
}

// A browser elsewhere opens a station's page once it is paired, and no other station's; it loses the
// page when the pairing ends, in the middle of a visit.
func TestAPairedBrowser(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	s := elsewhereServer(t, d)
	client := s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	do := func(method, path string, cookies ...*http.Cookie) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
		must(t, err)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		answer, err := client.Do(r)
		must(t, err)
		must(t, answer.Body.Close())
		return answer
	}
	want := func(answer *http.Response, status int) *http.Response {
		t.Helper()
		if answer.StatusCode != status {
			t.Errorf("%s: %d, want %d", answer.Request.URL.Path, answer.StatusCode, status)
		}
		return answer
	}
	want(do("GET", "/kiosk/library"), 403)
	want(do("GET", "/kiosk/pair/with/x"), 404)
	want(do("POST", "/kiosk/pair/with/x"), 404)
	if got := want(do("GET", "/kiosk/pair/with/l"), 200).Cookies(); len(got) != 0 {
		t.Errorf("looking at the link gives %v", got)
	}
	paired := want(do("POST", "/kiosk/pair/with/l"), 303)
	if len(paired.Cookies()) != 1 || paired.Header.Get("Location") != "/kiosk/library" {
		t.Fatalf("%v, %s", paired.Cookies(), paired.Header.Get("Location"))
	}
	cookie := paired.Cookies()[0]
	if cookie.Name != "__Host-inkwell-station" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" {
		t.Errorf("the cookie is %+v", cookie)
	}
	want(do("GET", "/kiosk/library", cookie), 200)
	want(do("GET", "/kiosk/hall", cookie), 403)
	want(do("GET", "/kiosk/library", &http.Cookie{Name: cookie.Name, Value: "guess"}), 403)

	if _, answer, err := dialPaired(t, s, "guess"); err == nil || answer.StatusCode != 403 {
		t.Errorf("a socket without pairing: %v, %v", answer, err)
	}
	conn, _, err := dialPaired(t, s, cookie.Value)
	must(t, err)
	c := &Client{conn: conn}
	must(t, c.SignInWithCode("sam.jones", "482913"))
	if _, err := c.Until(t.Context(), func(v View) bool { return v.Face == FaceJobs }); err != nil {
		t.Fatal(err)
	}
	_ = d.change(func() { d.unpaired = true })
	must(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
	_ = c.ReleaseAll()
	for { // until the page is hung up on
		if _, _, err := conn.ReadMessage(); err != nil {
			break
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.releases) != 0 {
		t.Errorf("released after the pairing ended: %v", d.releases)
	}
}

// dialPaired opens the socket of the library's page with what proves a browser.
func dialPaired(t *testing.T, s *httptest.Server, secret string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	dialer := websocket.Dialer{TLSClientConfig: s.Client().Transport.(*http.Transport).TLSClientConfig}
	conn, answer, err := dialer.DialContext(t.Context(), strings.Replace(s.URL, "https", "wss", 1)+"/kiosk/library/socket",
		http.Header{"Origin": {s.URL}, "Cookie": {pairedCookie + "=" + secret}})
	if answer != nil && answer.Body != nil {
		must(t, answer.Body.Close())
	}
	if err == nil {
		t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, answer, err
}

// A room has more computers than a kiosk has windows; one of them takes no seat from the others.
func TestEachPairedBrowserHasItsOwnSeats(t *testing.T) {
	t.Parallel()
	s := elsewhereServer(t, newFakeDesk())
	for i := range 3 * seatLimit {
		if _, _, err := dialPaired(t, s, fmt.Sprintf("s%d", i)); err != nil {
			t.Fatalf("computer %d: %v", i, err)
		}
	}
	for range seatLimit - 1 {
		if _, _, err := dialPaired(t, s, "s0"); err != nil {
			t.Fatal(err)
		}
	}
	if _, answer, err := dialPaired(t, s, "s0"); err == nil || answer.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one window too many: %v", err)
	}
}

// While nobody can say whether a browser is paired, its page is hung up on and does not wait for ever.
func TestAPairingThatNobodyCanTellOf(t *testing.T) {
	t.Parallel()
	d := newFakeDesk(twoJobs()...)
	conn, _, err := dialPaired(t, elsewhereServer(t, d), "s")
	must(t, err)
	c := &Client{conn: conn}
	must(t, c.SignInWithCode("sam.jones", "482913"))
	until(t, c, FaceJobs)
	_ = d.change(func() { d.unsure = true })
	_ = c.ReleaseAll()
	ends(t, c)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.releases) != 0 {
		t.Errorf("released without a pairing: %v", d.releases)
	}
}

// The number of a badge that somebody types on a computer without a reader signs nobody in.
func TestAComputerTakesNoBadge(t *testing.T) {
	t.Parallel()
	st := library()
	s := NewScreen(st, 20*time.Second, func(string) uint64 { return 1 })
	if effects := s.Apply(noon, Tap{Badge: badge}); len(effects) != 1 {
		t.Fatalf("at a kiosk: %v", effects)
	}
	st.Kind = release.PCStation
	s = NewScreen(st, 20*time.Second, func(string) uint64 { return 1 })
	if effects := s.Apply(noon, Tap{Badge: badge}); len(effects) != 0 || s.Face() != FaceIdle {
		t.Errorf("on a computer: %v, %s", effects, s.Face())
	}
}

// What a computer that takes no badge says of its rest and of waits is true there.
func TestAComputerPromisesNoBadge(t *testing.T) {
	t.Parallel()
	c := newScene(t)
	c.s.station.Kind = release.PCStation
	for code, want := range map[string]string{
		"keypad-paused": "Nobody can sign in here for a few minutes. Your badge works at a kiosk.",
		"keypads-rest":  "Codes do not work at the moment. Your badge works at a kiosk. Please tell IT.",
		"code-wait":     "Wait 4 seconds, then try again.",
	} {
		c.does(OpenKeypad{}, Submit{"sam.jones", "482913"})
		c.does(SignedIn{Turn: next[SignIn](c).Turn, Err: fault.New(fault.TooMany, code, "Wait 4 seconds, then try again. A badge works at once.")})
		if v := c.face(FaceKeypad); v.Note != want {
			t.Errorf("%s: it says %q", code, v.Note)
		}
	}
}

// The page of a room's computers asks for name and code, and says where it comes out.
func TestTheIdlePageOfAComputer(t *testing.T) {
	t.Parallel()
	st := library()
	st.Kind = release.PCStation
	s := NewScreen(st, 20*time.Second, func(string) uint64 { return 1 })
	if v := s.View(noon); !v.PC || v.Title != "Print in this room" || !strings.Contains(v.Text, "comes out at Library printer") {
		t.Errorf("view %+v", v)
	}
}
