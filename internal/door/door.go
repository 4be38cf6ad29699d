// Package door is how connections come in: TLS and plain HTTP on one port, told
// apart by the first byte, under limits that no single address can use up. Plain
// is served to this machine alone; everyone else is sent to TLS before anything of
// theirs is read. The certificate is the school's own, or one ordered by ACME, or of
// an authority of ours that may vouch for this machine and nothing else; it changes
// while connections go on. Its invariant: a request that a handler sees came over
// TLS or from this machine itself.
package door

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"inkwell/internal/fault"
)

// Times that a connection may take. They are no settings: an honest client needs
// a fraction of each.
const (
	firstByte    = 5 * time.Second  // until the byte that tells TLS from plain
	wholeHeader  = 5 * time.Second  // for a request's header, and for a TLS handshake
	betweenCalls = 90 * time.Second // between two requests of one connection
	stalledWrite = 30 * time.Second // until a client takes the next part of an answer
	lastWord     = time.Second      // for a request of one who has connected when a door is shut
	mostHeader   = 32 << 10         // bytes of a request's header
)

// Options say where a door is and what is behind it.
type Options struct {
	Address  string       // host:port to listen on; an empty host is every address of this machine
	Identity *Identity    // whose certificate the door shows
	Handler  http.Handler // what is behind; it sees no plain request from elsewhere
	Limits   *Limits      // shared by the doors of one process; nil means limits of its own
	HTTP2    bool         // offer HTTP/2 over TLS; IPP stays with HTTP/1.1
	AskCard  func() bool  // whether to ask for a client certificate; nil means never. None is needed, and nobody has to have signed it
	Log      *slog.Logger
}

// Door takes connections on one address.
type Door struct {
	server *http.Server
	listen *listener

	mu    sync.Mutex
	quiet map[net.Conn]bool // are with the server and have asked for nothing yet
}

// Open starts to listen. Nothing is answered before Serve.
func Open(o Options) (*Door, error) {
	if o.Handler == nil {
		return nil, errors.New("a door needs a handler")
	}
	o.Handler = guard(o.Handler)
	return open(o)
}

// Listen is net.Listen for TCP that says in plain words when the address is taken.
func Listen(address string) (net.Listener, error) {
	tcp, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fault.New(fault.Conflict, "address-taken", "Another program is already listening on %s. Stop it, or choose another address.", address).Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return tcp, nil
}

func open(o Options) (*Door, error) {
	if o.Identity == nil || o.Log == nil {
		return nil, errors.New("a door needs an identity and a log")
	}
	if o.Limits == nil {
		o.Limits = NewLimits(0, 0)
	}
	tcp, err := Listen(o.Address)
	if err != nil {
		return nil, err
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(o.HTTP2)
	d := &Door{listen: newListener(tcp, tlsConfig(o), o.Limits), quiet: map[net.Conn]bool{}}
	d.server = &http.Server{
		Handler: survive(answering(o.Handler), o.Log),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, ofConn(c))
		},
		ConnState:                    d.state,
		Protocols:                    &protocols,
		ReadHeaderTimeout:            wholeHeader,
		IdleTimeout:                  betweenCalls,
		DisableGeneralOptionsHandler: true, // OPTIONS * is how a client asks for TLS
		MaxHeaderBytes:               mostHeader,
		ErrorLog:                     slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	return d, nil
}

// state hears from the server what a connection does.
func (d *Door) state(c net.Conn, now http.ConnState) {
	keepTaken(c, now)
	d.mu.Lock()
	defer d.mu.Unlock()
	if now == http.StateNew {
		d.quiet[c] = true
	} else {
		delete(d.quiet, c)
	}
}

// tlsConfig takes Go's own choice of suites, TLS 1.2 or newer. A client that shows a
// certificate proves to have its key; whose it is, whoever asks has to know.
func tlsConfig(o Options) *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return o.Identity.For(hello.ServerName)
		},
		NextProtos: []string{"http/1.1"},
	}
	if o.HTTP2 {
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	var asking *tls.Config
	if o.AskCard != nil {
		asking = askingConfig(config)
	}
	checking := o.Identity.answers.config()
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		switch {
		case checks(hello):
			return checking, nil
		case asking != nil && o.AskCard():
			return asking, nil
		}
		return nil, nil // the config as it is
	}
	return config
}

// asked marks a session whose client was asked for a certificate.
const asked = "inkwell: asked for a certificate"

// askingConfig is config, and asks for a client certificate. A session that is
// resumed carries the certificate that its client showed at first; one that began
// when nobody asked is not resumed, or its client would never be asked.
func askingConfig(config *tls.Config) *tls.Config {
	asking := config.Clone()
	asking.ClientAuth = tls.RequestClientCert
	asking.WrapSession = func(state tls.ConnectionState, session *tls.SessionState) ([]byte, error) {
		session.Extra = append(session.Extra, []byte(asked))
		return config.EncryptTicket(state, session)
	}
	asking.UnwrapSession = func(ticket []byte, state tls.ConnectionState) (*tls.SessionState, error) {
		session, err := config.DecryptTicket(ticket, state)
		if err != nil || session == nil || !slices.ContainsFunc(session.Extra, func(e []byte) bool { return string(e) == asked }) {
			return nil, err
		}
		return session, nil
	}
	return asking
}

// Addr is where the door listens, with the port that was really taken.
func (d *Door) Addr() net.Addr { return d.listen.Addr() }

// Serve answers until Shutdown or Close, which it reports as nil.
func (d *Door) Serve() error {
	if err := d.server.Serve(d.listen); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", d.Addr(), err)
	}
	return nil
}

// Shutdown stops accepting and waits for the requests in flight. When the context
// ends first they are cut off, and its error is returned. Connections that a
// handler took over (websockets) are the handler's to end. Browsers connect in advance: such
// a connection is no request, and has a second to become one.
func (d *Door) Shutdown(ctx context.Context) error {
	defer time.AfterFunc(lastWord, d.hush).Stop()
	if err := d.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("finish requests of %s: %w", d.Addr(), errors.Join(err, d.server.Close()))
	}
	return nil
}

// hush ends the connections that have asked for nothing.
func (d *Door) hush() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.quiet {
		_ = c.Close()
	}
}

// Close cuts off everything at once.
func (d *Door) Close() error { return errors.Join(d.server.Close(), d.listen.Close()) }
