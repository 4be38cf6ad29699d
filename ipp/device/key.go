package device

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"inkwell/internal/fault"
)

// CertificateChanged refuses a printer that shows another key than it did first. Nothing
// was sent to it.
var CertificateChanged = fault.New(fault.Conflict, "printer-certificate-changed",
	"The printer's certificate is another one than before, so nothing is sent to it. If that is right, accept it: inkwell printer trust NUMBER")

// key is the public key that a printer is known by, whoever signed its certificate: nearly
// all are their own authority, and a name that a network gives them proves nothing.
type key struct {
	meet func(ctx context.Context, pin []byte) ([]byte, error)

	mu  sync.Mutex
	pin []byte // nil before it was met
}

// known says whether the printer was met before.
func (k *key) known() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pin != nil
}

// config checks the key in each handshake, before a byte of ours goes to the printer.
func (k *key) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, VerifyConnection: k.verify, InsecureSkipVerify: true} // #nosec G402 -- the key is verified instead of the chain
}

// meeting is how long the database may take to keep a key.
const meeting = 5 * time.Second

func (k *key) verify(c tls.ConnectionState) error {
	if len(c.PeerCertificates) == 0 {
		return errors.New("the printer shows no certificate")
	}
	shown := Pin(c.PeerCertificates[0])
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pin == nil {
		ctx, cancel := context.WithTimeout(context.Background(), meeting)
		defer cancel()
		kept, err := k.meet(ctx, shown)
		if err != nil {
			return fmt.Errorf("keep the printer's key: %w", err)
		}
		k.pin = kept
	}
	if !bytes.Equal(k.pin, shown) {
		return CertificateChanged
	}
	return nil
}

// Pin is what a certificate's public key is known by: the SHA-256 of its
// SubjectPublicKeyInfo (RFC 7469 2.4). A certificate that is made anew with the same key
// has the same.
func Pin(c *x509.Certificate) []byte {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return sum[:]
}

// Certificate is the one that the printer shows now, believed or not. Nothing is sent.
func (p *Printer) Certificate(ctx context.Context) (*x509.Certificate, error) {
	u, err := url.Parse(p.url)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "https" {
		return nil, errNoTLS
	}
	ctx, cancel := context.WithTimeout(ctx, p.o.Ask)
	defer cancel()
	at := u.Host
	if u.Port() == "" {
		at = net.JoinHostPort(u.Hostname(), "443")
	}
	conn, err := p.o.Dial(ctx, "tcp", at)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	shake := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Hostname(), InsecureSkipVerify: true}) // #nosec G402 -- it is looked at, and nothing is sent
	if err := shake.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("ask for its certificate: %w", err)
	}
	return shake.ConnectionState().PeerCertificates[0], nil
}

// login is what a printer wants of us.
type login struct{ user, password string }

var errNoTLS = fault.New(fault.Invalid, "printer-no-tls", "Only a printer with an ipps:// address has a certificate, and can be given a user name and password.")

// login is what is offered to the printer at address, nil for nothing.
func (o Options) login(address string) (*login, error) {
	switch {
	case o.User == "" && o.Password == "":
		return nil, nil
	case !strings.HasPrefix(address, "https:") || o.Pin == nil && o.Meet == nil:
		return nil, errNoTLS
	}
	return &login{o.User, o.Password}, nil
}
