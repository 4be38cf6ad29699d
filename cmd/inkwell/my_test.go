package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"inkwell/internal/web/webtest"
	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
	"inkwell/release/document/documenttest"
)

// TestAPupilAtHome has a telephone: sees what waits, changes and deletes it, sends a document from
// the page, sets up a printer of their own that prints, and asks for pages back.
func TestAPupilAtHome(t *testing.T) {
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{})
	s := serveDemo(t)
	s.printTo(eve.URI)
	s.inkwell("queue", "uploads", "/ipp/print")
	for _, n := range []int{6, 1} {
		if said, ok := s.submit(s.queue("pupil0001", "/ipp/print"), tempFile(t, documenttest.Drawn(n, 595, 842))); !ok {
			t.Fatal(said)
		}
	}
	s.held("pupil0001", 2)
	p := webtest.Start(t).Page(t)
	p.Size(390, 844)
	look := func(name string) {
		t.Helper()
		p.Unhurt()
		p.Axe()
		if p.Says(`String(document.documentElement.scrollWidth)`) != "390" {
			t.Errorf("%s is wider than a telephone", name)
		}
		if folder := os.Getenv("INKWELL_SHOTS"); folder != "" {
			p.Shot(filepath.Join(folder, "story-my-"+name+".png"))
		}
	}
	p.Open("https://" + s.web + "/my")
	p.Seen("My printing")
	p.Fill("#username", "pupil0001")
	p.Fill("#password", demoPassword)
	p.Click(".door .button")
	p.Seen("Hi Sam")
	p.Seen("All of it costs 7 pages. 143 pages left afterwards.")
	drawn := `[...document.images].every((i) => i.loading === "lazy" || i.complete && i.naturalWidth > 0)`
	p.Until(drawn)
	if weight := p.Weight(); weight > 100_000 {
		t.Errorf("the first page weighs %d bytes with its pictures", weight)
	} else {
		t.Logf("the first page weighs %d bytes with its pictures", weight)
	}
	look("home")

	p.Click(".own__acts > .button")
	p.Seen("6 pages on 3 sheets")
	p.Until(drawn)
	p.Click(`[name="keep"][value="2"]`)
	p.Do(chromedp.SetValue(chromedp.CSS("#up"), "2"))
	p.Click(".leaves__panel .button--main")
	p.Seen("It came as 6 pages")
	p.Seen("3 pages on 2 sheets")
	p.Seen("As it prints")
	p.Until(`document.querySelectorAll(".side:not(.side--wide)").length === 3 && [...document.querySelectorAll(".side img")].every((i) => i.naturalWidth > 0 || i.loading === "lazy")`)
	look("pages")
	p.Click(".my-nav a")
	p.Seen("All of it costs 4 pages.")

	p.Click(".own__job:last-child .own__delete summary")
	p.Click(".own__job:last-child .button--bad")
	p.Until(`document.querySelectorAll(".own__job").length === 1`)
	s.held("pupil0001", 1)

	essay := filepath.Join(t.TempDir(), "My essay on tides.pdf")
	if err := os.WriteFile(essay, documenttest.Drawn(2, 595, 842), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Do(chromedp.SetUploadFiles(chromedp.CSS("#document"), []string{essay}))
	p.Click(".upload .button--main")
	p.Seen("My essay on tides")
	p.Seen("All of it costs 5 pages.") // looked at again, by itself
	p.Do(chromedp.SetUploadFiles(chromedp.CSS("#document"), []string{tempFile(t, []byte("this is no document"))}))
	p.Click(".upload .button--main")
	p.Until(`document.querySelector(".upload__say").classList.contains("wrong")`)
	look("refused")

	p.Open("https://" + s.web + "/my/printer")
	p.Fill("#device", "Sam's phone")
	p.Click(".own__add .button")
	p.Seen("shown only now")
	look("printer")
	uri := p.Says(`document.getElementById("address").textContent`)
	if !regexp.MustCompile(`^ipps://[^/]+/ipp/print/u/[a-z2-9]{26}$`).MatchString(uri) {
		t.Fatalf("the address is %q", uri)
	}
	if said, ok := s.submit(uri, blankPDF(t, 3)); !ok {
		t.Fatalf("the telephone does not print:\n%s", said)
	}
	cups := ipptest.CUPS(t)
	cups.AddQueue("mine", uri)
	cups.LP("mine", blankPDF(t, 1))
	s.held("pupil0001", 4)

	c := s.tap(demoBadge(1))
	if err := c.ReleaseAll(); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FaceDone)
	s.eventually("all to be printed", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'") == 4 })
	if got := rows[string](s, "SELECT string_agg(printed || ' by ' || proof, ', ' ORDER BY job_id) FROM job WHERE state = 'done'"); got != "3 by password, 2 by session, 3 by address, 1 by address" {
		t.Errorf("what came out: %s", got)
	}
	p.Open("https://" + s.web + "/my/prints")
	p.Seen("141 pages")
	p.Click(".prints summary")
	p.Click(".prints__form .button")
	p.Seen("You asked for pages back")
	look("prints")
	for _, name := range []string{"messages", "badge"} {
		p.Open(fmt.Sprintf("https://%s/my/%s", s.web, name))
		p.Seen("Sign out")
		look(name)
	}
	p.Click(".leave .button")
	p.Seen("My printing")
	_, token, _ := strings.Cut(uri, "/u/")
	s.stop()
	for _, secret := range []string{token, "essay on tides"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log knows %q", secret)
		}
	}
}
