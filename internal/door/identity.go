package door

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// The files of an identity's folder.
const (
	authorityFile = "ca.pem"           // our authority, with its key
	publicFile    = "ca.crt"           // the authority's certificate alone, to hand out
	ownFile       = "own.pem"          // our server certificate, with its key
	operatorCert  = "server.crt"       // the school's own certificate and its chain
	operatorKey   = "server.key"       // and its key
	orderedFile   = "acme.pem"         // a certificate that was ordered, its chain and its key
	accountFile   = "acme-account.pem" // the key by which an authority knows us
	stateFile     = "acme.json"        // how ordering went
	askedFile     = "acme-now"         // left by whoever wants a new one now
)

// watched are the files that a running server follows.
var watched = [...]string{authorityFile, ownFile, operatorCert, operatorKey, orderedFile}

// IdentityOptions say where an identity is kept and what it is for.
type IdentityOptions struct {
	Dir   string           // the folder; made if it is not there
	Names []string         // names and addresses of this server besides those it knows itself
	ACME  *ACMEOptions     // how to order a certificate of a public authority; nil means not to
	Clock func() time.Time // nil means time.Now
	Log   *slog.Logger
}

// Identity is the certificate that this server shows: the school's own while
// server.crt and server.key are in the folder, else one that was ordered by ACME,
// else one of our own authority, made anew 30 days before it ends. A change of the
// files is seen at the next connection; those that are open go on. It is safe for
// concurrent use.
type Identity struct {
	dir     string
	names   hostNames
	clock   func() time.Time
	log     *slog.Logger
	orders  *orders // nil when none are placed
	answers answers

	mu sync.Mutex
	holding
	seen    [len(watched)]stamp // the files as last read
	trouble string              // what was last said about them
	again   time.Time           // when to try next to renew our own
}

// stamp tells whether a file has changed.
type stamp struct {
	size  int64
	time  time.Time
	inode uint64
}

// OpenIdentity reads the folder's certificates and makes what is missing of our
// own. A damaged file of ours is an error that names it: we never write over what
// we cannot read. A damaged one of others is told in the log, and ours is shown.
func OpenIdentity(o IdentityOptions) (*Identity, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make certificate folder: %w", err)
	}
	id := &Identity{dir: o.Dir, names: thisHost(o.Names), clock: o.Clock, log: o.Log}
	if err := id.openOrders(o.ACME); err != nil {
		return nil, err
	}
	if err := id.openAuthority(); err != nil {
		return nil, err
	}
	if err := id.openOwn(); err != nil {
		return nil, err
	}
	id.say(id.look())
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
		id.log.Warn("our authority may not vouch for some names of this server; inkwell certificate renew --authority makes a new one, which computers must be told to trust", "names", outside)
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
	id.own = own.under(id.ca)
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
	id.own = own.under(id.ca)
	id.log.Info("server certificate made", "ends", own.cert.NotAfter.Format(time.DateOnly))
	return nil
}

// Certificate is what to show to a client that named no server.
func (id *Identity) Certificate() (*tls.Certificate, error) { return id.For("") }

// For is what to show to a client that wants the server of this name. Where the
// school's certificate does not cover the name and ours does, it is ours: whoever
// found the printer by its .local name, or trusted our authority before, goes on.
func (id *Identity) For(server string) (*tls.Certificate, error) {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.follow()
	shown, _ := id.choose(id.clock())
	if server != "" && shown.Leaf.VerifyHostname(server) != nil && id.own.Leaf.VerifyHostname(server) == nil {
		return id.own, nil
	}
	return shown, nil
}

// follow reads what has changed, and renews our own in time. Until its last day the
// old one is still good, so that there is no hurry when that goes wrong.
func (id *Identity) follow() {
	id.say(id.look())
	if now := id.clock(); id.ending(id.own.Leaf) && !now.Before(id.again) {
		id.again = now.Add(time.Minute)
		id.say(id.renew())
	}
}

// look reads the files if one of them has changed. What cannot be used, as when one
// of two files has been replaced and the other not yet, leaves in use what was.
func (id *Identity) look() error {
	now, err := stamps(id.dir)
	if err != nil || now == id.seen {
		return err
	}
	next, err := id.read(id.dir)
	if changed := id.differs(next); changed && id.seen != [len(watched)]stamp{} {
		id.log.Info("a certificate was replaced")
	}
	id.holding = next
	if err == nil {
		id.seen = now
	}
	return err
}

// stamps are those of the files that are there.
func stamps(dir string) (all [len(watched)]stamp, err error) {
	for i, name := range watched {
		info, err := os.Stat(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return all, fmt.Errorf("look for %s: %w", name, err)
		}
		all[i] = stamp{size: info.Size(), time: info.ModTime()}
		if sys, ok := info.Sys().(*syscall.Stat_t); ok {
			all[i].inode = sys.Ino
		}
	}
	return all, nil
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

// Authority is our authority's certificate in PEM, nil while another's certificate
// is shown.
func (id *Identity) Authority() []byte {
	id.mu.Lock()
	defer id.mu.Unlock()
	if _, from := id.choose(id.clock()); from != FromUs {
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
