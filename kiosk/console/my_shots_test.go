package console

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/web/webtest"
	"inkwell/quota"
	"inkwell/release"
)

// TestMyShots looks at the states of a pupil's own pages that no story comes by, on a telephone;
// where INKWELL_SHOTS names a folder at all of them, on a desktop too, and in the dark.
func TestMyShots(t *testing.T) {
	h := newHouse(t)
	h.lesson()
	h.plan = rolledOut()
	exec := func(sql string, args ...any) func() { return func() { dbtest.Exec(t, h.db, sql, args...) } }
	h.job(h.Mia, release.Held, 12, 30*time.Minute)
	h.job(h.Mia, release.Held, 1, 20*time.Minute)
	exec("UPDATE job SET title = 'Geography fieldwork: the river from its spring to the sea, with all of its maps' WHERE job_id = (SELECT max(job_id) FROM job)")()
	h.job(h.Mia, release.Counting, 0, time.Minute)
	exec("INSERT INTO own_page (school_id, uploads) SELECT school_id, queue_id FROM queue ORDER BY queue_id LIMIT 1")()
	for range 3 {
		h.came(h.Sam, 3, 4, "")
	}
	press := func(of string) func(*webtest.Page) { return func(p *webtest.Page) { p.Click(of) } }
	young := exec("UPDATE person SET year_group = 3 WHERE username = 'sam'")
	p := webtest.Start(t).Page(t)
	p.Size(390, 844)
	for _, pupil := range []struct {
		name   string
		scenes []scene
	}{
		{"sam", []scene{
			{name: "home", path: myPath},
			{name: "delete", path: myPath, act: func(p *webtest.Page) { p.Click(".own__delete summary"); p.Click(".own__help summary") }},
			{name: "balance", path: myBalancePath, set: h.balanced},
			{name: "why", path: fmt.Sprintf("%s/%d", myJobsPath, h.sams()), set: func() {
				exec("UPDATE school SET kiosk_languages = '{en,cy}'")()
				exec("UPDATE job SET impressions = 1200, price = 1200 WHERE job_id = $1", h.sams())()
			}},
			{name: "prints", path: myPrintsPath, act: press(".prints summary")},
			{name: "code", path: myBadgePath, act: func(p *webtest.Page) {
				p.Fill("#password", schooltest.Password)
				p.Click(".button--main")
				p.Seen("shown only now")
			}},
			{name: "printer", path: myPrinterPath, act: func(p *webtest.Page) {
				if p.Says(`document.querySelector(".own__device") ? "yes" : ""`) == "yes" {
					p.Click(".own__device .button")
				} else {
					p.Fill("#device", "Sam's phone")
					p.Click(".own__add .button")
				}
				p.Seen("shown only now")
				p.Click(".own__system summary")
			}},
			{name: "printers", path: myPrinterPath},
			{name: "language", path: myBadgePath},
			{name: "young", path: myPath, set: young},
			{name: "young-empty", path: myPath, set: func() {
				young()
				exec("UPDATE job SET state = 'expired', reason = 'hold-over', title = NULL, ended_at = $1 WHERE state = 'held'", friday)()
			}},
		}},
		{"mia", []scene{
			{name: "suspended", path: myPath, set: func() {
				h.job(h.Mia, release.Held, 12, 30*time.Minute)
				if err := h.console.conduct.Suspend(t.Context(), h.Chief, h.Mia.Person, friday.AddDate(0, 0, 3), "140 pages in 10 minutes on Tuesday"); err != nil {
					t.Fatal(err)
				}
			}},
			{name: "messages", path: messagesPath},
			{name: "lost", path: myBadgePath, act: func(p *webtest.Page) {
				if p.Says(`document.body.innerText.includes("I have lost it") ? "yes" : ""`) == "yes" {
					p.Click("summary")
					p.Click(".button--bad")
				}
				p.Seen("Reported lost")
			}},
		}},
	} {
		p.Open(h.server.URL + mySignInPath)
		p.Fill("#username", pupil.name)
		p.Fill("#password", schooltest.Password)
		p.Click(".door .button")
		p.Seen("Sign out")
		for _, s := range pupil.scenes {
			if os.Getenv("INKWELL_SHOTS") != "" || slices.Contains(unstoried, s.name) {
				h.shootMy(p, s)
			}
		}
	}
}

// balanced has pages come and go, of Sam's.
func (h *house) balanced() {
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if _, err := quota.GiveTopUp(ctx, tx, h.Chief, quota.TopUp{Person: h.Sam.Person, Amount: 12, Reason: "Portfolio", Key: "more"}); err != nil {
			return err
		}
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Sam.Person, Amount: 150, Key: "allowance:term:2026-09-01:1"}})
		return err
	})
}

// unstoried are the scenes that TestAPupilAtHome does not see.
var unstoried = []string{"balance", "why", "code", "young-empty", "suspended", "messages"}

// shootMy opens a scene, and asks axe-core of it.
func (h *house) shootMy(p *webtest.Page, s scene) {
	h.Helper()
	if s.set != nil {
		s.set()
	}
	widths, schemes := []int64{390}, []string{"light"}
	if os.Getenv("INKWELL_SHOTS") != "" {
		widths, schemes = []int64{390, 1280}, []string{"light", "dark"}
	}
	for _, width := range widths {
		for _, scheme := range schemes {
			p.Size(width, map[int64]int64{390: 844, 1280: 800}[width])
			p.Scheme(scheme)
			p.Open(h.server.URL + s.path)
			if s.act != nil {
				s.act(p)
			}
			p.Axe()
			h.shoot(p, fmt.Sprintf("my-%s-%d-%s.png", s.name, width, scheme), width)
		}
	}
}
