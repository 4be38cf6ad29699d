package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// A pupil's own way to save paper, through the program and a printer that others wrote: they see
// their pages, leave one out and put two on a side, read what it costs, and what was counted and
// charged is byte for byte what the printer kept.
func TestAChangedJobIsSentAsItWasCounted(t *testing.T) {
	t.Parallel()
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{})
	s := serveDemo(t)
	s.inkwell("printer", "add", "Eve", eve.URI, "--station", "eve")
	s.eventually("the printer to be seen", func() bool {
		return rows[int](s, "SELECT count(*) FROM printer WHERE name = 'Eve' AND capabilities IS NOT NULL AND state = 'idle'") == 1
	})
	if said, ok := s.submit(s.queue("pupil0001", "/ipp/print"), tempFile(t, documenttest.Coloured(6, 2, 5))); !ok {
		t.Fatal(said)
	}
	s.held("pupil0001", 1)
	c := s.tapAt("eve", demoBadge(1))
	wait := func(wanted func(kiosk.View) bool) kiosk.View {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		v, err := c.Until(ctx, func(v kiosk.View) bool { return v.Face == kiosk.FaceChange && wanted(v) })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	s.face(c, kiosk.FaceJobs)
	if err := c.Pages(1); err != nil {
		t.Fatal(err)
	}
	v := wait(func(v kiosk.View) bool { return len(v.Change.Leaves) == 6 && v.Print.Units == 6 })
	picture := s.picture(v.Change.Leaves[4].Src)
	if p, err := jpeg.Decode(bytes.NewReader(picture)); err != nil || p.Bounds().Dx() != 320 {
		t.Errorf("the picture of page 5: %v", err)
	}
	for _, tap := range []func() error{func() error { return c.Keep(1, false) }, func() error { return c.PutUp(2) }} {
		if err := tap(); err != nil {
			t.Fatal(err)
		}
	}
	v = wait(func(v kiosk.View) bool { return v.Print.Ready && v.Print.Units == 3 })
	if v.Change.Sum != "3 pages, 2 sheets" || v.Change.Saves != "Saves 3 pages and 1 sheet." {
		t.Errorf("the screen says %+v", v.Change)
	}
	if err := c.Release(v.Print.Jobs...); err != nil {
		t.Fatal(err)
	}
	done := s.face(c, kiosk.FaceDone)
	if v := s.statusOf(v.Change.Leaves[0].Src); v != http.StatusNotFound {
		t.Errorf("the picture is still there: %d", v)
	}
	sent := eve.Documents(t)
	if len(sent) != 1 {
		t.Fatalf("the printer was given %d documents; the kiosk says %+v; %s", len(sent), done, s.inkwell("job", "show", "1"))
	}
	sum := sha256.Sum256(sent[0])
	counted := rows[string](s, "SELECT encode(digest, 'hex') FROM job WHERE job_id = 1")
	if hex.EncodeToString(sum[:]) != counted {
		t.Error("what was sent is not what was counted")
	}
	if got := rows[string](s, "SELECT j.impressions || ' ' || j.sheets || ' ' || d.charged || ' ' || d.printed FROM job j JOIN delivery d USING (job_id)"); got != "3 2 3 3" {
		t.Errorf("impressions, sheets, charged and printed are %s", got)
	}
	s.eventually("both documents to be destroyed", func() bool {
		return rows[int](s, "SELECT count(*) FROM job WHERE document IS NOT NULL OR original IS NOT NULL") == 0
	})
	err := filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // the database moves its files
		}
		held, err := os.ReadFile(path) //nolint:gosec // the test's own folder
		if err == nil && bytes.Contains(held, picture[len(picture)/2:len(picture)/2+200]) {
			t.Errorf("a picture is in %s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []string{"ledger", "audit"} {
		t.Log(s.inkwell(of, "verify"))
	}
}

// picture fetches one from the kiosk's page.
func (s *demo) picture(src string) []byte {
	s.t.Helper()
	a := s.asksFor(src)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != "no-store" {
		s.t.Fatalf("%s: %s %v %.200s", src, a.Status, err, body)
	}
	return body
}

func (s *demo) statusOf(src string) int {
	s.t.Helper()
	a := s.asksFor(src)
	_ = a.Body.Close()
	return a.StatusCode
}

func (s *demo) asksFor(src string) *http.Response {
	s.t.Helper()
	if !strings.HasPrefix(src, "/kiosk/eve/page/") {
		s.t.Fatalf("the address is %q", src)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // its certificate was made a moment ago
	a, err := client.Get("https://" + s.web + src)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}
