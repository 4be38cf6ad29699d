package door

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// elsewhere is a plain request of another machine that reached our port 8443.
func elsewhere(method, target, kind string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader("secret"))
	r.RemoteAddr = "192.0.2.7:50000"
	r.Header.Set("Content-Type", kind)
	here := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8443}
	return r.WithContext(contextWith(r, here))
}

func TestPlainFromElsewhereIsSentToTLS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, method, target, kind string
		status                     int
		location                   string
	}{
		{"a page", "GET", "http://print.school.example:8443/kiosk/library?x=1", "", 307, "https://print.school.example:8443/kiosk/library?x=1"},
		{"a form", "POST", "http://print:8443/staff", "application/x-www-form-urlencoded", 307, "https://print:8443/staff"},
		{"an address", "GET", "http://[2001:db8::1]:8443/", "", 307, "https://[2001:db8::1]:8443/"},
		{"no port in Host", "GET", "http://192.0.2.1/", "", 307, "https://192.0.2.1:8443/"},
		{"a path like a host", "GET", "http://print:8443//evil.example/", "", 307, "https://print:8443//evil.example/"},
		{"IPP", "POST", "http://print:8443/ipp/print", "application/ipp", 426, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			reached := false
			w := httptest.NewRecorder()
			guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })).
				ServeHTTP(w, elsewhere(c.method, c.target, c.kind))
			if reached {
				t.Fatal("the handler saw a plain request from elsewhere")
			}
			if w.Code != c.status || w.Header().Get("Location") != c.location {
				t.Errorf("answered %d %q", w.Code, w.Header().Get("Location"))
			}
			if c.status == http.StatusUpgradeRequired && w.Header().Get("Upgrade") != "TLS/1.2, HTTP/1.1" {
				t.Errorf("426 offers %q", w.Header().Get("Upgrade"))
			}
			if !strings.Contains(w.Header().Get("Connection"), "close") {
				t.Error("the connection stays open for more plain requests")
			}
		})
	}
}

func TestAHostThatIsNoNameIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "-", "a b", `"><script>`, "user@evil.example", "[::1", "a/b"} {
		r := elsewhere("GET", "http://print:8443/", "")
		r.Host = host
		w := httptest.NewRecorder()
		guard(tell).ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest {
			t.Errorf("Host %q: %d to %q", host, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestLoopbackIsThisMachineAndNoProxy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		remote, header string
		want           bool
	}{
		{"127.0.0.1:1", "", true},
		{"127.8.8.8:1", "", true},
		{"[::1]:1", "", true},
		{"[::ffff:127.0.0.1]:1", "", true},
		{"192.0.2.7:1", "", false},
		{"", "", false},
		{"@", "", false},
		{"127.0.0.1:1", "X-Forwarded-For", false},
		{"127.0.0.1:1", "Forwarded", false},
		{"127.0.0.1:1", "X-Real-IP", false},
		{"127.0.0.1:1", "Via", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.header != "" {
			r.Header.Set(c.header, "127.0.0.1")
		}
		if got := Loopback(r); got != c.want {
			t.Errorf("%q with %q: %v", c.remote, c.header, got)
		}
	}
}

func TestTheRedirectDoorHandsOutTheAuthorityAndNothingElse(t *testing.T) {
	t.Parallel()
	id := newIdentity(t, t.TempDir(), nil)
	d, err := OpenRedirect(Options{Address: "127.0.0.1:0", Identity: id, Log: quiet()}, &net.TCPAddr{Port: 8443})
	if err != nil {
		t.Fatal(err)
	}
	h := serve(t, d, id)
	resp, body := h.get(t, "http://"+h.Addr().String()+"/ca.crt")
	if resp.StatusCode != 200 || body != string(id.Authority()) || resp.Header.Get("Content-Type") != "application/x-x509-ca-cert" {
		t.Errorf("/ca.crt: %s, %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	if strings.Contains(body, "PRIVATE") {
		t.Error("a key was handed out")
	}
	for _, scheme := range []string{"http", "https"} {
		resp, _ := h.get(t, scheme+"://"+h.Addr().String()+"/kiosk/library")
		if got := resp.Header.Get("Location"); got != "https://127.0.0.1:8443/kiosk/library" {
			t.Errorf("%s: redirected to %q", scheme, got)
		}
	}
}
