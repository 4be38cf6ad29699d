package door

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The files of an identity's folder. The operator's two are never written by us.
const (
	authorityFile = "ca.pem"     // our authority, with its key
	publicFile    = "ca.crt"     // the authority's certificate alone, to hand out
	ownFile       = "own.pem"    // our server certificate, with its key
	operatorCert  = "server.crt" // the operator's certificate and its chain
	operatorKey   = "server.key"
)

// IdentityOptions say where an identity is kept and what it is for.
type IdentityOptions struct {
	Dir   string           // the folder; made if it is not there
	Names []string         // names and addresses of this server besides those it knows itself
	Clock func() time.Time // nil means time.Now
	Log   *slog.Logger
}

// Identity is the certificate that this server shows. While the operator's
// server.crt and server.key are in the folder they are used, and a change of them
// is seen at the next connection. Otherwise it is one of our own authority, made
// anew 30 days before it ends. It is safe for concurrent use.
type Identity struct {
	dir   string
	names hostNames
	clock func() time.Time
	log   *slog.Logger
	ca    *pair

	mu       sync.Mutex
	own      *tls.Certificate
	operator *tls.Certificate // nil while there is none
	seen     [2]stamp         // the operator's files as last read
	trouble  string           // what was last said about them
}

// stamp tells whether a file has changed.
type stamp struct {
	size int64
	time time.Time
}

// OpenIdentity reads the folder's certificates and makes what is missing. A
// damaged file is an error that names it: we never write over what we cannot read.
func OpenIdentity(o IdentityOptions) (*Identity, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make certificate folder: %w", err)
	}
	id := &Identity{dir: o.Dir, names: thisHost(o.Names), clock: o.Clock, log: o.Log}
	if err := id.openAuthority(); err != nil {
		return nil, err
	}
	if err := id.openOwn(); err != nil {
		return nil, err
	}
	if err := id.look(); err != nil {
		return nil, err
	}
	return id, nil
}

func (id *Identity) path(name string) string { return filepath.Join(id.dir, name) }

// openAuthority reads our authority or makes one. One that has ended is replaced:
// nobody can trust it any more.
func (id *Identity) openAuthority() error {
	ca, err := readPair(id.path(authorityFile))
	if err != nil {
		return err
	}
	if ca == nil || id.clock().After(ca.cert.NotAfter.Add(-renewBefore)) {
		if ca, err = newAuthority(id.names, id.clock()); err != nil {
			return err
		}
		if err := writePair(id.path(authorityFile), ca); err != nil {
			return err
		}
		id.log.Info("certificate authority made", "ends", ca.cert.NotAfter.Format(time.DateOnly))
	}
	if _, outside := id.names.within(ca.cert); len(outside) > 0 {
		id.log.Warn("our authority may not vouch for some names of this server; remove ca.pem for a new one, which computers must be told to trust", "names", outside)
	}
	id.ca = ca
	return writeFile(id.path(publicFile), ca.pem())
}

// openOwn reads our server certificate, or makes one when there is none that is
// good for now, this machine and our authority.
func (id *Identity) openOwn() error {
	own, err := readPair(id.path(ownFile))
	if err != nil {
		return err
	}
	names, _ := id.names.within(id.ca.cert)
	if own == nil || id.ending(own.cert) || own.cert.CheckSignatureFrom(id.ca.cert) != nil || !names.coveredBy(own.cert) {
		return id.renew()
	}
	id.own = id.show(own)
	return nil
}

func (id *Identity) ending(cert *x509.Certificate) bool {
	return id.clock().After(cert.NotAfter.Add(-renewBefore)) || id.clock().Before(cert.NotBefore)
}

// renew makes a new server certificate of our own.
func (id *Identity) renew() error {
	own, err := newLeaf(id.ca, id.names, id.clock())
	if err != nil {
		return err
	}
	if err := writePair(id.path(ownFile), own); err != nil {
		return err
	}
	id.own = id.show(own)
	id.log.Info("server certificate made", "ends", own.cert.NotAfter.Format(time.DateOnly))
	return nil
}

// show is a certificate of ours as the TLS layer wants it.
func (id *Identity) show(own *pair) *tls.Certificate {
	return &tls.Certificate{Certificate: [][]byte{own.cert.Raw, id.ca.cert.Raw}, PrivateKey: own.key, Leaf: own.cert}
}

// Certificate is what to show now.
func (id *Identity) Certificate() (*tls.Certificate, error) {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.say(id.look())
	if id.operator != nil {
		return id.operator, nil
	}
	if id.ending(id.own.Leaf) {
		id.say(id.renew()) // until the last day the old one is still good
	}
	return id.own, nil
}

// look reads the operator's files if they have changed. While the two do not fit
// each other, as when one has been replaced and the other not yet, what was in
// use stays in use.
func (id *Identity) look() error {
	var now [2]stamp
	for i, name := range []string{operatorCert, operatorKey} {
		info, err := os.Stat(id.path(name))
		if errors.Is(err, fs.ErrNotExist) {
			id.operator, id.seen = nil, [2]stamp{}
			return nil
		}
		if err != nil {
			return err
		}
		now[i] = stamp{info.Size(), info.ModTime()}
	}
	if now == id.seen {
		return nil
	}
	cert, err := tls.LoadX509KeyPair(id.path(operatorCert), id.path(operatorKey))
	if err != nil {
		return fmt.Errorf("read %s and %s in %s: %w", operatorCert, operatorKey, id.dir, err)
	}
	id.operator, id.seen = &cert, now
	return nil
}

// say logs a trouble once, not at every connection.
func (id *Identity) say(err error) {
	if err == nil {
		id.trouble = ""
	} else if id.trouble != err.Error() {
		id.trouble = err.Error()
		id.log.Warn("the certificate stays as it was", "error", err)
	}
}

// Authority is our authority's certificate in PEM, nil while the operator's
// certificate is in use.
func (id *Identity) Authority() []byte {
	id.mu.Lock()
	defer id.mu.Unlock()
	if id.operator != nil {
		return nil
	}
	return id.ca.pem()
}

// Leaf is the certificate shown now, for a check of its end.
func (id *Identity) Leaf() (*x509.Certificate, error) {
	cert, err := id.Certificate()
	if err != nil {
		return nil, err
	}
	return cert.Leaf, nil
}

// Ends says, changing nothing, when the certificate ends that a server with this
// folder shows, and whether the server makes the next one by itself.
func Ends(dir string) (end time.Time, byItself bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, operatorCert)) // #nosec G304 -- our own folder
	byItself = errors.Is(err, fs.ErrNotExist)
	if byItself {
		text, err = os.ReadFile(filepath.Join(dir, ownFile)) // #nosec G304 -- our own folder
	}
	if err != nil {
		return time.Time{}, byItself, fmt.Errorf("read certificate: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return time.Time{}, byItself, fmt.Errorf("the certificate in %s is damaged", dir)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}, byItself, fmt.Errorf("read certificate: %w", err)
	}
	return cert.NotAfter, byItself, nil
}

// Trusted says, changing nothing, what computers must be told to trust of a server with
// this folder: our authority's certificate in DER, nil while the operator's is in use.
func Trusted(dir string) ([]byte, error) {
	if _, err := os.Stat(filepath.Join(dir, operatorCert)); err == nil {
		return nil, nil
	}
	text, err := os.ReadFile(filepath.Join(dir, publicFile)) // #nosec G304 -- our own folder
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("the authority's certificate in %s is damaged", dir)
	}
	return block.Bytes, nil
}
