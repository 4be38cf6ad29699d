package door

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// house is a door on loopback with a client that trusts its authority.
type house struct {
	*Door
	id     *Identity
	client *http.Client
	served chan error
}

// open serves the handler on a free port of loopback.
func openHouse(t *testing.T, o Options) *house {
	t.Helper()
	id := newIdentity(t, t.TempDir(), nil)
	o.Address, o.Identity, o.Log = "127.0.0.1:0", id, quiet()
	d, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, d, id)
}

func serve(t *testing.T, d *Door, id *Identity) *house {
	h := &house{Door: d, id: id, client: trusting(t, id), served: make(chan error, 1)}
	go func() { h.served <- d.Serve() }()
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// trusting is a client that trusts the identity's authority and nothing else,
// and follows no redirect.
func trusting(t *testing.T, id *Identity) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(id.Authority()) {
		t.Fatal("the authority handed out no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (h *house) get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	resp, err := h.client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// tell answers how the request came.
var tell = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = fmt.Fprintf(w, "%s tls=%v loopback=%v", r.Proto, r.TLS != nil, Loopback(r))
})

func TestOnePortTakesTLSAndPlain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scheme string
		http2  bool
		want   string
	}{
		{"https", false, "HTTP/1.1 tls=true loopback=true"},
		{"https", true, "HTTP/2.0 tls=true loopback=true"},
		{"http", true, "HTTP/1.1 tls=false loopback=true"},
	} {
		h := openHouse(t, Options{Handler: tell, HTTP2: c.http2})
		if _, body := h.get(t, c.scheme+"://"+h.Addr().String()); body != c.want {
			t.Errorf("%s (HTTP/2 offered: %v): %s", c.scheme, c.http2, body)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: tell})
	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true}
	if c, err := tls.Dial("tcp", h.Addr().String(), old); err == nil {
		_ = c.Close()
		t.Fatal("TLS 1.1 was accepted")
	}
}

func TestASilentPeerHoldsUpNobodyAndIsDropped(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: tell})
	silent := dial(t, h.Addr())
	h.get(t, "http://"+h.Addr().String())
	began := time.Now()
	_ = silent.SetReadDeadline(began.Add(3 * firstByte))
	if _, err := silent.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("a peer that says nothing is kept: %v", err)
	}
}

func TestASlowHeaderIsDropped(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: tell})
	slow := dial(t, h.Addr())
	send(t, slow, "GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ")
	_ = slow.SetReadDeadline(time.Now().Add(3 * wholeHeader))
	answer, err := io.ReadAll(slow)
	if err != nil {
		t.Fatalf("a header that never ends is kept: %v", err)
	}
	if strings.Contains(string(answer), "200 OK") {
		t.Errorf("half a header was answered: %q", answer)
	}
}

func TestTheTotalIsAWall(t *testing.T) {
	t.Parallel()
	limits := NewLimits(1, 2)
	h := openHouse(t, Options{Handler: tell, Limits: limits})
	first, second := dial(t, h.Addr()), dial(t, h.Addr())
	for _, c := range []net.Conn{first, second} { // both are in: they are answered
		send(t, c, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
		if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	third := dial(t, h.Addr())
	if _, err := third.Read(make([]byte, 1)); err == nil {
		t.Fatal("a connection above the total was served")
	}
	_ = first.Close()
	for { // its place becomes free once the server has seen the end
		limits.mu.Lock()
		open := limits.open
		limits.mu.Unlock()
		if open < 2 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	h.get(t, "http://"+h.Addr().String())
}

func TestLimitsCountAddressesApart(t *testing.T) {
	t.Parallel()
	l := NewLimits(2, 5)
	a, b, here := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("127.0.0.1")
	steps := []struct {
		address netip.Addr
		want    bool
	}{{a, true}, {a, true}, {a, false}, {b, true}, {here, true}, {here, true}, {b, false}}
	for i, s := range steps {
		if got := l.enter(s.address); got != s.want {
			t.Errorf("step %d, %s: entered %v", i, s.address, got)
		}
	}
	l.leave(a)
	if !l.enter(b) {
		t.Error("a place that became free stayed taken")
	}
	for _, x := range []netip.Addr{a, b, b, here, here} {
		l.leave(x)
	}
	if l.open != 0 || len(l.byAddress) != 0 {
		t.Errorf("all have left, and %d are counted in %v", l.open, l.byAddress)
	}
}

func TestOneIPv6HostIsOneAddress(t *testing.T) {
	t.Parallel()
	at := func(s string) netip.Addr { return addressOf(&net.TCPAddr{IP: net.ParseIP(s), Port: 1}) }
	if at("2001:db8::1") != at("2001:db8::ffff:2") {
		t.Error("one /64 counts as many addresses")
	}
	if at("2001:db8::1") == at("2001:db8:0:1::1") {
		t.Error("two networks count as one address")
	}
	if got := at("::ffff:192.0.2.1"); got != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("a mapped IPv4 address became %s", got)
	}
	if !at("::1").IsLoopback() {
		t.Error("loopback is no longer loopback")
	}
	for from, want := range map[string]string{"[2001:db8::1%eth0]:1": "2001:db8::", "[::ffff:192.0.2.1]:1": "192.0.2.1", "192.0.2.1:1": "192.0.2.1", "@": "invalid IP"} {
		if got := Sender(&http.Request{RemoteAddr: from}).String(); got != want {
			t.Errorf("a request from %s is from %s", from, got)
		}
	}
}

func TestAPanicEndsOneRequest(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("a name")
		}
	})})
	if _, err := h.client.Get("http://" + h.Addr().String() + "/panic"); err == nil {
		t.Error("a request that panicked was answered as if nothing had been")
	}
	h.get(t, "http://"+h.Addr().String()+"/")
}

func TestShutdownFinishesWhatIsInFlight(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	h := openHouse(t, Options{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "whole")
	})})
	waiting := dial(t, h.Addr()) // has said nothing; must not keep the door open
	body := make(chan string, 1)
	go func() {
		_, b := h.get(t, "https://"+h.Addr().String())
		body <- b
	}()
	<-entered
	down := make(chan error, 1)
	go func() { down <- h.Shutdown(t.Context()) }()
	_ = waiting.SetReadDeadline(time.Now().Add(firstByte / 2))
	if _, err := waiting.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a silent connection outlived the listener: %v", err)
	}
	if c, err := net.Dial("tcp", h.Addr().String()); err == nil {
		_ = c.Close()
		t.Error("a door that is being shut still accepts")
	}
	close(leave)
	if err := <-down; err != nil {
		t.Error(err)
	}
	if got := <-body; got != "whole" {
		t.Errorf("the request in flight got %q", got)
	}
	if err := <-h.served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	h := openHouse(t, Options{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	})})
	go func() { _, _ = h.client.Get("http://" + h.Addr().String()) }()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := h.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Shutdown: %v", err)
	}
}

func dial(t *testing.T, to net.Addr) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// One address can use up its own share, and no other's.
func TestOneAddressCannotKeepOthersOut(t *testing.T) {
	t.Parallel()
	limits := NewLimits(2, 10)
	limits.exempt = func(netip.Addr) bool { return false } // this machine too, for once
	h := openHouse(t, Options{Handler: tell, Limits: limits})
	from := func(ip string) (answer string, err error) {
		c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}).Dial("tcp4", h.Addr().String())
		if err != nil {
			return "", err
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: here\r\n\r\n"); err != nil {
			return "", err
		}
		return bufio.NewReader(c).ReadString('\n')
	}
	for _, step := range []struct {
		ip     string
		served bool
	}{{"127.0.0.2", true}, {"127.0.0.2", true}, {"127.0.0.2", false}, {"127.0.0.3", true}, {"127.0.0.2", false}, {"127.0.0.3", true}} {
		if answer, err := from(step.ip); (err == nil && strings.HasPrefix(answer, "HTTP/1.1 200")) != step.served {
			t.Errorf("%s: %q, %v; want served %v", step.ip, answer, err, step.served)
		}
	}
}
