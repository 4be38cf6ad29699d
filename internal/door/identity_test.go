package door

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func contextWith(r *http.Request, here net.Addr) context.Context {
	return context.WithValue(r.Context(), http.LocalAddrContextKey, here)
}

func newIdentity(t *testing.T, dir string, clock func() time.Time) *Identity {
	t.Helper()
	id, err := OpenIdentity(IdentityOptions{Dir: dir, Clock: clock, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// at is a clock that stands still.
func at(when time.Time) func() time.Time { return func() time.Time { return when } }

func leafOf(t *testing.T, id *Identity) *x509.Certificate {
	t.Helper()
	leaf, err := id.Leaf()
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func verify(id *Identity, leaf *x509.Certificate, name string, now time.Time) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(id.Authority())
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: now})
	return err
}

func TestTheFirstCertificateIsGoodForThisMachine(t *testing.T) {
	t.Parallel()
	now := time.Now()
	id := newIdentity(t, t.TempDir(), nil)
	leaf := leafOf(t, id)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", host} {
		if err := verify(id, leaf, name, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if life := leaf.NotAfter.Sub(now); life > 397*24*time.Hour || life < 396*24*time.Hour {
		t.Errorf("the certificate lasts %s", life)
	}
	if err := verify(id, leaf, "localhost", now.Add(396*24*time.Hour)); err != nil {
		t.Error(err)
	}
}

func TestTheAuthorityMayVouchForNothingElse(t *testing.T) {
	t.Parallel()
	id := newIdentity(t, t.TempDir(), nil)
	forged := &x509.Certificate{
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"www.example.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	p, err := sign(forged, id.ca)
	if err != nil {
		t.Fatal(err)
	}
	if verify(id, p.cert, "www.example.com", time.Now()) == nil {
		t.Error("a stolen authority could pass for a site of the internet")
	}
	forged.DNSNames, forged.IPAddresses = nil, []net.IP{net.IPv4(192, 0, 2, 1)}
	if p, err = sign(forged, id.ca); err != nil {
		t.Fatal(err)
	}
	if verify(id, p.cert, "192.0.2.1", time.Now()) == nil {
		t.Error("a stolen authority could pass for an address of the internet")
	}
}

func TestKeysAreForOneUserAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "tls")
	newIdentity(t, dir, nil)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v %v", e.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("the folder: %v %v", info.Mode(), err)
	}
}

func TestTheSameCertificateIsShownAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := leafOf(t, newIdentity(t, dir, nil))
	if again := leafOf(t, newIdentity(t, dir, nil)); !again.Equal(first) {
		t.Error("a restart changed the certificate")
	}
}

func TestACertificateIsMadeAnewBeforeItEnds(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	id := newIdentity(t, dir, func() time.Time { return now })
	first := leafOf(t, id)
	now = first.NotAfter.Add(-renewBefore - time.Minute)
	if !leafOf(t, id).Equal(first) {
		t.Error("it was made anew too early")
	}
	now = first.NotAfter.Add(-renewBefore + time.Minute)
	second := leafOf(t, id)
	if second.Equal(first) {
		t.Fatal("it was left to end")
	}
	if err := verify(id, second, "localhost", now); err != nil {
		t.Error(err)
	}
	if !leafOf(t, newIdentity(t, dir, at(now))).Equal(second) {
		t.Error("the new certificate was not kept")
	}
}

func TestANewNameMakesANewCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := leafOf(t, newIdentity(t, dir, nil))
	id, err := OpenIdentity(IdentityOptions{Dir: dir, Names: []string{"10.9.8.7", "other.example"}, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	second := leafOf(t, id)
	if second.Equal(first) || second.VerifyHostname("10.9.8.7") != nil {
		t.Error("the certificate is not good for the new address")
	}
	if second.VerifyHostname("other.example") == nil {
		t.Error("the certificate carries a name that its authority may not vouch for, which no client accepts")
	}
}

func TestAnAuthorityThatEndsIsReplacedWithItsCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := newIdentity(t, dir, nil)
	later := old.ca.cert.NotAfter.Add(time.Hour)
	id := newIdentity(t, dir, at(later))
	if err := verify(id, leafOf(t, id), "localhost", later); err != nil {
		t.Error(err)
	}
}

func TestTheOperatorsCertificateIsUsedAndFollowed(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), t.TempDir()
	id := newIdentity(t, dir, nil)
	own := leafOf(t, id)
	looks := func(want Origin, leaf *x509.Certificate, troubled bool) {
		t.Helper()
		s, err := Look(dir, time.Now())
		if err != nil || s.Origin != want || !s.Leaf().Equal(leaf) || (s.Trouble != nil) != troubled {
			t.Errorf("Look: %v %s, %v", err, s.Origin, s.Trouble)
		}
	}
	looks(FromUs, own, false)
	put := func(name string, from *Identity, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	theirs := newIdentity(t, elsewhere, nil)
	cert, key := pemOf(t, elsewhere)
	put(operatorCert, theirs, cert)
	if !leafOf(t, id).Equal(own) {
		t.Error("a certificate without its key changed something")
	}
	put(operatorKey, theirs, key)
	if !leafOf(t, id).Equal(theirs.own.Leaf) {
		t.Fatal("the operator's certificate is not shown")
	}
	looks(FromSchool, theirs.own.Leaf, false)
	if id.Authority() != nil {
		t.Error("our authority is handed out though its certificate is not in use")
	}
	put(operatorKey, theirs, []byte("half written"))
	if !leafOf(t, id).Equal(theirs.own.Leaf) {
		t.Error("a half replaced pair took the certificate away")
	}
	if !leafOf(t, newIdentity(t, dir, nil)).Equal(own) {
		t.Error("a start with a broken pair does not show our own")
	}
	looks(FromUs, own, true)
	if err := os.Remove(filepath.Join(dir, operatorCert)); err != nil {
		t.Fatal(err)
	}
	if !leafOf(t, id).Equal(own) {
		t.Error("with the operator's files gone, ours is not back")
	}
}

// pemOf splits a folder's own pair into the two files of an operator.
func pemOf(t *testing.T, dir string) (cert, key []byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, ownFile))
	if err != nil {
		t.Fatal(err)
	}
	c, k, ok := strings.Cut(string(text), "-----BEGIN EC")
	if !ok {
		t.Fatal("the file holds no key")
	}
	if _, err := tls.X509KeyPair([]byte(c), []byte("-----BEGIN EC"+k)); err != nil {
		t.Fatal(err)
	}
	return []byte(c), []byte("-----BEGIN EC" + k)
}

func TestAFolderWithoutACertificate(t *testing.T) {
	t.Parallel()
	if _, err := Look(t.TempDir(), time.Now()); err == nil {
		t.Error("an empty folder has a certificate")
	}
}

func TestADamagedFileIsNotWrittenOver(t *testing.T) {
	t.Parallel()
	for _, name := range []string{authorityFile, ownFile} {
		dir := t.TempDir()
		newIdentity(t, dir, nil)
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenIdentity(IdentityOptions{Dir: dir, Log: quiet()}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if text, _ := os.ReadFile(path); string(text) != "damaged" {
			t.Errorf("%s was written over", name)
		}
	}
}

func TestNamesOfAHost(t *testing.T) {
	t.Parallel()
	n := thisHost([]string{"Print.School.Example.", "10.0.0.5", "not a name", "10.0.0.5"})
	if n.first() != "print.school.example" {
		t.Errorf("first is %q", n.first())
	}
	count := 0
	for _, ip := range n.ips {
		if ip == netip.MustParseAddr("10.0.0.5") {
			count++
		}
	}
	if count != 1 {
		t.Errorf("an address given twice is there %d times", count)
	}
	for _, name := range n.dns {
		if strings.ContainsAny(name, " ") {
			t.Errorf("%q is no name", name)
		}
	}
}
