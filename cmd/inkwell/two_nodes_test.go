package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"testing"
	"time"

	"inkwell/kiosk"
)

// A screen that is connected to one server is unpaired at another of the same database: its page is
// closed in the middle of a visit, by what the servers tell each other, and forgets its key.
func TestAScreenIsUnpairedAtAnotherServer(t *testing.T) {
	t.Parallel()
	base := newPostgres(t)
	config := base.configure(nil)
	near := base.serve(config, nil)
	far := base.serve(config, near)
	b := newTablet(near, near.web)
	waiting, v := b.open("", kiosk.FacePair)
	near.inkwell("kiosk", "pair", "library", v.ShownCode())
	near.face(waiting, kiosk.FacePaired)
	c, _ := b.open("", kiosk.FaceIdle)
	if err := c.Tap(demoBadge(1)); err != nil {
		t.Fatal(err)
	}
	near.face(c, kiosk.FaceJobs)

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	staff := &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(path string, form url.Values) {
		t.Helper()
		answer, err := staff.PostForm("http://"+far.web+path, form)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s", path, answer.Status)
		}
	}
	post("/staff/sign-in", url.Values{"username": {"it01"}, "password": {demoPassword}})
	device := rows[int](near, "SELECT device_id FROM kiosk_device WHERE ended_at IS NULL")
	ended := make(chan time.Time, 1)
	go func() {
		for {
			if _, err := c.Next(t.Context()); err != nil {
				ended <- time.Now()
				return
			}
		}
	}()
	post(fmt.Sprintf("/staff/kiosks/library/screens/%d/unpair", device), nil)
	said := time.Now()
	select {
	case at := <-ended:
		took := at.Sub(said)
		t.Logf("closed %s after the other server had said that it was unpaired; %s", took.Round(time.Millisecond), machine())
		if took > time.Second && os.Getenv("INKWELL_PROVE") != "" {
			t.Error("that is not within a second")
		}
	case <-time.After(patience):
		t.Fatal("the page was not closed")
	}
	if n := rows[int](near, "SELECT count(*) FROM kiosk_device WHERE ended_at IS NULL"); n != 0 {
		t.Errorf("%d screens are paired", n)
	}
}
