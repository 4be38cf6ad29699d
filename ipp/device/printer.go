// Package device is our IPP client towards a real printer or a CUPS queue. It
// says each thing once, tells the printer nothing of whose a job is but a random
// token, and reports of every failure what it means for the paper: refused, not
// now, never reached, or lost from sight. It believes no reply before its size,
// structure and numbers are checked, follows no redirect, trusts the key that a printer
// showed first and no other, and offers no credentials but that printer's own.
package device

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/phin1x/go-ipp"

	"inkwell/release"
)

// Options says which printer to speak to, and how.
type Options struct {
	// URI is the printer-uri: ipp or ipps, http or https, without user or password.
	URI string
	// TLS is how the certificate of an ipps printer is checked where its key is not
	// pinned; by default as that of any web server.
	TLS *tls.Config
	// Pin is the SHA-256 of the public key (SPKI) that an ipps printer must show; nil
	// for one that was never met.
	Pin []byte
	// Meet is told of the key of one that was never met, before anything is sent, and
	// returns the one that is pinned from now on. Without Pin and Meet nothing is pinned.
	Meet func(ctx context.Context, pin []byte) (pinned []byte, err error)
	// User and Password are what the printer wants of us, if anything. They are offered
	// over TLS alone, to a printer whose key was pinned before.
	User, Password string
	// Dial makes connections; by default that of the net package, 5 s at most. The
	// program gives it that of an address.Guard.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Community is what SNMP is asked with for a counter that IPP does not tell, at the printer's
	// address; "" is not to.
	Community string
	// Ask is how long a question without a document may take in all; 10 s by
	// default.
	Ask time.Duration
	// Stall is how long a printer may take nothing of a document, or think about
	// one it has; two minutes by default, for printers stop reading while they
	// want paper.
	Stall time.Duration
}

// Printer speaks to one printer. It implements release.Printer, and may be used
// by several goroutines. It keeps no connection open between calls: what failed
// before there was one was certainly never sent.
type Printer struct {
	uri   string // printer-uri as the printer is told
	url   string // where to
	o     Options
	http  *adapter
	mu    sync.Mutex
	known *capabilities // nil until asked
	job   int           // the latest job begun or found
	token string        // its job-name
	late  int           // the job-id behind DeferredJob
}

var _ release.Printer = (*Printer)(nil)

// New makes a client. It connects to nothing yet.
func New(o Options) (*Printer, error) {
	uri, address, err := addresses(o.URI)
	if err != nil {
		return nil, err
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	}
	if o.Ask <= 0 {
		o.Ask = 10 * time.Second
	}
	if o.Stall <= 0 {
		o.Stall = 2 * time.Minute
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLS != nil {
		secure = o.TLS.Clone()
		secure.MinVersion = max(secure.MinVersion, tls.VersionTLS12)
	}
	k := &key{pin: o.Pin, meet: o.Meet}
	if o.Pin != nil || o.Meet != nil {
		secure = k.config()
	}
	login, err := o.login(address)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DialContext: o.Dial, TLSClientConfig: secure, TLSHandshakeTimeout: 5 * time.Second,
		DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Printer{
		uri: uri, url: address, o: o,
		http: &adapter{client: &http.Client{Transport: transport, CheckRedirect: stay}, key: k, login: login},
	}, nil
}

// addresses is the printer-uri and the URL that its requests go to (RFC 8010 4.2,
// RFC 7472 4).
func addresses(uri string) (printer, address string, err error) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", "", fmt.Errorf("parse printer-uri: %w", err)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Hostname() == "" {
		return "", "", errors.New("printer-uri: a scheme, a host and a path are needed, and nothing else")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	printer = u.String()
	scheme, ok := map[string]string{"ipp": "http", "ipps": "https", "http": "http", "https": "https"}[u.Scheme]
	if !ok {
		return "", "", fmt.Errorf("printer-uri: scheme %q is neither ipp nor ipps", u.Scheme)
	}
	if u.Port() == "" && scheme != u.Scheme {
		u.Host = net.JoinHostPort(u.Hostname(), "631")
	}
	u.Scheme = scheme
	return printer, u.String(), nil
}

// user is the requesting-user-name of every job of ours.
const user = "inkwell"

// request makes a request with what every one of ours carries.
func (p *Printer) request(op int16) *ipp.Request {
	req := ipp.NewRequest(op, nextRequestID())
	if c := p.capabilities(); c != nil {
		req.ProtocolVersionMajor, req.ProtocolVersionMinor = c.major, c.minor
	}
	req.OperationAttributes["attributes-natural-language"] = "en"
	req.OperationAttributes["printer-uri"] = p.uri
	req.OperationAttributes["requesting-user-name"] = user
	return req
}

// ask sends a request without a document.
func (p *Printer) ask(ctx context.Context, req *ipp.Request) (*ipp.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, p.o.Ask)
	defer cancel()
	return p.http.send(ctx, p.url, req)
}
