package kiosk

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// TestThePage drives the page in a real browser, one tab for each story.
func TestThePage(t *testing.T) {
	b := webtest.Start(t)
	for name, story := range map[string]func(*testing.T, webtest.Browser){
		"badge to done":           badgeToDone,
		"name and code":           nameAndCode,
		"unknown badge":           unknownBadge,
		"idle":                    idleSignOut,
		"hostile title":           hostileTitle,
		"typing is no badge":      typingIsNoBadge,
		"badge over a field":      badgeOverAField,
		"badge over a button":     badgeOverAButton,
		"control keys":            controlKeys,
		"choose, delete, undo":    chooseDeleteUndo,
		"pages left out":          changeByTouch,
		"a fast child":            aFastChild,
		"as many as fit":          asManyAsFit,
		"a print went wrong":      aPrintWentWrong,
		"the printer is broken":   thePrinterIsBroken,
		"connection lost":         connectionLost,
		"some came out":           someCameOut,
		"the account":             theAccount,
		"the class pays":          theClassPays,
		"by keyboard alone":       byKeyboardAlone,
		"sound":                   soundCanBeTurnedOff,
		"the counter of wrongs":   theCounterCounts,
		"another build on server": anotherBuild,
	} {
		t.Run(name, func(t *testing.T) { story(t, b) })
	}
}

func badgeToDone(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	p := openKiosk(t, b, d, 0)
	if weight := p.Weight(); weight > 100_000 {
		t.Errorf("the page weighs %d bytes", weight)
	} else {
		t.Logf("the page weighs %d bytes", weight)
	}
	p.Badge(badge)
	p.wait(FaceJobs)
	for _, words := range []string{"Hi Sam.", "Geography: rivers, final draft", "4 pages · 5 min ago · kept until tomorrow 18:00", "2 jobs, 7 pages", "88 left afterwards", "Print all"} {
		p.Seen(words)
	}
	p.press("release")
	p.wait(FacePrinting)
	d.print(41, 2)
	p.Seen("Printing page 3 of 7")
	d.print(41, 4)
	d.print(42, 3)
	p.wait(FaceDone)
	p.Seen("Done: 7 pages.")
	p.Seen("88 left.")
	p.press("sign-out")
	p.wait(FaceIdle)
	p.nothingPersonal()
	p.Unhurt()
	if signIns, releases, _, _ := d.counts(); signIns != 1 || releases != 1 {
		t.Errorf("%d sign-ins, %d releases", signIns, releases)
	}
}

// nothingPersonal looks through the whole document, fields included.
func (p *page) nothingPersonal() {
	p.t.Helper()
	all := p.Says(`document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((i) => i.value).join(' ') + JSON.stringify({ ...sessionStorage, ...localStorage }) + document.cookie`)
	for _, personal := range []string{"Sam", "sam.jones", "Geography", "Maths", "482913", badge, "88 left"} {
		if strings.Contains(all, personal) {
			p.t.Errorf("%q is still in the page", personal)
		}
	}
}

// aPrintWentWrong goes from the list to the answer, by fingers alone.
func aPrintWentWrong(t *testing.T, b webtest.Browser) {
	d := newFakeDesk()
	d.visit.Printed, d.prints = true, prints()
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Click(`.none [data-do="wrong"]`)
	p.wait(FaceWrong)
	p.Seen("10 pages · Library printer · 12:05")
	p.Click(`[data-do="pick"]`)
	p.Seen("All 10 pages")
	p.Click(`[data-do="some"][data-step="-1"]`)
	p.Seen("9 of 10 pages")
	p.Click(`.askback__reasons li:nth-child(2) button`)
	p.Seen("We have asked for you.")
	p.Seen("You asked. Nobody has answered yet.")
	p.press("back")
	p.wait(FaceJobs)
}

func nameAndCode(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	hold := make(chan struct{})
	d.hold = hold
	p := openKiosk(t, b, d, 0)
	p.press("keypad")
	p.wait(FaceKeypad)
	p.touch("sam.jonesx⌫")
	p.Until(`document.activeElement.id === 'keypad-name' && document.activeElement.value === 'sam.jones'`)
	p.Click("[type=submit]")
	p.touch("000000")
	p.Click("[type=submit]")
	p.Until(`document.getElementById('keypad-code').value === ''`) // also where the answer is so quick that nobody saw it awaited
	close(hold)
	p.Seen(cantSignIn)
	p.Until(`document.getElementById('keypad-code').value === '' && document.getElementById('keypad-name').value === 'sam.jones'`)
	p.touch("482913")
	p.Click("[type=submit]")
	p.wait(FaceJobs)
	p.press("sign-out")
	p.wait(FaceIdle)
	p.nothingPersonal()
	p.Unhurt()
}

// touch presses keys on the screen.
func (p *page) touch(keys string) {
	p.t.Helper()
	for _, key := range keys {
		expr := fmt.Sprintf(`[...document.querySelectorAll('.keys:not([hidden]) button')].find((b) => b.textContent === %q)`, string(key))
		p.Do(chromedp.Click(chromedp.JSPath(expr)))
	}
}

func asManyAsFit(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(offeredJobs()...)
	d.visit.Balance = 9
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	for _, words := range []string{"4 jobs, 18 pages", "Needs 18, you have 9.", "Print 2 that fit", "7 pages, 2 left"} {
		p.Seen(words)
	}
	p.Until(`[...document.querySelectorAll('.job[data-over]')].map((j) => j.dataset.key).join() === '43,44'`)
	p.press("release")
	p.wait(FacePrinting)
	d.print(41, 4)
	d.print(42, 3)
	p.wait(FaceDone)
	p.Seen("2 left.")
	p.Seen("2 jobs waiting")
	p.Unhurt()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.releases) != 1 || !slices.Equal(d.releases[0], []release.JobID{41, 42}) {
		t.Errorf("released %v", d.releases)
	}
}

func unknownBadge(t *testing.T, b webtest.Browser) {
	p := openKiosk(t, b, newFakeDesk(twoJobs()...), 0)
	p.Badge("99999999")
	p.wait(FaceMessage)
	if got := p.Says(`document.querySelector('h1').textContent`); got != cantSignIn {
		t.Errorf("says %q", got)
	}
	p.press("back")
	p.wait(FaceIdle)
	p.Unhurt()
}

func idleSignOut(t *testing.T, b webtest.Browser) {
	p := openKiosk(t, b, newFakeDesk(twoJobs()...), 5*time.Second)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Until(`document.querySelector('[data-bar=idle] > i').getAnimations().length === 1`)
	p.Seen("Hi Sam.")
	p.wait(FaceIdle)
	p.nothingPersonal()
	p.Unhurt()
}

func hostileTitle(t *testing.T, b webtest.Browser) {
	const evil = `<script>wrongs.push('ran')</script><img src=x onerror="wrongs.push('ran')">`
	d := newFakeDesk(held(41, evil, 2, 1), held(42, "\u202efdp.exe", 1, 1), held(43, strings.Repeat("Long ", 2000)+evil, 1, 1))
	d.visit.Name = evil
	p := openKiosk(t, b, d, 0)
	p.Eval(`for (const key of [...'0'.repeat(10000), 'Enter']) window.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }))`)
	p.press("keypad") // it did nothing
	p.wait(FaceKeypad)
	p.press("back")
	p.wait(FaceIdle)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Seen(evil)
	p.Seen("fdp.exe")
	p.Seen("Long Long")
	p.Until(`document.querySelector('h1').innerText.includes('<script>')`)
	p.Until(`document.getElementById('kiosk').dataset.face === 'jobs' && document.querySelectorAll('main script, main [onerror], main img[src="x"]').length === 0 && !document.body.innerText.includes('\u202e') && document.documentElement.scrollWidth <= innerWidth`)
	if signIns, _, _, _ := d.counts(); signIns != 1 {
		t.Errorf("%d sign-ins", signIns)
	}
	p.Unhurt()
}

func typingIsNoBadge(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	p := openKiosk(t, b, d, 0)
	p.Keys("04122334\r") // a person at a keyboard
	p.press("keypad")
	p.wait(FaceKeypad)
	p.Keys("123456")
	p.Until(`document.getElementById('keypad-name').value === '123456'`)
	if signIns, _, _, _ := d.counts(); signIns != 0 {
		t.Errorf("%d sign-ins by typing", signIns)
	}
	p.Unhurt()
}

func badgeOverAField(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	hold := make(chan struct{})
	d.hold = hold
	p := openKiosk(t, b, d, 0)
	p.press("keypad")
	p.wait(FaceKeypad)
	p.Keys("ab")
	p.Eval(`window.field = document.getElementById('keypad-name')`)
	p.Badge(badge)
	p.Until(`field.value === 'ab'`) // what the reader typed is taken back
	close(hold)
	p.wait(FaceJobs)
	p.Unhurt()
}

// badgeOverAButton: the Enter of a reader presses nothing.
func badgeOverAButton(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Do(chromedp.Focus(chromedp.CSS("[data-do=release]")))
	p.Badge(strings.Repeat("0", 40)) // 40 digits are no badge
	p.Badge("<b>1234")
	p.Badge("FFFF0001")
	p.wait(FaceMessage)
	if signIns, releases, _, _ := d.counts(); signIns != 2 || releases != 0 {
		t.Errorf("%d sign-ins, %d releases", signIns, releases)
	}
	p.Unhurt()
}

// controlKeys: what a reader, or a hand, could use to leave the page does nothing.
func controlKeys(t *testing.T, b webtest.Browser) {
	p := openKiosk(t, b, newFakeDesk(), 0)
	p.Eval(`window.left = []; addEventListener('keydown', (e) => left.push(e.key))`)
	p.Eval(`for (const init of [{key:'F5'},{key:'F12'},{key:'r',ctrlKey:true},{key:'l',ctrlKey:true},{key:'ArrowLeft',altKey:true},{key:'BrowserBack'},{key:'ContextMenu'}]) {
		const e = new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true });
		document.body.dispatchEvent(e);
		if (!e.defaultPrevented) left.push('not stopped: ' + init.key);
	}
	const zoom = new KeyboardEvent('keydown', { key: '+', ctrlKey: true, bubbles: true, cancelable: true });
	document.body.dispatchEvent(zoom);
	if (zoom.defaultPrevented) left.push('zoom is stopped');`)
	if got := p.Says(`left.join(' ')`); got != "+" {
		t.Errorf("keys got through: %s", got)
	}
}

func chooseDeleteUndo(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Click(`li[data-key="41"] .job__title`)
	p.Seen("Print 1")
	p.Seen("1 job, 3 pages")
	p.Click(`li[data-key="42"] [data-do=delete]`)
	p.Seen("Deleted")
	p.Click(`li[data-key="42"] [data-do=undo]`)
	p.Until(`!document.body.innerText.includes('Deleted')`)
	p.Click(`li[data-key="42"] [data-do=delete]`)
	p.Until(`document.querySelectorAll('.job').length === 1`)
	if _, _, deleted, _ := d.counts(); deleted != 1 {
		t.Errorf("%d deleted", deleted)
	}
	p.Unhurt()
}

// connectionLost: an act that nobody answers, and a server that restarts, wipe the
// screen; the page comes back by itself and sends nothing twice.
func connectionLost(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	var server switchable
	stop := server.start(t, d)
	front := httptest.NewServer(&server)
	defer front.Close()
	p := newPage(t, b)
	p.Open(front.URL + "/kiosk/library")
	p.wait(FaceIdle)
	p.Badge(badge)
	p.wait(FaceJobs)
	// Nothing is sent, and no new connection opens, until mend() ends the one that waits.
	p.Eval(`const real = WebSocket, send = real.prototype.send; let waiting = null; real.prototype.send = () => {};
		window.WebSocket = class { static OPEN = real.OPEN; constructor() { waiting = this; } close() {} };
		window.mend = () => { real.prototype.send = send; window.WebSocket = real; if (waiting) waiting.onclose(); };
		document.querySelector('[data-do=release]').click()`)
	p.wait("offline")
	p.Seen("No connection.")
	p.nothingPersonal()
	p.Eval(`mend()`)
	p.wait(FaceIdle)

	p.Badge(badge)
	p.wait(FaceJobs)
	stop()
	p.wait("offline")
	p.nothingPersonal()
	stop = server.start(t, d)
	defer stop()
	p.wait(FaceIdle)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Unhurt()
	if signIns, releases, _, _ := d.counts(); signIns != 3 || releases != 0 {
		t.Errorf("%d sign-ins, %d releases: something was sent twice", signIns, releases)
	}
}

// switchable is a server that can be restarted at one address.
type switchable struct{ now atomic.Pointer[http.Handler] }

func (s *switchable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*s.now.Load()).ServeHTTP(w, r)
}

// start puts a new kiosk in place and returns how to stop it.
func (s *switchable) start(t *testing.T, d *fakeDesk) (stop func()) {
	t.Helper()
	k, err := New(Options{Desk: d, Subscribe: d.subscribe, Log: slog.New(slog.DiscardHandler), Unpaired: true})
	must(t, err)
	h := k.Handler()
	s.now.Store(&h)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = k.Run(ctx) }()
	return func() { cancel(); <-ended }
}

func byKeyboardAlone(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	p := openKiosk(t, b, d, 0)
	p.tabTo("keypad")
	p.Keys("\r")
	p.wait(FaceKeypad)
	p.Keys("sam.jones\r482913\r")
	p.wait(FaceJobs)
	p.Until(`document.activeElement.tagName === 'H1'`)
	p.Until(`document.getElementById('say').textContent.includes('2 jobs, 7 pages')`)
	p.tabTo("release")
	p.Keys("\r")
	p.wait(FacePrinting)
	p.tabTo("sign-out")
	p.Keys("\r")
	p.wait(FaceIdle)
	p.Until(`document.getElementById('say').textContent === ''`)
	p.Unhurt()
}

// tabTo moves the focus with the Tab key until it is on what does the act.
func (p *page) tabTo(act string) {
	p.t.Helper()
	for range 60 {
		p.Key("Tab", time.Now())
		if p.Says(`document.activeElement.dataset.do || ''`) == act {
			return
		}
	}
	p.t.Fatalf("the Tab key never comes to %s", act)
}

// theCounterCounts shows that a broken policy would be seen.
func theCounterCounts(t *testing.T, b webtest.Browser) {
	p := openKiosk(t, b, newFakeDesk(), 0)
	p.Eval(`const s = document.createElement('p'); s.setAttribute('style', 'color: red'); document.body.append(s)`)
	p.Until(`wrongs.some((w) => w.startsWith('policy: style-src'))`)
	p.Eval(`try { document.body.innerHTML = '<p>' } catch (e) {}`)
	p.Until(`wrongs.some((w) => w.startsWith('policy: require-trusted-types-for'))`)
}

// anotherBuild: a page of an older build loads itself anew, once, while idle.
func anotherBuild(t *testing.T, b webtest.Browser) {
	d := newFakeDesk()
	address, k := open(t, d, 0)
	p := newPage(t, b)
	e := *k.edition.Load()
	e.build = "older"
	k.edition.Store(&e)
	p.Open(address)
	p.wait(FaceIdle)
	p.Eval(`window.before = true; document.getElementById('kiosk').dataset.build = 'oldest'`)
	_ = d.change(func() {})
	p.Until(`window.before === undefined && document.getElementById('kiosk').dataset.face === 'idle'`)
	p.Unhurt()
}
