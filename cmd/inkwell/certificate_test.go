package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/internal/door/doortest"
	"inkwell/release/document/documenttest"
)

const publicName = "print.school.example"

// shows is the certificate that the server shows to whoever asks for a name, once
// somebody's roots vouch for it.
func (s *demo) shows(at, server string, roots *x509.CertPool) (*x509.Certificate, error) {
	c, err := tls.Dial("tcp", at, &tls.Config{ServerName: server, RootCAs: roots})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0], nil
}

// ownRoots trust the server's own authority.
func (s *demo) ownRoots() *x509.CertPool {
	s.t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(s.inkwell("certificate", "show", "--authority", "--pem"))) {
		s.t.Fatal("there is no authority")
	}
	return roots
}

// upload is a document that comes slowly, over TLS.
type upload struct {
	s    *demo
	conn *tls.Conn
	rest []byte
}

// startUpload begins to print in somebody's name, and sends half of it.
func (s *demo) startUpload(server string, roots *x509.CertPool) *upload {
	s.t.Helper()
	conn, err := tls.Dial("tcp", s.ipp, &tls.Config{ServerName: server, RootCAs: roots})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	body := append([]byte(printJob("ipp://"+s.ipp+"/ipp/print", "pupil0004")), documenttest.PDF(3)...)
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth("pupil0004", demoPassword)
	head := fmt.Sprintf("POST /ipp/print HTTP/1.1\r\nHost: %s\r\nContent-Type: application/ipp\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n", s.ipp, r.Header.Get("Authorization"), len(body))
	u := &upload{s, conn, body[len(body)/2:]}
	u.send(append([]byte(head), body[:len(body)/2]...))
	return u
}

func (u *upload) send(part []byte) {
	u.s.t.Helper()
	if _, err := u.conn.Write(part); err != nil {
		u.s.t.Fatal(err)
	}
}

// finish sends the rest and wants the job to be taken.
func (u *upload) finish() {
	u.s.t.Helper()
	for len(u.rest) > 0 {
		n := min(100, len(u.rest))
		u.send(u.rest[:n])
		u.rest = u.rest[n:]
	}
	answer, err := http.ReadResponse(bufio.NewReader(u.conn), nil)
	if err != nil {
		u.s.t.Fatal(err)
	}
	said, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || len(said) < 4 || said[2] != 0 || said[3] != 0 {
		u.s.t.Errorf("the job was not taken: %s % x %v", answer.Status, said, err)
	}
}

// A school's certificate comes and goes while the server runs and a document comes in
// over the old one.
func TestACertificateChangesLive(t *testing.T) {
	t.Parallel()
	s := serveDemo(t, "--tls-names", publicName)
	redirect := "http://" + s.address("certificate http://")
	school := doortest.NewAuthority(t)
	chain, key := school.Issue(100*24*time.Hour, publicName)
	certFile, keyFile := tempFile(t, chain), tempFile(t, key)
	own, set := s.ownRoots(), []string{"certificate", "set", "--cert", certFile, "--key", keyFile}
	before, err := s.shows(s.web, publicName, own)
	if err != nil {
		t.Fatal(err)
	}
	u := s.startUpload(publicName, own)

	refused(t, "The key belongs to another certificate", "certificate", "set", "--cert", certFile, "--key", tempFile(t, otherKey(school)), "--data-dir", s.dir)
	other, itsKey := school.Issue(time.Hour, "www.school.example")
	refused(t, "known as", "certificate", "set", "--cert", tempFile(t, other), "--key", tempFile(t, itsKey), "--data-dir", s.dir)
	refused(t, "cannot be read", "certificate", "set", "--cert", "/no/such", "--key", keyFile, "--data-dir", s.dir)
	if now, err := s.shows(s.web, publicName, own); err != nil || !now.Equal(before) {
		t.Errorf("a refused certificate changed what is shown: %v", err)
	}
	if said := s.inkwell(set...); !strings.Contains(said, "now shows the school's own certificate") || !strings.Contains(said, "does not know the authority") {
		t.Errorf("set says %q", said)
	}
	for _, at := range []string{s.ipp, s.web} {
		if _, err := s.shows(at, publicName, school.Pool()); err != nil {
			t.Errorf("%s does not show the school's own: %v", at, err)
		}
	}
	if _, err := s.shows(s.ipp, "localhost", own); err != nil {
		t.Errorf("whoever trusted Inkwell's authority and calls the server localhost is lost: %v", err)
	}
	if said := s.inkwell("certificate", "show"); !strings.Contains(said, "the school's own") || !strings.Contains(said, publicName) || !strings.Contains(said, "ECDSA, P-256") {
		t.Errorf("show says\n%s", said)
	}
	if text := s.inkwell("certificate", "show", "--pem"); text != string(chain) {
		t.Errorf("show --pem is\n%s", text)
	}
	if said := get(t, redirect+"/ca.crt", http.StatusNotFound); !strings.Contains(said, "no certificate to install") {
		t.Errorf("/ca.crt says %q", said)
	}
	refused(t, "which the school renews", "certificate", "renew", "--data-dir", s.dir)
	s.checks("good  certificate    the school's own, good until")

	soon, soonKey := school.Issue(20*24*time.Hour, publicName)
	if said := s.inkwell("certificate", "set", "--cert", tempFile(t, soon), "--key", tempFile(t, soonKey)); !strings.Contains(said, "It ends on") {
		t.Errorf("set says %q", said)
	}
	s.checks("look  certificate    the school's own, good until")
	if err := os.WriteFile(filepath.Join(s.dir, "tls", "server.key"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.shows(s.web, publicName, school.Pool()); err != nil {
		t.Errorf("a key that is damaged took the certificate away: %v", err)
	}
	s.checks("BAD   certificate    ")

	s.inkwell("certificate", "reset")
	if now, err := s.shows(s.web, publicName, own); err != nil || !now.Equal(before) {
		t.Errorf("after a reset: %v", err)
	}
	s.inkwell("certificate", "renew")
	if now, err := s.shows(s.web, publicName, own); err != nil || now.Equal(before) {
		t.Errorf("it was not renewed: %v", err)
	}
	s.inkwell("certificate", "renew", "--authority")
	if _, err := s.shows(s.web, publicName, own); err == nil {
		t.Error("the old authority still vouches")
	}
	if _, err := s.shows(s.web, publicName, s.ownRoots()); err != nil {
		t.Errorf("the new authority does not vouch: %v", err)
	}
	if ca := get(t, redirect+"/ca.crt", http.StatusOK); ca != s.inkwell("certificate", "show", "--authority", "--pem") {
		t.Errorf("/ca.crt is %q", ca)
	}
	u.finish()
	s.held("pupil0004", 1)
}

func otherKey(a *doortest.Authority) []byte {
	_, key := a.Issue(time.Hour, publicName)
	return key
}

// checks wants a line of the check.
func (s *demo) checks(line string) {
	s.t.Helper()
	if out, _ := inkwell(s.t, "check", "--data-dir", s.dir); !strings.Contains(out, line) {
		s.t.Errorf("the check does not say %q:\n%s", line, out)
	}
}

// get wants a status of a page and gives what it says.
func get(t *testing.T, url string, status int) string {
	t.Helper()
	answer, err := http.Get(url) // #nosec G107 -- of the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		t.Errorf("%s: %s %v", url, answer.Status, err)
	}
	return string(body)
}

// The running program orders its certificate of a real ACME server, at its first
// start and again, while a document comes in.
func TestACertificateIsOrderedLive(t *testing.T) {
	t.Parallel()
	web, redirect := doortest.FreePort(t), doortest.FreePort(t)
	pebble := doortest.NewPebble(t, doortest.PebbleOptions{TLSPort: web, HTTPPort: redirect})
	args := []string{
		"--web-listen", fmt.Sprintf("127.0.0.1:%d", web), "--redirect-listen", fmt.Sprintf("127.0.0.1:%d", redirect),
		"--acme-names", publicName, "--acme-directory", pebble.Directory, "--acme-roots", pebble.RootsFile,
	}
	refused(t, "Read its terms of service", append([]string{"serve", "--data-dir", dataDir(t)}, args...)...)
	s := serveDemo(t, append(args, "--acme-agree", "true", "--acme-contact", "it@school.example")...)
	roots := pebble.Pool(t)
	var first *x509.Certificate
	s.eventually("a certificate that pebble's root vouches for", func() (ok bool) {
		c, err := s.shows(s.ipp, publicName, roots)
		first = c
		return err == nil
	})
	u := s.startUpload(publicName, roots)
	if said := s.inkwell("certificate", "renew"); !strings.Contains(said, "orders one now") {
		t.Errorf("renew says %q", said)
	}
	s.eventually("another one", func() bool {
		c, err := s.shows(s.web, publicName, roots)
		return err == nil && !c.Equal(first)
	})
	u.finish()
	s.held("pupil0004", 1)
	s.checks("good  certificate    ordered by ACME, good until")
	if said := s.inkwell("certificate", "show"); !strings.Contains(said, "ordered by ACME") || !strings.Contains(said, "Pebble") {
		t.Errorf("show says\n%s", said)
	}
	if said := get(t, fmt.Sprintf("http://127.0.0.1:%d/ca.crt", redirect), http.StatusNotFound); !strings.Contains(said, "no certificate to install") {
		t.Errorf("/ca.crt says %q", said)
	}
	account, err := os.ReadFile(filepath.Join(s.dir, "tls", "acme-account.pem"))
	if err != nil || !bytes.Contains(account, []byte("PRIVATE KEY")) {
		t.Errorf("the account's key: %v", err)
	}
}
