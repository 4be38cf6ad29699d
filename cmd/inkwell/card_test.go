package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"inkwell/internal/door/doortest"
	"inkwell/release/document/documenttest"
)

// holder is a print server that shows a card: it keeps its TLS sessions, as they do.
type holder struct {
	s      *demo
	path   string
	config *tls.Config
}

func (s *demo) holder(path string, cert, key []byte) *holder {
	s.t.Helper()
	card, err := tls.X509KeyPair(cert, key)
	if err != nil {
		s.t.Fatal(err)
	}
	return &holder{s, path, &tls.Config{ServerName: "localhost", RootCAs: s.ownRoots(), Certificates: []tls.Certificate{card}, ClientSessionCache: tls.NewLRUClientSessionCache(4)}}
}

func (h *holder) dial() *tls.Conn {
	h.s.t.Helper()
	c, err := tls.Dial("tcp", h.s.ipp, h.config)
	if err != nil {
		h.s.t.Fatal(err)
	}
	h.s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// prints sends a page for a pupil and gives IPP's status.
func (h *holder) prints(c *tls.Conn) (status int) {
	h.s.t.Helper()
	body := append([]byte(printJob("ipps://"+h.s.ipp+h.path, "pupil0004")), documenttest.PDF(1)...)
	if _, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ipp\r\nContent-Length: %d\r\n\r\n%s", h.path, len(body), body); err != nil {
		h.s.t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		h.s.t.Fatal(err)
	}
	said, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || len(said) < 4 {
		h.s.t.Fatalf("%s: % x %v", answer.Status, said, err)
	}
	return int(said[2])<<8 | int(said[3])
}

// A card counts for as long as its group is there, over sessions that are resumed and
// a change of the server's certificate; it is asked for of those who came before.
func TestACardCountsAsLongAsItsGroup(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	school := doortest.NewAuthority(t)
	cert, key := school.Issue(time.Hour, "cart-3")
	const path = "/ipp/print/g/cart"
	h := s.holder(path, cert, key)
	for range 2 { // sessions from before anybody asked for a card
		if h.prints(h.dial()) == 0 {
			t.Fatal("a group that is not there prints")
		}
	}
	file := filepath.Join(filepath.Dir(s.dir), "card.pem")
	if err := os.WriteFile(file, cert, 0o644); err != nil { //nolint:gosec // the service user reads it
		t.Fatal(err)
	}
	s.inkwell("devices", "add", "cart", "--name", "Cart 3", "--certificates", file)
	s.eventually("the card to be asked for", func() bool { return h.prints(h.dial()) == 0 })
	resumes := func() *tls.Conn {
		t.Helper()
		c := h.dial()
		if !c.ConnectionState().DidResume {
			t.Error("a session was not resumed")
		}
		return c
	}
	if status := h.prints(resumes()); status != 0 {
		t.Errorf("over a resumed session: %x", status)
	}
	s.inkwell("certificate", "renew")
	open := resumes()
	if status := h.prints(open); status != 0 {
		t.Errorf("after the server's certificate changed: %x", status)
	}
	other, otherKey := school.Issue(time.Hour, "cart-4")
	stranger := s.holder(path, other, otherKey)
	for range 2 {
		if stranger.prints(stranger.dial()) == 0 {
			t.Error("somebody else's card prints")
		}
	}
	s.inkwell("devices", "remove", "cart")
	if h.prints(open) == 0 || h.prints(h.dial()) == 0 {
		t.Error("with its group gone, the card prints")
	}
}
