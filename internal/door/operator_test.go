package door

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/internal/fault"
)

// issued is a certificate with its key, as an authority of the school makes them.
type issued struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// issue has by sign a certificate for the key; nobody means that it signs itself.
func issue(t *testing.T, by *issued, key crypto.Signer, change func(*x509.Certificate)) *issued {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "print.school.example"},
		DNSNames: []string{"print.school.example"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), BasicConstraintsValid: true,
	}
	if change != nil {
		change(c)
	}
	if by == nil {
		by = &issued{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{cert, key}
}

func curve(t *testing.T, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issuer is an authority, signed by another or by itself.
func issuer(t *testing.T, by *issued, name string) *issued {
	return issue(t, by, curve(t, elliptic.P256()), func(c *x509.Certificate) {
		c.Subject, c.DNSNames, c.IsCA, c.ExtKeyUsage = pkix.Name{CommonName: name}, nil, true, nil
		c.KeyUsage = x509.KeyUsageCertSign
	})
}

func pemChain(chain ...*issued) (text []byte) {
	for _, i := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})...)
	}
	return text
}

func pemKey(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestWhatASchoolBringsIsInspected(t *testing.T) {
	t.Parallel()
	now := time.Now()
	root := issuer(t, nil, "Root")
	middle := issuer(t, root, "Middle")
	stranger := issuer(t, nil, "Stranger")
	key := curve(t, elliptic.P256())
	leaf := func(change func(*x509.Certificate)) *issued { return issue(t, middle, key, change) }
	server := leaf(nil)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small := curve(t, elliptic.P224())
	plain := pemKey(t, key)
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(long)})
	for name, c := range map[string]struct {
		cert, key []byte
		code      string // of the refusal, "" for none
		notes     []string
	}{
		"with its chain":        {pemChain(server, middle), plain, "", []string{"does not know the authority"}},
		"with the root too":     {pemChain(server, middle, root), plain, "", []string{"does not know the authority"}},
		"alone":                 {pemChain(server), plain, "", []string{"without the certificate that signed it"}},
		"signed by itself":      {pemChain(issue(t, nil, key, nil)), plain, "", []string{"does not know the authority"}},
		"RSA, an old form":      {pemChain(issue(t, middle, long, nil), middle), pkcs1, "", []string{"does not know"}},
		"key with parameters":   {pemChain(server, middle), append([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"), plain...), "", []string{"does not know"}},
		"for three years":       {pemChain(leaf(func(c *x509.Certificate) { c.NotAfter = now.Add(3 * 365 * 24 * time.Hour) }), middle), plain, "", []string{"does not know", "825 days"}},
		"for three weeks":       {pemChain(leaf(func(c *x509.Certificate) { c.NotAfter = now.Add(20 * 24 * time.Hour) }), middle), plain, "", []string{"does not know", "It ends on"}},
		"for the whole domain":  {pemChain(leaf(func(c *x509.Certificate) { c.DNSNames = []string{"*.school.example"} }), middle), plain, "", []string{"does not know"}},
		"no certificate":        {plain, plain, "certificate-unreadable", nil},
		"not PEM":               {server.cert.Raw, plain, "certificate-unreadable", nil},
		"damaged":               {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.cert.Raw[:100]}), plain, "certificate-unreadable", nil},
		"no key":                {pemChain(server), pemChain(server), "certificate-key-unreadable", nil},
		"a damaged key":         {pemChain(server), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), "certificate-key-unreadable", nil},
		"a locked key":          {pemChain(server), pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}), "certificate-key-locked", nil},
		"a locked key, old":     {pemChain(server), pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"}, Bytes: []byte("x")}), "certificate-key-locked", nil},
		"another key":           {pemChain(server, middle), pemKey(t, curve(t, elliptic.P256())), "certificate-key-other", nil},
		"chain first":           {pemChain(middle, server), plain, "certificate-order", nil},
		"chain of another":      {pemChain(server, stranger), plain, "certificate-order", nil},
		"root before middle":    {pemChain(server, root, middle), plain, "certificate-order", nil},
		"an authority":          {pemChain(middle), pemKey(t, middle.key), "certificate-authority", nil},
		"for mail":              {pemChain(leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} })), plain, "certificate-purpose", nil},
		"a short key":           {pemChain(issue(t, middle, short, nil), middle), pemKey(t, short), "certificate-weak-key", nil},
		"a small curve":         {pemChain(issue(t, middle, small, nil)), pemKey(t, small), "certificate-weak-key", nil},
		"a kind nobody takes":   {pemChain(issue(t, middle, edwards, nil), middle), pemKey(t, edwards), "certificate-weak-key", nil},
		"ended":                 {pemChain(leaf(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) }), middle), plain, "certificate-ended", nil},
		"not yet":               {pemChain(leaf(func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) }), middle), plain, "certificate-early", nil},
		"for somebody else":     {pemChain(leaf(func(c *x509.Certificate) { c.DNSNames = []string{"www.example.com"} }), middle), plain, "certificate-names", nil},
		"for this machine only": {pemChain(leaf(func(c *x509.Certificate) { c.DNSNames = []string{"localhost"} }), middle), plain, "certificate-names", nil},
	} {
		o, err := Inspect(c.cert, c.key, []string{"print.school.example"}, now)
		var refused *fault.Error
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.code == "":
			if len(o.Notes) != len(c.notes) {
				t.Errorf("%s: %q", name, o.Notes)
				continue
			}
			for i, note := range c.notes {
				if !strings.Contains(o.Notes[i], note) {
					t.Errorf("%s: %q", name, o.Notes)
				}
			}
		case !errors.As(err, &refused) || refused.Code != c.code:
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// A broken digest is made by other programs only: Go signs with none.
func TestABrokenDigestIsRefused(t *testing.T) {
	t.Parallel()
	key := curve(t, elliptic.P256())
	server := issue(t, issuer(t, nil, "Root"), key, nil)
	server.cert.SignatureAlgorithm = x509.ECDSAWithSHA1
	if err := fits([]*x509.Certificate{server.cert}, key); !errors.Is(err, weakDigest) {
		t.Error(err)
	}
}

// A certificate goes in, is shown to whom it is for, and comes out again; whoever
// uses a name that it does not cover sees ours all the time.
func TestASchoolsCertificateComesAndGoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	id := newIdentity(t, dir, nil)
	own := leafOf(t, id)
	root := issuer(t, nil, "Root")
	key := curve(t, elliptic.P384())
	o, err := Inspect(pemChain(issue(t, root, key, nil), root), pemKey(t, key), []string{"print.school.example", "10.0.0.5"}, time.Now())
	if err != nil || !strings.Contains(strings.Join(o.Notes, " "), "not for 10.0.0.5") {
		t.Fatal(err, o)
	}
	if err := o.Put(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]*x509.Certificate{"": o.Leaf, "print.school.example": o.Leaf, "nowhere.example": o.Leaf, "localhost": own} {
		if shown, err := id.For(name); err != nil || !shown.Leaf.Equal(want) {
			t.Errorf("to whoever asks for %q: %s, %v", name, shown.Leaf.Subject, err)
		}
	}
	for _, name := range []string{operatorCert, operatorKey} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	for _, want := range []bool{true, false} {
		if was, err := TakeBack(dir); err != nil || was != want {
			t.Errorf("taken back: %v %v", was, err)
		}
	}
	if !leafOf(t, id).Equal(own) {
		t.Error("ours is not back")
	}
}

func TestOurOwnIsMadeAnewOnRequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	id := newIdentity(t, dir, nil)
	first, ca := leafOf(t, id), id.Authority()
	if err := RenewOwn(dir, nil, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	second := leafOf(t, id)
	if second.Equal(first) || string(id.Authority()) != string(ca) {
		t.Error("the running server does not show the new one of the same authority")
	}
	if err := RenewOwn(dir, []string{"new.example"}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	third := leafOf(t, id)
	if string(id.Authority()) == string(ca) || verify(id, third, "new.example", time.Now()) != nil {
		t.Error("the running server does not show one of the new authority")
	}
	if err := RenewOwn(filepath.Join(dir, "empty"), nil, false, time.Now()); err != nil {
		t.Error(err)
	}
}
