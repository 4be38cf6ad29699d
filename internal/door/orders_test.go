package door

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"inkwell/internal/door/doortest"
)

// ordering is a TLS door and a redirect door whose certificate is ordered of pebble.
type ordering struct {
	t     *testing.T
	dir   string
	acme  ACMEOptions
	clock *shifted
	id    *Identity
	doors []*Door
}

// shifted is a clock that can be put forward.
type shifted struct {
	mu sync.Mutex
	by time.Duration
}

func (s *shifted) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.by)
}

func (s *shifted) forward(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by += by
}

// open opens the identity and doors at the two ports, and looks after it.
func (o *ordering) open(tlsPort, httpPort int) {
	o.t.Helper()
	var err error
	o.id, err = OpenIdentity(IdentityOptions{Dir: o.dir, Names: o.acme.Names, ACME: &o.acme, Clock: o.clock.now, Log: quiet()})
	if err != nil {
		o.t.Fatal(err)
	}
	at := func(port int) Options {
		return Options{Address: fmt.Sprintf("127.0.0.1:%d", port), Identity: o.id, Handler: tell, HTTP2: true, Log: quiet()}
	}
	front, err := Open(at(tlsPort))
	if err != nil {
		o.t.Fatal(err)
	}
	back, err := OpenRedirect(at(httpPort), front.Addr())
	if err != nil {
		o.t.Fatal(err)
	}
	o.doors = []*Door{front, back}
	serve(o.t, front, o.id)
	serve(o.t, back, o.id)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.id.Keep(ctx) }()
	o.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			o.t.Error(err)
		}
	})
}

// until waits for a fact about what the front door shows to whoever asks for a name.
func (o *ordering) until(fact string, server string, ok func(*x509.Certificate) bool) *x509.Certificate {
	o.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) { // between two looks
		c, err := tls.Dial("tcp", o.doors[0].Addr().String(), &tls.Config{ServerName: server, InsecureSkipVerify: true})
		if err != nil {
			o.t.Fatal(err)
		}
		leaf := c.ConnectionState().PeerCertificates[0]
		_ = c.Close()
		if ok(leaf) {
			return leaf
		}
		if time.Now().After(end) {
			o.t.Fatalf("waited in vain for %s; ordering: %+v", fact, readOrders(o.dir))
		}
	}
}

// A certificate is ordered of a real ACME server, shown, and ordered anew after two
// thirds of its life and on request, by either way of proving a name.
func TestACertificateIsOrdered(t *testing.T) {
	t.Parallel()
	const name, macKey = "print.school.example", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
	mac, err := base64.RawURLEncoding.DecodeString(macKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{byTLS, byHTTP} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			tlsPort, httpPort := doortest.FreePort(t), doortest.FreePort(t)
			seen := doortest.PebbleOptions{TLSPort: tlsPort, HTTPPort: httpPort, KeyID: "kid-1", MACKey: macKey}
			if way == byHTTP {
				seen.TLSPort = doortest.FreePort(t) // where nobody is
			}
			pebble := doortest.NewPebble(t, seen)
			o := &ordering{t: t, dir: t.TempDir(), clock: &shifted{}, acme: ACMEOptions{
				Directory: pebble.Directory, Names: []string{name, "www.school.example"}, Contact: "it@school.example", Roots: pebble.Roots, KeyID: "kid-1", MACKey: mac,
			}}
			o.open(tlsPort, httpPort)
			own := o.id.own.Leaf
			ordered := func(c *x509.Certificate) bool {
				_, err := c.Verify(x509.VerifyOptions{Roots: pebble.Pool(t), Intermediates: between(t, o), DNSName: name})
				return err == nil
			}
			first := o.until("the first certificate", name, ordered)
			if shown := o.until("ours", "localhost", func(*x509.Certificate) bool { return true }); !shown.Equal(own) {
				t.Error("whoever calls the server localhost is not shown ours")
			}
			o.until("how it went", name, func(*x509.Certificate) bool {
				state := readOrders(o.dir)
				return state.Way == way && state.Trouble == ""
			})
			for _, file := range []string{orderedFile, accountFile, stateFile} {
				if info, err := os.Stat(filepath.Join(o.dir, file)); err != nil || info.Mode() != 0o600 {
					t.Errorf("%s: %v %v", file, info, err)
				}
			}
			account, err := os.ReadFile(filepath.Join(o.dir, accountFile))
			if err != nil {
				t.Fatal(err)
			}
			fresh := func(not *x509.Certificate) func(*x509.Certificate) bool {
				return func(c *x509.Certificate) bool { return !c.Equal(not) && ordered(c) }
			}
			if err := Ask(o.dir); err != nil {
				t.Fatal(err)
			}
			second := o.until("the one that was asked for", name, fresh(first))
			o.clock.forward(time.Until(RenewAt(second)) + time.Minute)
			o.until("the one that was due", name, fresh(second))
			if again, err := os.ReadFile(filepath.Join(o.dir, accountFile)); err != nil || !bytes.Equal(again, account) {
				t.Errorf("the account changed: %v", err)
			}
			if o.id.Authority() != nil {
				t.Error("our authority is handed out though its certificate is not in use")
			}
		})
	}
}

// between are the authorities that came with what was ordered.
func between(t *testing.T, o *ordering) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	text, err := os.ReadFile(filepath.Join(o.dir, orderedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	pool.AppendCertsFromPEM(text)
	return pool
}

// Where nothing can be ordered ours is shown, the reason is kept, and trying again
// waits.
func TestAnOrderThatFails(t *testing.T) {
	t.Parallel()
	pebble := doortest.NewPebble(t, doortest.PebbleOptions{TLSPort: doortest.FreePort(t), HTTPPort: doortest.FreePort(t)})
	o := &ordering{t: t, dir: t.TempDir(), clock: &shifted{}, acme: ACMEOptions{Directory: pebble.Directory, Names: []string{"print.school.example"}, Roots: pebble.Roots}}
	o.open(0, 0)
	own := o.id.own.Leaf
	state := func(failed int) (s Orders) {
		o.until(fmt.Sprintf("failure %d", failed), "", func(*x509.Certificate) bool {
			s = readOrders(o.dir)
			return s.Failed == failed
		})
		return s
	}
	s := state(1)
	if !strings.Contains(s.Trouble, "could not see that print.school.example is this server") || !strings.Contains(s.Trouble, "Failed to connect") || !strings.Contains(s.Trouble, "connection refused") {
		t.Errorf("the reason is %q", s.Trouble)
	}
	if wait := s.Next.Sub(s.Tried); wait != afterFailure[0] {
		t.Errorf("it tries again after %s", wait)
	}
	if !leafOf(t, o.id).Equal(own) || o.id.Authority() == nil {
		t.Error("ours is not shown meanwhile")
	}
	o.clock.forward(afterFailure[0] + time.Second)
	if s := state(2); s.Next.Sub(s.Tried) != afterFailure[1] {
		t.Errorf("the second time it waits %s", s.Next.Sub(s.Tried))
	}
	if look, err := Look(o.dir, time.Now()); err != nil || look.Origin != FromUs || look.Orders.Trouble == "" {
		t.Errorf("%+v %v", look, err)
	}
}

// When an order is due, without anybody to order of.
func TestWhenToOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	id, err := OpenIdentity(IdentityOptions{Dir: dir, ACME: &ACMEOptions{Names: []string{"print.school.example"}}, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	due := func(want bool, what string, state Orders, at time.Time) {
		t.Helper()
		id.mu.Lock()
		id.follow()
		id.mu.Unlock()
		if got := id.orders.due(state, at); got != want {
			t.Errorf("%s: due %v", what, got)
		}
	}
	due(true, "without any", id.orders.state(), now)
	due(false, "after a failure", Orders{Next: now.Add(time.Minute)}, now)
	have := issue(t, issuer(t, nil, "Root"), curve(t, elliptic.P256()), nil)
	put := func(i *issued) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, orderedFile), append(pemChain(i), pemKey(t, i.key)...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(have)
	due(false, "with a new one", Orders{}, now)
	due(false, "just before two thirds", Orders{}, RenewAt(have.cert).Add(-time.Second))
	due(true, "after two thirds", Orders{}, RenewAt(have.cert))
	id.orders.Names = []string{"print.school.example", "more.school.example"}
	due(true, "with a name more", Orders{}, now)
	id.orders.Names = id.orders.Names[:1]
	if err := Ask(dir); err != nil {
		t.Fatal(err)
	}
	due(true, "when asked for", Orders{Next: now.Add(time.Hour)}, now)
	due(false, "when that was taken", Orders{Next: now.Add(time.Hour)}, now)
	if id.Authority() != nil {
		t.Error("what was ordered is not shown")
	}
	if without := newIdentity(t, dir, nil); without.Authority() == nil || readOrders(dir).On() {
		t.Error("a server that orders nothing any more shows what was ordered")
	}
}

func TestAReasonIsOneLine(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"the authority said: too many of them": fmt.Errorf("place order: %w", &acme.Error{Detail: "too many\n of them\x1b"}),
		"the authority did not answer in time": fmt.Errorf("register: %w", context.DeadlineExceeded),
		"a; then b":                            errors.Join(errors.New("a"), errors.New("b")),
		"the authority could not see that x.example is this server: no such name": &acme.AuthorizationError{Identifier: "x.example", Errors: []error{&acme.Error{Detail: "no such name"}}},
	} {
		if got := plainly(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	if got := plainly(errors.New(strings.Repeat("x", 1000))); len(got) > 410 {
		t.Errorf("%d bytes", len(got))
	}
}

// A check of a name that nobody ordered is not answered, and the ordinary client
// beside it is.
func TestNobodyElseIsChecked(t *testing.T) {
	t.Parallel()
	h := openHouse(t, Options{Handler: tell})
	check := &tls.Config{ServerName: "print.school.example", NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true}
	if c, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", h.Addr().String(), check); err == nil {
		_ = c.Close()
		t.Error("a check was answered that nobody waits for")
	}
	h.get(t, "https://"+h.Addr().String())
}
