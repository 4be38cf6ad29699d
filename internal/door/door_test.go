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
	"slices"
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

// counted is a connection of an address that can be counted, and closed.
func counted(l *Limits, address string) *conn {
	near, _ := net.Pipe()
	return &conn{Conn: near, limits: l, address: netip.MustParseAddr(address)}
}

func TestLimitsCountAddressesApart(t *testing.T) {
	t.Parallel()
	l := NewLimits(2, 5)
	const a, b, here = "192.0.2.1", "192.0.2.2", "127.0.0.1"
	var in []*conn
	for i, s := range []struct {
		address string
		want    bool
	}{{a, true}, {a, true}, {a, false}, {b, true}, {here, true}, {here, true}, {b, false}} {
		c := counted(l, s.address)
		if got := l.enter(c); got != s.want {
			t.Errorf("step %d, %s: entered %v", i, s.address, got)
		} else if got {
			l.busy(c)
			in = append(in, c)
		}
	}
	_ = in[0].Close()
	_ = in[0].Close()
	if last := counted(l, b); !l.enter(last) {
		t.Error("a place that became free stayed taken")
	} else {
		in = append(in, last)
	}
	for _, c := range in {
		_ = c.Close()
	}
	if l.open != 0 || len(l.byAddress) != 0 || l.yielding.Len() != 0 {
		t.Errorf("all have left, and %d are counted in %v", l.open, l.byAddress)
	}
}

// What is asked nothing gives way: one's own connections to one's own, and when the
// house is full the oldest of all.
func TestTheIdleGiveWay(t *testing.T) {
	t.Parallel()
	l := NewLimits(2, 4)
	enter := func(address string) *conn {
		t.Helper()
		c := counted(l, address)
		if !l.enter(c) {
			t.Fatalf("%s was kept out", address)
		}
		return c
	}
	const a, b, c, d = "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"
	first, second := enter(a), enter(a)
	done := l.busy(first)
	third := enter(a)
	if first.gone || !second.gone || third.gone {
		t.Error("not the one that was asked nothing gave way")
	}
	fourth := enter(b)
	done() // first is now the youngest of those that give way
	fifth := enter(c)
	if l.open != 4 || first.gone || third.gone || fourth.gone || fifth.gone {
		t.Errorf("somebody went without need: %d are in", l.open)
	}
	enter(d)
	if !third.gone || first.gone || fourth.gone {
		t.Error("not the oldest of all gave way")
	}
	for _, x := range []*conn{first, fourth, fifth} {
		l.busy(x)
	}
	last := enter(b)
	l.busy(last)
	if l.enter(counted(l, c)) || l.open != 4 {
		t.Errorf("a connection above the total was let in beside busy ones: %d", l.open)
	}
}

// Whoever takes all they can get leaves room for others, and a school behind one
// router has room for a lesson's end.
func TestOneAddressTakesAPartOfWhatIsFree(t *testing.T) {
	t.Parallel()
	l := NewLimits(0, 0)
	taken := func(i int) (n int) {
		for {
			c := counted(l, fmt.Sprintf("192.0.2.%d", i))
			if !l.enter(c) {
				return n
			}
			l.busy(c)
			n++
		}
	}
	var got []int
	for i := range 3 {
		got = append(got, taken(i))
	}
	if want := []int{455, 404, 359}; !slices.Equal(got, want) {
		t.Errorf("greedy addresses got %d, want %d", got, want)
	}
	for i := 3; l.total-l.open >= MostPerAddress; i++ {
		if n := taken(i); n < MostPerAddress {
			t.Errorf("address %d gets %d", i, n)
		}
	}
}

// TestTheTotalIsAWall for whoever is being answered; whoever waits gives way.
func TestTheTotalIsAWall(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	h := openHouse(t, Options{Limits: NewLimits(1, 2), Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			entered <- struct{}{}
			<-leave
		}
	})})
	ask := func(c net.Conn, path string) {
		t.Helper()
		send(t, c, "GET "+path+" HTTP/1.1\r\nHost: here\r\n\r\n")
	}
	answered := func(c net.Conn) bool {
		line, err := bufio.NewReader(c).ReadString('\n')
		return err == nil && strings.HasPrefix(line, "HTTP/1.1 200")
	}
	long, idle := dial(t, h.Addr()), dial(t, h.Addr())
	ask(long, "/long")
	<-entered
	ask(idle, "/")
	if !answered(idle) {
		t.Fatal("there was room")
	}
	h.limits().until(t, func(l *Limits) bool { return l.yielding.Len() == 1 })
	second := dial(t, h.Addr())
	ask(second, "/long")
	<-entered
	if _, err := idle.Read(make([]byte, 1<<10)); err == nil {
		_, err = idle.Read(make([]byte, 1))
		if err == nil {
			t.Error("the idle one was not closed")
		}
	}
	if third := dial(t, h.Addr()); answered(third) {
		t.Error("a connection above the total was served")
	}
	close(leave)
	if !answered(long) || !answered(second) {
		t.Error("who was being answered was cut off")
	}
}

// limits are the door's.
func (h *house) limits() *Limits { return h.listen.limits }

// until waits for a fact about the limits.
func (l *Limits) until(t *testing.T, fact func(*Limits) bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) { // between two looks
		l.mu.Lock()
		ok := fact(l)
		l.mu.Unlock()
		if ok {
			return
		}
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
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
		b := "nothing"
		defer func() { body <- b }() // also if it fails
		_, b = h.get(t, "https://"+h.Addr().String())
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

// A browser connects in advance, to be quick with the next page. Nobody waits for that page.
func TestShutdownDoesNotWaitForWhoHasAskedForNothing(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: http.NotFoundHandler()})
	ahead := tls.Client(dial(t, h.Addr()), &tls.Config{InsecureSkipVerify: true}) // #nosec G402 -- it says nothing
	if err := ahead.Handshake(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := h.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 4*time.Second { // the standard library gives it five
		t.Errorf("the door was shut after %v", took)
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
	limits := NewLimits(2, 5)
	limits.exempt = func(netip.Addr) bool { return false } // this machine too, for once
	entered, leave := make(chan struct{}, 1), make(chan struct{})
	h := openHouse(t, Options{Limits: limits, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-leave
	})})
	t.Cleanup(func() { close(leave) })
	for i, step := range []struct {
		ip     string
		served bool
	}{{"127.0.0.2", true}, {"127.0.0.2", true}, {"127.0.0.2", false}, {"127.0.0.3", true}, {"127.0.0.2", false}, {"127.0.0.3", true}} {
		c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(step.ip)}}).Dial("tcp4", h.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
		ended := make(chan struct{})
		go func() {
			_, _ = c.Read(make([]byte, 1))
			close(ended)
		}()
		served := false
		select {
		case <-entered:
			served = true
		case <-ended:
		}
		if served != step.served {
			t.Errorf("step %d, %s: served %v", i, step.ip, served)
		}
	}
}
