package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"inkwell/kiosk"
)

// tablet is a browser without one.
type tablet struct {
	*demo
	at  string // the kiosks' door
	key *ecdsa.PrivateKey
}

func newTablet(s *demo, at string) tablet {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	return tablet{s, at, key}
}

// open opens the tablet's page, and waits for a face.
func (b tablet) open(link, face string) (*kiosk.Client, kiosk.View) {
	b.t.Helper()
	trust := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // its certificate was made a moment ago
	c, err := kiosk.DialDevice(b.t.Context(), "https://"+b.at, trust, b.key, link)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = c.Close() })
	return c, b.face(c, face)
}

// A school whose kiosks have a door of their own (TestEveryDoor says what is behind it). A tablet is paired there by its code, prints, and is retired in the middle of a visit;
// one that device management opens pairs itself.
func TestKiosksHaveADoorOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := serveDemo(t, "--kiosk-listen", "127.0.0.1:0")
	at := strings.TrimSuffix(s.address("kiosks https://"), "/kiosk")
	b := newTablet(s, at)
	waiting, v := b.open("", kiosk.FacePair)
	s.inkwell("kiosk", "pair", "library", v.ShownCode())
	s.face(waiting, kiosk.FacePaired)
	c, _ := b.open("", kiosk.FaceIdle)
	if err := c.Tap(demoBadge(1)); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceJobs)
	if list := s.inkwell("kiosk", "screens"); !strings.Contains(list, "connected") {
		t.Errorf("the screens are\n%s", list)
	}
	began := time.Now()
	s.inkwell("kiosk", "retire", "library")
	b.gone(c)
	t.Logf("closed %s after the command began", time.Since(began).Round(time.Millisecond))
	if _, err := kiosk.DialDevice(t.Context(), "https://"+at, &tls.Config{InsecureSkipVerify: true}, b.key, ""); !errors.Is(err, kiosk.ErrOver) { //nolint:gosec // as above
		t.Errorf("after its end: %v", err)
	}

	said := s.inkwell("kiosk", "enrol-url", "library", "--network", "127.0.0.0/8", "--days", "300")
	page, link, _ := strings.Cut(strings.Fields(said)[0], "#link=")
	if page != "https://"+at+"/kiosk" {
		t.Errorf("it says %s", said)
	}
	managed := newTablet(s, at)
	managed.open(link, kiosk.FacePaired)
	managed.open(link, kiosk.FaceIdle)
	room := rows[int](s, "SELECT min(printer_id) FROM printer")
	said = s.inkwell("printer", "pair", fmt.Sprint(room))
	_, link, _ = strings.Cut(strings.Fields(said)[0], "#link=")
	newTablet(s, at).open(link, kiosk.FacePaired)
}

// gone waits until the server has closed a page.
func (b tablet) gone(c *kiosk.Client) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	for {
		if _, err := c.Next(ctx); err != nil {
			if ctx.Err() != nil {
				b.t.Fatal("the page was not closed")
			}
			return
		}
	}
}
