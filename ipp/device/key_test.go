package device

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/release"
)

// notebook keeps the key of a printer that is met, as the database does.
type notebook struct {
	mu   sync.Mutex
	kept []byte
	met  int
}

func (n *notebook) meet(_ context.Context, pin []byte) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.met++
	if n.kept == nil {
		n.kept = pin
	}
	return n.kept, nil
}

// client is one that knows what the notebook knows.
func (n *notebook) client(t *testing.T, uri, user, password string) *Printer {
	t.Helper()
	p, err := New(Options{URI: uri, Pin: n.kept, Meet: n.meet, User: user, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A printer with a certificate that it has made itself is met once, and prints.
func TestEvePrinterByTLS(t *testing.T) {
	t.Parallel()
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{})
	var notes notebook
	p := notes.client(t, eve.SecureURI, "", "")
	ctx := context.Background()
	if st, err := p.Status(ctx); err != nil || st.State != release.PrinterIdle {
		t.Fatalf("status %+v, %v", st, err)
	}
	job, err := p.Begin(ctx, errand)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(ctx, errand, job, bytes.NewReader(lesson(2))); err != nil {
		t.Fatal(err)
	}
	if at := follow(t, p, job); at.Phase != release.PhaseCompleted || at.Impressions != 2 {
		t.Errorf("done: %+v", at)
	}
	shown, err := p.Certificate(ctx)
	if err != nil || !bytes.Equal(Pin(shown), notes.kept) || notes.met != 1 {
		t.Errorf("it shows another, %v; met %d times", err, notes.met)
	}
}

// identity is a certificate with a key of its own, or with another's.
func identity(t *testing.T, old *ecdsa.PrivateKey) (tls.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	k := old
	if k == nil {
		var err error
		if k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "NPI7F31A2"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1, 0)} // long over, as printers' are
	der, err := x509.CreateCertificate(rand.Reader, about, about, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k}, k
}

// tlsPrinter is a printer behind TLS whose certificate can be changed.
type tlsPrinter struct {
	URI string

	mu       sync.Mutex
	shows    tls.Certificate
	requests int
	offered  []string // of the requests, whose credentials came with them
}

func newTLSPrinter(t *testing.T, shows tls.Certificate) *tlsPrinter {
	t.Helper()
	b := newBench(t, nil)
	p := &tlsPrinter{shows: shows}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		p.mu.Lock()
		p.requests++
		p.offered = append(p.offered, user+":"+password)
		p.mu.Unlock()
		b.printer.Handler().ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{p.shows}}, nil
	}}
	server.StartTLS()
	t.Cleanup(server.Close)
	p.URI = strings.Replace(server.URL, "https", "ipps", 1) + "/ipp/print"
	return p
}

// show has the printer show another certificate; it forgets what came before.
func (p *tlsPrinter) show(c tls.Certificate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shows, p.requests, p.offered = c, 0, nil
}

// The key of the first contact counts, and no other, whoever vouches for it: nothing at
// all is sent to a printer that shows another. A new certificate for the same key is no change.
func TestCertificateChanges(t *testing.T) {
	t.Parallel()
	first, k := identity(t, nil)
	printer := newTLSPrinter(t, first)
	var notes notebook
	ctx := context.Background()
	p := notes.client(t, printer.URI, "", "")
	for range 2 {
		if _, err := p.Status(ctx); err != nil {
			t.Fatal(err)
		}
	}
	renewed, _ := identity(t, k)
	printer.show(renewed)
	if _, err := p.Status(ctx); err != nil {
		t.Errorf("the same key: %v", err)
	}
	other, _ := identity(t, nil)
	printer.show(other)
	for name, client := range map[string]*Printer{"the client that met it": p, "a later one": notes.client(t, printer.URI, "", "")} {
		_, err := client.Status(ctx)
		if !errors.Is(err, CertificateChanged) || !errors.Is(err, release.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := client.Begin(ctx, errand); !errors.Is(err, CertificateChanged) || !errors.Is(err, release.ErrUnreachable) {
			t.Errorf("%s begins: %v", name, err)
		}
	}
	shown, err := p.Certificate(ctx)
	if err != nil || bytes.Equal(Pin(shown), notes.kept) {
		t.Errorf("it shows the same, %v", err)
	}
	if printer.requests != 0 || notes.met != 1 {
		t.Errorf("%d requests came; met %d times", printer.requests, notes.met)
	}
	notes.kept = Pin(shown) // inkwell printer trust
	if _, err := notes.client(t, printer.URI, "", "").Status(ctx); err != nil {
		t.Errorf("trusted: %v", err)
	}
}

// What cannot be kept is not trusted, and where another server met another key that counts.
func TestMeetingFails(t *testing.T) {
	t.Parallel()
	shows, _ := identity(t, nil)
	printer := newTLSPrinter(t, shows)
	for name, meet := range map[string]func(context.Context, []byte) ([]byte, error){
		"no database":     func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no database") },
		"another's notes": func(context.Context, []byte) ([]byte, error) { return make([]byte, 32), nil },
	} {
		p, err := New(Options{URI: printer.URI, Meet: meet})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Status(context.Background()); !errors.Is(err, release.ErrUnreachable) || printer.requests != 0 {
			t.Errorf("%s: %v, %d requests", name, err, printer.requests)
		}
	}
}

// A printer's own credentials go to that printer alone: never without TLS, never at the first
// contact, never to one that shows another key.
func TestCredentials(t *testing.T) {
	t.Parallel()
	shows, _ := identity(t, nil)
	printer := newTLSPrinter(t, shows)
	var notes notebook
	ctx := context.Background()
	p := notes.client(t, printer.URI, "inkwell", "canary")
	for range 2 {
		if _, err := p.Status(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(printer.offered, " "); got != ": inkwell:canary" {
		t.Errorf("offered %q", got)
	}
	impostor, _ := identity(t, nil)
	printer.show(impostor)
	if _, err := p.Status(ctx); !errors.Is(err, CertificateChanged) || len(printer.offered) != 0 {
		t.Errorf("an impostor was offered %q: %v", printer.offered, err)
	}
	for _, o := range []Options{
		{URI: strings.Replace(printer.URI, "ipps", "ipp", 1), User: "inkwell", Password: "canary", Meet: notes.meet},
		{URI: printer.URI, User: "inkwell", Password: "canary"}, // not pinned
	} {
		if _, err := New(o); !errors.Is(err, errNoTLS) {
			t.Errorf("%s: %v", o.URI, err)
		}
	}
}
