package kiosk

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A station's own address opens for nobody whom IT has not paired, on the server itself neither; a demo's opens
// there, and nowhere else.
func TestOnlyAPairedBrowser(t *testing.T) {
	t.Parallel()
	for _, demo := range []bool{false, true} {
		opensHere(t, demo)
	}
}

func opensHere(t *testing.T, demo bool) {
	t.Helper()
	d := newFakeDesk()
	k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler), Unpaired: demo})
	must(t, err)
	for _, c := range []struct {
		remote, host string
		want         int
	}{
		{"127.0.0.1:5000", "localhost:8443", 200}, {"[::1]:5000", "[::1]:8443", 200}, {"127.9.9.9:1", "127.0.0.1", 200}, {"[::ffff:127.0.0.1]:1", "localhost", 200},
		{"10.0.0.7:5000", "localhost:8443", 303}, {"192.168.1.1:1", "192.168.1.1:8443", 303}, {"[fe80::1%eth0]:1", "localhost", 303}, {"", "localhost", 303},
		{"127.0.0.1:5000", "evil.test:8443", 303}, {"127.0.0.1:5000", "localhost.evil.test", 303}, {"127.0.0.1:5000", "", 303}, {"@", "localhost", 303},
	} {
		if !demo {
			c.want = http.StatusSeeOther
		}
		for _, path := range []string{"/kiosk/library", "/kiosk/library/socket"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.RemoteAddr, r.Host = c.remote, c.host
			w := httptest.NewRecorder()
			k.Handler().ServeHTTP(w, r)
			if path == "/kiosk/library" && w.Code != c.want {
				t.Errorf("from %s to %q: %d", c.remote, c.host, w.Code)
			}
			if c.want == 303 && path != "/kiosk/library" && (w.Code != 403 || !strings.Contains(w.Body.String(), "This browser is not paired with a station.")) {
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
	t.Logf("first page %d bytes in all", total) // before they are compressed: TestThePage weighs what is sent
	if total > 150_000 || total < 20_000 {
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
