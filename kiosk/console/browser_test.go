package console

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
	"inkwell/release"
)

// patience is how long a browser may take over one step.
const patience = 30 * time.Second

// tab is one page of a real browser.
type tab struct {
	*testing.T
	ctx context.Context
}

func newTab(t *testing.T) tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("these tests need Chromium: install the package chromium")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context that starts it
		t.Fatalf("start Chromium: %v", err)
	}
	return tab{t, ctx}
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// ask is what an expression is on the page.
func ask[T any](b tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatal(err)
	}
	return v
}

// TestStaffInARealBrowser signs in, finds a pupil, withdraws and gives back, and
// signs out, with a keyboard and a mouse.
func TestStaffInARealBrowser(t *testing.T) {
	h := newHouse(t)
	b := newTab(t)
	b.do(chromedp.Navigate(h.server.URL + "/staff"))
	b.fill("username", "it")
	b.fill("password", schooltest.Password+"\r")
	b.reads("Nothing is red")
	b.fill("q", "okafor\r")
	b.reads("1 person with")
	b.do(chromedp.Click(chromedp.CSS(".fold-name a")))
	b.reads("May print")
	b.fill("reason", "Ran off with the toner")
	b.do(chromedp.Click(chromedp.CSS(".decide .button")))
	b.reads("Printing withdrawn")
	b.fill("why", "Brought it back")
	b.do(chromedp.Click(chromedp.CSS(".decide .button")))
	b.reads("May print")
	b.do(chromedp.Click(chromedp.CSS(`form[action="/staff/sign-out"] button`)))
	b.reads("Staff sign-in")
	if got := h.acts(); got != "staff-signed-in person-viewed printing-suspended person-viewed suspension-lifted person-viewed staff-signed-out" {
		t.Errorf("audit has %s", got)
	}
}

// fill types into a field.
func (b tab) fill(id, text string) {
	b.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS("#"+id), text))
}

// reads waits until the page has the words.
func (b tab) reads(words string) {
	b.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ask[bool](b, fmt.Sprintf(`document.readyState === "complete" && document.body.innerText.includes(%q)`, words)) {
			return
		}
	}
	b.Fatalf("the page never says %q but %s", words, ask[string](b, "document.body.innerText"))
}

// TestShots takes a picture of every page at two sizes, light and dark, into the
// folder INKWELL_SHOTS names; without one it only sees to it that no page is wider than
// a phone.
func TestShots(t *testing.T) {
	h := newHouse(t)
	pages := h.scenes()
	b := newTab(t)
	b.do(chromedp.Navigate(h.server.URL + "/staff/sign-in"))
	b.fill("username", "it")
	b.fill("password", schooltest.Password+"\r")
	b.reads("Jobs")
	signedIn := ask[string](b, "location.pathname") == "/staff"
	if !signedIn {
		t.Fatal("not signed in")
	}
	for _, name := range []string{"today", "today-calm", "today-empty", "people", "people-search", "people-none", "person", "person-withdrawn", "person-own", "nothing", "invitation", "sign-in", "sign-in-wrong"} {
		scene := pages[name]
		if scene.set != nil {
			scene.set()
		}
		for _, size := range [][2]int64{{390, 844}, {1280, 800}} {
			for _, scheme := range []string{"light", "dark"} {
				b.shoot(h.server.URL+scene.path, fmt.Sprintf("staff-%s-%d-%s.png", name, size[0], scheme), size, scheme, scene.act)
			}
		}
	}
}

func (b tab) shoot(address, name string, size [2]int64, scheme string, act func(b tab)) {
	b.Helper()
	b.do(chromedp.EmulateViewport(size[0], size[1]))
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}); err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.Navigate(address))
	if act != nil {
		act(b)
	}
	if wide := ask[int64](b, "document.documentElement.scrollWidth"); wide > size[0] {
		b.Errorf("%s is %d wide", name, wide)
	}
	folder := os.Getenv("INKWELL_SHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), png, 0o600); err != nil {
		b.Fatal(err)
	}
}

// scene is a page to look at.
type scene struct {
	path string
	set  func()      // makes the school so
	act  func(b tab) // does something on the page
}

// scenes are the pages on a busy morning.
func (h *house) scenes() map[string]scene {
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
	return map[string]scene{
		"today": {path: "/staff", set: func() {
			exec("UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}' WHERE name = 'Library'")()
			exec("UPDATE printer SET state = 'unreachable', seen_at = seen_at - interval '12 minutes' WHERE name = 'Sixth form'")()
			suspend()
		}},
		"today-calm": {path: "/staff?jobs=printed", set: func() {
			exec("UPDATE printer SET state = 'idle', seen_at = $1", friday)()
			exec("UPDATE suspension SET lifted_at = $1, lifted_by = imposed_by", friday)()
		}},
		"today-empty":      {path: "/staff?jobs=refused", set: exec("UPDATE job SET submitted_at = submitted_at - interval '1 day'")},
		"people":           {path: "/staff/people", set: func() { suspend(); exec("UPDATE person SET left_at = now() WHERE username = 'teacher'")() }},
		"people-search":    {path: "/staff/people?q=mia"},
		"people-none":      {path: "/staff/people?q=" + url.QueryEscape("zebedee")},
		"person":           {path: h.page(h.Sam.Person), set: exec("UPDATE job SET submitted_at = submitted_at + interval '1 day'")},
		"person-withdrawn": {path: h.page(h.Mia.Person)},
		"person-own":       {path: h.page(h.IT.Person)},
		"nothing":          {path: "/staff/nothing"},
		"invitation":       {path: "/staff/invitation/" + token},
		"sign-in":          {path: "/staff/sign-in?ready=yes", set: exec("UPDATE session SET ended_at = now()")},
		"sign-in-wrong": {path: "/staff/sign-in", act: func(b tab) {
			b.fill("username", "it")
			b.fill("password", "wrong\r")
			b.reads("can't sign you in")
		}},
	}
}
