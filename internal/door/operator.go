package door

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"inkwell/internal/fault"
)

// What clients of today take: an RSA key of 2,048 bits or an elliptic curve one, no
// broken digest; Apple's devices no certificate that lasts longer than longestLife.
const (
	shortestRSA = 2048
	longestLife = 825 * 24 * time.Hour
)

// The refusals of a certificate that a school brings.
var (
	noCertificate = fault.New(fault.Invalid, "certificate-unreadable", "There is no certificate in that file. It has to be PEM, text that begins with -----BEGIN CERTIFICATE-----. From a .pfx or .p12 file: openssl pkcs12 -in FILE -nokeys -out chain.pem")
	noKey         = fault.New(fault.Invalid, "certificate-key-unreadable", "There is no private key in that file. It has to be PEM, text that begins with -----BEGIN PRIVATE KEY-----. From a .pfx or .p12 file: openssl pkcs12 -in FILE -nocerts -nodes -out key.pem")
	lockedKey     = fault.New(fault.Invalid, "certificate-key-locked", "The key is locked with a password, and a server starts without anybody who could type it. Unlock a copy: openssl pkey -in FILE -out key.pem")
	otherKey      = fault.New(fault.Invalid, "certificate-key-other", "The key belongs to another certificate than the first one in the file.")
	wrongOrder    = fault.New(fault.Invalid, "certificate-order", "The certificates are in the wrong order. The server's own comes first, then the one that signed it, and so on.")
	authorityOnly = fault.New(fault.Invalid, "certificate-authority", "The first certificate is that of an authority, not of a server.")
	notForServers = fault.New(fault.Invalid, "certificate-purpose", "The certificate is not meant for servers: it lacks the purpose \"TLS Web Server Authentication\".")
	weakKey       = fault.New(fault.Invalid, "certificate-weak-key", "The key is too weak or of a kind that browsers do not take. Use RSA with 2048 bits or more, or ECDSA with P-256 or P-384.")
	weakDigest    = fault.New(fault.Invalid, "certificate-weak-digest", "The certificate, or one of its chain, is signed with MD5 or SHA-1, which computers do not trust any more.")
)

// Offer is a certificate that a school brings, found good.
type Offer struct {
	Leaf  *x509.Certificate
	Notes []string // what the school should know all the same, in sentences

	cert, key []byte // PEM
}

// Inspect looks at a chain and its key, both PEM, as a server that is known by these
// names would show them. It refuses what no computer would accept.
func Inspect(cert, key []byte, names []string, now time.Time) (*Offer, error) {
	chain, err := readChain(cert)
	if err != nil {
		return nil, err
	}
	signer, err := readKey(key)
	if err != nil {
		return nil, err
	}
	leaf := chain[0]
	if err := fits(chain, signer); err != nil {
		return nil, err
	}
	if err := lasts(leaf, now); err != nil {
		return nil, err
	}
	o := &Offer{Leaf: leaf, cert: cert, key: key}
	host := thisHost(names)
	if !host.someCoveredBy(leaf) {
		return nil, fault.New(fault.Invalid, "certificate-names", "The certificate is for %s, and this server is known as %s. Name it so with tls.names, or get a certificate for that name.",
			strings.Join(namesOf(leaf), ", "), strings.Join(host.dns, ", "))
	}
	o.notes(chain, names, now)
	_, err = tls.X509KeyPair(cert, key) // as the server will read them
	return o, err
}

// readChain reads certificates, the server's own first.
func readChain(text []byte) (chain []*x509.Certificate, err error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, noCertificate.Because(err)
		}
		chain = append(chain, cert)
	}
	if len(chain) == 0 {
		return nil, noCertificate
	}
	return chain, nil
}

// readKey reads a key in any of the three forms of PEM.
func readKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if strings.HasPrefix(block.Type, "ENCRYPTED") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, lockedKey
		}
		var key any
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		}
		if err != nil {
			key, err = x509.ParseECPrivateKey(block.Bytes)
		}
		if signer, ok := key.(crypto.Signer); ok && err == nil {
			return signer, nil
		}
		return nil, noKey.Because(err)
	}
	return nil, noKey
}

// fits refuses a chain that is no server's, is out of order or weak, and a key that
// is not its own.
func fits(chain []*x509.Certificate, key crypto.Signer) error {
	leaf := chain[0]
	owns := func(c *x509.Certificate) bool {
		public, ok := key.Public().(interface {
			Equal(other crypto.PublicKey) bool
		})
		return ok && public.Equal(c.PublicKey)
	}
	switch {
	case !owns(leaf) && slices.ContainsFunc(chain[1:], owns):
		return wrongOrder
	case !owns(leaf):
		return otherKey
	case leaf.IsCA:
		return authorityOnly
	case len(leaf.ExtKeyUsage)+len(leaf.UnknownExtKeyUsage) > 0 && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageServerAuth) && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageAny):
		return notForServers
	}
	for i, c := range chain {
		if !strong(c.PublicKey) {
			return weakKey
		}
		if bytes.Equal(c.RawSubject, c.RawIssuer) {
			continue // a root's signature is nobody's proof
		}
		if slices.Contains([]x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}, c.SignatureAlgorithm) {
			return weakDigest
		}
		if i+1 < len(chain) && c.CheckSignatureFrom(chain[i+1]) != nil {
			return wrongOrder
		}
	}
	return nil
}

// strong says whether browsers take a key.
func strong(public crypto.PublicKey) bool {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= shortestRSA
	case *ecdsa.PublicKey:
		return k.Params().BitSize >= 256
	case ed25519.PublicKey:
		return false
	}
	return false
}

// lasts refuses what is not good today.
func lasts(leaf *x509.Certificate, now time.Time) error {
	switch {
	case now.After(leaf.NotAfter):
		return fault.New(fault.Invalid, "certificate-ended", "The certificate ended on %s.", leaf.NotAfter.Format("2 January 2006"))
	case now.Before(leaf.NotBefore):
		return fault.New(fault.Invalid, "certificate-early", "The certificate is good from %s on. Is this machine's clock right?", leaf.NotBefore.Format("2 January 2006, 15:04 MST"))
	}
	return nil
}

// notes are what a school should know of a certificate that can be used.
func (o *Offer) notes(chain []*x509.Certificate, names []string, now time.Time) {
	for _, name := range names {
		if o.Leaf.VerifyHostname(name) != nil {
			o.Notes = append(o.Notes, fmt.Sprintf("It is not for %s: whoever uses that name is shown Inkwell's own certificate, as before.", name))
		}
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := o.Leaf.Verify(x509.VerifyOptions{Intermediates: between, CurrentTime: now})
	switch {
	case err == nil:
	case len(chain) == 1 && !bytes.Equal(o.Leaf.RawSubject, o.Leaf.RawIssuer):
		o.Notes = append(o.Notes, "It comes without the certificate that signed it, which many devices need. If the authority gave you a chain, put it into the file behind the server's own.")
	default:
		o.Notes = append(o.Notes, "This machine does not know the authority that signed it. Computers that print have to.")
	}
	if o.Leaf.NotAfter.Sub(o.Leaf.NotBefore) > longestLife {
		o.Notes = append(o.Notes, "It lasts longer than 825 days: Apple's devices refuse it.")
	}
	if left := o.Leaf.NotAfter.Sub(now); left < SoonEnds {
		o.Notes = append(o.Notes, "It ends on "+o.Leaf.NotAfter.Format("2 January 2006")+".")
	}
}

// SoonEnds is how long before its end a certificate that somebody has to replace is
// worth a word.
const SoonEnds = 21 * 24 * time.Hour

// Put has the server of this folder show the certificate, from the next connection
// on. Its key is for the folder's owner alone. A server that is stopped between the
// two files shows its own until both are there.
func (o *Offer) Put(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make certificate folder: %w", err)
	}
	if err := writeFile(filepath.Join(dir, operatorKey), o.key); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, operatorCert), o.cert)
}

// TakeBack removes the school's certificate and its key; false when there was none.
func TakeBack(dir string) (was bool, err error) {
	for _, name := range []string{operatorCert, operatorKey} {
		switch e := os.Remove(filepath.Join(dir, name)); {
		case e == nil:
			was = true
		case !errors.Is(e, fs.ErrNotExist):
			err = errors.Join(err, e)
		}
	}
	return was, err
}

// namesOf are all names that a certificate is for.
func namesOf(c *x509.Certificate) []string {
	all := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	return all
}
