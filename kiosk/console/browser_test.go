package console

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
	"inkwell/internal/web/webtest"
	"inkwell/ipp/rollout"
	"inkwell/quota"
	"inkwell/release"
)

func signInAs(p *webtest.Page, username, password string) {
	p.Seen("Staff sign-in")
	p.Fill("#username", username)
	p.Fill("#password", password)
	p.Click(".door form .button")
}

// TestShots takes a picture of every page at two sizes, light and dark, into the
// folder INKWELL_SHOTS names; without one it only sees to it that no page is wider than
// its window or breaks its policy.
func TestShots(t *testing.T) {
	h := newHouse(t)
	h.shootAll("staff", h.scenes)
}

// shootAll has IT open every scene at each size, in both schemes; the scenes are set once IT is
// signed in.
func (h *house) shootAll(of string, scenes func() []scene) {
	h.Helper()
	p := webtest.Start(h.T).Page(h.T)
	p.Open(h.server.URL + "/staff/sign-in")
	signInAs(p, "it", schooltest.Password)
	p.Seen("Jobs")
	for _, scene := range scenes() {
		if scene.set != nil {
			scene.set()
		}
		for _, l := range looks() {
			p.Size(l.width, l.height)
			p.Scheme(l.scheme)
			p.Open(h.server.URL + scene.path)
			if scene.act != nil {
				scene.act(p)
			}
			h.shoot(p, fmt.Sprintf("%s-%s-%d-%s.png", of, scene.name, l.width, l.scheme), l.width)
			if l.axe {
				p.Axe()
			}
		}
	}
}

// look is how somebody looks at a page, and whether axe-core judges it there.
type look struct {
	width, height int64
	scheme        string
	axe           bool
}

// looks are all four where pictures are wanted, each judged; otherwise a telephone in the dark:
// TestEveryPage judges every page in the light.
func looks() []look {
	if os.Getenv("INKWELL_SHOTS") == "" {
		return []look{{390, 844, "dark", false}}
	}
	return []look{{390, 844, "light", true}, {390, 844, "dark", true}, {1280, 800, "light", true}, {1280, 800, "dark", true}}
}

func (h *house) shoot(p *webtest.Page, name string, width int64) {
	h.Helper()
	p.Unhurt()
	if wide, err := strconv.ParseInt(p.Says(`String(document.documentElement.scrollWidth)`), 10, 64); err != nil || wide > width {
		h.Errorf("%s is %d wide, %v", name, wide, err)
	}
	if folder := os.Getenv("INKWELL_SHOTS"); folder != "" {
		p.Shot(filepath.Join(folder, name))
	}
}

// scene is a page to look at.
type scene struct {
	name, path string
	set        func()                // makes the school so
	act        func(p *webtest.Page) // does something on the page
}

// scenes are the pages on a busy morning, in an order in which each may build on
// those before.
func (h *house) scenes() []scene {
	h.Helper()
	everyone := []school.Actor{h.Sam, h.Mia, h.Teacher, h.IT, h.Chief}
	states := []release.JobState{release.Held, release.Done, release.Done, release.Released, release.Held, release.Done, release.Cancelled, release.Expired, release.Counting}
	for i := 24; i > 0; i-- {
		h.job(everyone[i%len(everyone)], states[i%len(states)], 1+i*i%23, time.Duration(i*5)*time.Minute)
	}
	dbtest.Exec(h.T, h.db, `
		INSERT INTO delivery (school_id, job_id, person_id, printer_id, state, token, first_page, copies, impressions, amount, not_before, printed, charged, reserved_at, ended_at)
		SELECT j.school_id, j.job_id, j.person_id, (SELECT min(printer_id) FROM printer) + j.job_id % 2, CASE j.state WHEN 'done' THEN 'settled' ELSE 'printing' END,
		       md5(j.job_id::text), 1, 1, j.impressions, j.price, j.submitted_at, CASE j.state WHEN 'done' THEN j.impressions END,
		       CASE j.state WHEN 'done' THEN j.price END, j.submitted_at, CASE j.state WHEN 'done' THEN j.submitted_at END
		  FROM job j WHERE j.state IN ('done', 'released')`)
	dbtest.Exec(h.T, h.db, "UPDATE job SET impressions = NULL, sheets = NULL, pages = NULL, price = NULL WHERE state = 'counting'")
	exec := func(sql string, args ...any) func() { return func() { dbtest.Exec(h.T, h.db, sql, args...) } }
	token, err := h.signIn.AddStaff(h.Context(), signin.Staff{School: h.School, Username: "una", Given: "Una", Family: "Frost", Role: school.IT})
	if err != nil {
		h.Fatal(err)
	}
	suspend := func() {
		err := h.console.conduct.Suspend(h.Context(), h.IT, h.Mia.Person, friday.AddDate(0, 0, 6), "140 pages in 10 minutes on Tuesday, after two notices")
		if err != nil {
			h.Fatal(err)
		}
	}
	const calm = "UPDATE printer SET state = 'idle', seen_at = $1"
	return []scene{
		{name: "today", path: "/staff", set: func() {
			exec("UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}' WHERE name = 'Library'")()
			exec("UPDATE printer SET state = 'unreachable', seen_at = seen_at - interval '12 minutes' WHERE name = 'Sixth form'")()
			suspend()
			h.disowned("10.1.12.7", 20*time.Minute)
			h.disowned("10.1.12.7", 26*time.Hour)
		}},
		{name: "printers", path: "/staff/printers", set: func() {
			h.wear()
			exec("UPDATE printer SET only_beside = true WHERE printer_id = 2")()
			exec("UPDATE printer SET state = 'idle', state_reasons = '{}' WHERE printer_id = 1")()
			if _, err := h.console.desk.PrintTestPage(h.Context(), h.IT, 1); err != nil {
				h.Fatal(err)
			}
			exec("UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}' WHERE printer_id = 1")()
		}},
		{name: "printer", path: "/staff/printers/1", act: func(p *webtest.Page) { p.Seen("Pages that are not ours") }},
		{name: "printer-paused", path: "/staff/printers/2", set: exec("UPDATE printer SET paused_at = $1 WHERE printer_id = 2", friday)},
		{name: "people", path: "/staff/people", set: exec("UPDATE person SET left_at = now() WHERE username = 'teacher'")},
		{name: "people-search", path: "/staff/people?q=mia"},
		{name: "people-none", path: "/staff/people?q=" + url.QueryEscape("zebedee")},
		{name: "rules-exempt", path: "/staff/rules", set: h.exempts},
		{name: "person", path: h.page(h.Sam.Person)},
		{name: "person-withdrawn", path: h.page(h.Mia.Person)},
		{name: "person-own", path: h.page(h.IT.Person)},
		{name: "person-agreement", path: h.page(h.Sam.Person), set: func() {
			h.in(func(ctx context.Context, tx *db.Tx) error {
				_, err := school.AddAgreement(ctx, tx, "", school.Agreement{School: h.School, Version: "2026-09", Audience: school.Pupils, Clauses: 2, Parent: true,
					Starts: friday.AddDate(0, -2, 0).Truncate(24 * time.Hour)})
				return err
			})
		}},
		{name: "pass", path: h.page(h.Sam.Person), act: func(p *webtest.Page) { p.Click(`[action$="badge/lost"] button`); p.Seen("pass ready") }},
		{name: "person-lost", path: h.page(h.Sam.Person)},
		{name: "reception", path: h.page(h.Mia.Person), set: exec("UPDATE person_role SET role = 'reception' WHERE person_id = $1", h.IT.Person)},
		{name: "reception-people", path: "/staff/people"},
		{name: "tutor", path: "/staff/tutor", set: func() {
			exec("UPDATE person_role SET role = 'teacher' WHERE person_id = $1", h.IT.Person)()
			h.in(func(ctx context.Context, tx *db.Tx) error {
				class := school.Class{Name: "11A", Registers: true, Pupils: []school.PersonID{h.Sam.Person, h.Mia.Person}, Teachers: []school.PersonID{h.IT.Person},
					From: friday.AddDate(0, -2, 0), To: friday.AddDate(0, 2, 0)}
				return school.AddClasses(ctx, tx, h.School, []school.Class{class})
			})
		}},
		{name: "mine", path: "/staff/mine", set: func() {
			h.lesson()
			h.job(h.IT, release.Held, 30, 4*time.Minute)
			exec("UPDATE job SET title = 'Year 9 photosynthesis: worksheet and homework, one each' WHERE job_id = (SELECT max(job_id) FROM job)")()
			h.in(func(ctx context.Context, tx *db.Tx) error {
				_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.IT.Person, Amount: 900, Key: "it"}})
				return err
			})
		}},
		{name: "class-usage", path: "/staff/class-usage", set: func() {
			for i := range 60 {
				h.printed([]school.Actor{h.Sam, h.Mia, h.Sam}[i%3], i, 2+i*i%17, 1+i*i%17/2)
			}
		}},
		{name: "slip", path: "/staff/mine", act: func(p *webtest.Page) {
			if p.Says(`String(!!document.querySelector('[action$="slip/end"]'))`) == "true" {
				p.Click(`[action$="slip/end"] .button`)
				p.Until(`!document.querySelector('[action$="slip/end"]')`) // the page before it has the form as well
			}
			p.Until(`document.querySelector('.mine__form')`)
			p.Click(".mine__form .button--main")
			p.Until(`document.querySelector('.slip')`)
		}},
		{name: "mine-out", path: "/staff/mine"},
		{name: "mine-wrong", path: "/staff/mine", set: func() { h.came(h.IT, 30, 30, "") }, act: func(p *webtest.Page) {
			p.Click(".prints summary")
			p.Eval(`document.querySelector("#printed").scrollIntoView()`)
		}},
		{name: "waiting-none", path: "/staff/waiting"},
		{name: "waiting", path: "/staff/waiting", set: func() { h.needsYes(h.Sam, 72, 0, 1); h.needsYes(h.Mia, 128, 12, 2) }},
		{name: "waiting-no", path: "/staff/waiting", act: func(p *webtest.Page) { p.Click(".ask summary") }},
		{name: "rules", path: "/staff/rules"},
		{name: "refunds-none", path: "/staff/refunds"},
		{name: "refunds", path: "/staff/refunds", set: func() {
			h.asks(h.Sam, h.came(h.Sam, 3, 10, "media-jam-error"), release.NothingCame, 3)
			for range 3 {
				h.asks(h.Mia, h.came(h.Mia, 12, 12, "toner-low-warning"), release.BadQuality, 4)
			}
		}},
		{name: "refunds-part", path: "/staff/refunds", act: func(p *webtest.Page) { p.Click(".ask summary") }},
		{name: "guests", path: "/staff/guests", set: func() {
			exec("UPDATE person_role SET role = 'head' WHERE person_id = $1", h.IT.Person)()
			h.in(func(ctx context.Context, tx *db.Tx) error {
				head := h.IT
				head.Roles = []school.Role{school.Head}
				_, err := school.Authorise(ctx, tx, head, school.Authority{Reason: "Governors' meeting", Starts: dayOf(friday), End: dayOf(friday).AddDate(0, 0, 7), Guests: 12})
				return err
			})
		}},
		{name: "guest-admitted", path: "/staff/guests", act: func(p *webtest.Page) {
			p.Fill("#given", "Ann")
			p.Fill("#family", "Lee")
			p.Click("[action='/staff/guests'] .button--main")
			p.Seen("can print")
		}},
		{name: "today-calm", path: "/staff?jobs=printed", set: func() {
			exec("UPDATE person_role SET role = 'it' WHERE person_id = $1", h.IT.Person)()
			exec(calm, friday)()
			exec("UPDATE suspension SET lifted_at = $1, lifted_by = imposed_by", friday)()
		}},
		{name: "today-empty", path: "/staff", set: exec("UPDATE job SET submitted_at = submitted_at - interval '1 day'")},
		{name: "roll-out", path: "/staff/roll-out", set: func() { h.plan = rolledOut() }},
		{name: "roll-out-apple", path: "/staff/roll-out?for=apple"},
		{name: "roll-out-none", path: "/staff/roll-out?for=google", set: func() { h.plan = rollout.Plan{Server: "print.harbour.example:8631"} }},
		{name: "usage", path: "/staff/usage", set: func() {
			for i := range 80 {
				h.printed([]school.Actor{h.Sam, h.Mia, h.Teacher, h.IT}[i%4], i, 20+i*i%170, 10+i*i%170/2)
			}
		}},
		{name: "usage-year", path: "/staff/usage?by=year", act: func(p *webtest.Page) { p.Eval(`document.querySelector("#rows").scrollIntoView()`) }},
		{name: "usage-none", path: "/staff/usage?by=department&from=2026-11-21&to=2026-11-01"},
		{name: "nothing", path: "/staff/nothing"},
		{name: "invitation", path: "/staff/invitation/" + token},
		{name: "sign-in", path: "/staff/sign-in?ready=yes", set: exec("UPDATE session SET ended_at = now()")},
		{name: "sign-in-wrong", path: "/staff/sign-in", act: func(p *webtest.Page) {
			signInAs(p, "it", "wrong")
			p.Seen("can't sign you in")
		}},
	}
}

func dayOf(t time.Time) time.Time { return t.Truncate(24 * time.Hour) }
