package door

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Origin says whose a certificate is.
type Origin string

// The origins, as a person reads them.
const (
	FromSchool Origin = "the school's own"
	FromACME   Origin = "ordered by ACME"
	FromUs     Origin = "of Inkwell's own authority"
)

// holding is what a folder holds.
type holding struct {
	ca       *pair
	own      *tls.Certificate
	operator *tls.Certificate // nil while there is none
	ordered  *tls.Certificate // nil while there is none
}

// read is the folder as it is now. Where something cannot be used, what h has of it
// stays, and the error says why.
func (h holding) read(dir string) (holding, error) {
	ca, own, err := readOwn(dir)
	if err == nil && own != nil {
		h.ca, h.own = ca, own
	}
	operator, errOperator := readFiles(dir, operatorCert, operatorKey)
	if errOperator == nil {
		h.operator = operator
	}
	var ordered *tls.Certificate
	var errOrdered error
	if readOrders(dir).On() {
		ordered, errOrdered = readFiles(dir, orderedFile, orderedFile)
	}
	if errOrdered == nil {
		h.ordered = ordered
	}
	return h, errors.Join(err, errOperator, errOrdered)
}

// readOwn reads our authority and the certificate that it made; nil without error
// while one of them is missing.
func readOwn(dir string) (*pair, *tls.Certificate, error) {
	ca, err := readPair(filepath.Join(dir, authorityFile))
	if err != nil || ca == nil {
		return nil, nil, err
	}
	own, err := readPair(filepath.Join(dir, ownFile))
	if err != nil || own == nil {
		return nil, nil, err
	}
	if err := own.cert.CheckSignatureFrom(ca.cert); err != nil {
		return nil, nil, fmt.Errorf("%s and %s in %s do not belong together: %w", authorityFile, ownFile, dir, err)
	}
	return ca, own.under(ca), nil
}

// readFiles reads a certificate and its key; nil without error while one of the
// files is missing.
func readFiles(dir, cert, key string) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, cert), filepath.Join(dir, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s and %s in %s: %w", cert, key, dir, err)
	}
	return &pair, nil
}

// differs says whether another certificate is in it.
func (h holding) differs(o holding) bool {
	same := func(a, b *tls.Certificate) bool {
		return a == b || a != nil && b != nil && bytes.Equal(a.Certificate[0], b.Certificate[0])
	}
	return !same(h.own, o.own) || !same(h.operator, o.operator) || !same(h.ordered, o.ordered)
}

// choose is the certificate to show: the school's, then one that was ordered and has
// not ended, then ours, which is nil in a folder that no server has used.
func (h holding) choose(now time.Time) (*tls.Certificate, Origin) {
	switch {
	case h.operator != nil:
		return h.operator, FromSchool
	case h.ordered != nil && now.Before(h.ordered.Leaf.NotAfter):
		return h.ordered, FromACME
	}
	return h.own, FromUs
}

// Shown is what a server with a folder shows.
type Shown struct {
	Origin  Origin
	Chain   []*x509.Certificate // the server's own first
	Trouble error               // why another one is not shown
	Orders  Orders              // how ordering goes; the zero value without
}

// Leaf is the server's own certificate.
func (s Shown) Leaf() *x509.Certificate { return s.Chain[0] }

// Look says, changing nothing, what a server with this folder shows.
func Look(dir string, now time.Time) (s Shown, err error) {
	h, trouble := holding{}.read(dir)
	shown, from := h.choose(now)
	if shown == nil {
		return s, errors.Join(fmt.Errorf("there is no certificate in %s yet", dir), trouble)
	}
	s = Shown{Origin: from, Trouble: trouble, Orders: readOrders(dir)}
	for _, der := range shown.Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return s, fmt.Errorf("read certificate: %w", err)
		}
		s.Chain = append(s.Chain, cert)
	}
	return s, nil
}

// Authority is the certificate of our own authority in this folder.
func Authority(dir string) (*x509.Certificate, error) {
	ca, err := readPair(filepath.Join(dir, authorityFile))
	if err == nil && ca == nil {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	return ca.cert, nil
}

// Trusted says, changing nothing, what computers must be told to trust of a server with
// this folder: our authority's certificate in DER, nil while another's is shown.
func Trusted(dir string) ([]byte, error) {
	s, err := Look(dir, time.Now())
	if err != nil || s.Origin != FromUs {
		return nil, err
	}
	return s.Chain[len(s.Chain)-1].Raw, nil
}

// Fingerprint is the SHA-256 of a certificate, as programs show it to people.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	text := make([]byte, 0, 3*len(sum))
	for i, b := range sum {
		if i > 0 {
			text = append(text, ':')
		}
		text = hex.AppendEncode(text, []byte{b})
	}
	return string(bytes.ToUpper(text))
}

// RenewOwn makes a new certificate of our own authority, and with authority a new
// authority too, which computers have to be told to trust. A running server shows
// it at the next connection.
func RenewOwn(dir string, names []string, authority bool, now time.Time) error {
	host := thisHost(names)
	ca, err := readPair(filepath.Join(dir, authorityFile))
	if err != nil && !authority {
		return err
	}
	fresh := ca == nil || authority
	if fresh {
		if ca, err = newAuthority(host, now); err != nil {
			return err
		}
	}
	own, err := newLeaf(ca, host, now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make certificate folder: %w", err)
	}
	if fresh {
		err = errors.Join(writePair(filepath.Join(dir, authorityFile), ca), writeFile(filepath.Join(dir, publicFile), ca.pem()))
	}
	return errors.Join(err, writePair(filepath.Join(dir, ownFile), own))
}
