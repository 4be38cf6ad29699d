package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/internal/web/webtest"
	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
)

// farKiosk is the demo school, with a printer that is not ours, and on a cable to it the machine that
// a kiosk's browser runs on, which trusts the server's own authority and nobody else.
type farKiosk struct {
	*demo
	far   *ipptest.Machine
	place webtest.Place
}

// The near end of the kiosk's cable, and the server's door.
const kioskCable, kioskDoor = "kiosk", "8443"

// TestEachBrowserAtTheKiosk tells a pupil's story in Firefox and, with INKWELL_PROVE, in each browser, from a network of its own over TLS,
// against the real program and a printer that is not ours.
func TestEachBrowserAtTheKiosk(t *testing.T) {
	if !ipptest.Apart(t, binaryVariable+"="+binary(t)) {
		return
	}
	s := newFarKiosk(t)
	engines := webtest.Engines
	if os.Getenv("INKWELL_PROVE") == "" {
		engines = engines[1:2] // Firefox: every other test of a page is Chromium's
	}
	for i, engine := range engines {
		t.Run(engine.Name, func(t *testing.T) {
			p := s.screen(t, engine)
			p.paired()
			p.aVisit(2*i + 1)
			p.theCableIsOut(2*i + 2)
		})
	}
}

func newFarKiosk(t *testing.T) *farKiosk {
	t.Helper()
	s := &farKiosk{far: ipptest.NewMachine(t, kioskCable, "10.14.0.0")}
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{})
	s.demo = serveDemo(t)
	s.printTo(eve.URI)
	s.change("UPDATE installation SET demo = false") // a demo listens on this machine alone
	s.stop()
	s.args = []string{"--ipp-listen", "127.0.0.1:0", "--web-listen", "0.0.0.0:" + kioskDoor, "--announce", "off", "--tls-names", s.far.Near, "--printers-loopback=true"}
	s.start()
	s.unpaired(t)
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, []byte(s.inkwell("certificate", "show", "--authority", "--pem")), 0o600); err != nil {
		t.Fatal(err)
	}
	s.place = webtest.Place{In: s.far.In, Dial: s.far.Dial, Authority: authority}
	return s
}

// unpaired is another browser of the same machine: it has no key of ours and is given no kiosk, at
// whatever address it asks; and neither has one on the server itself.
func (s *farKiosk) unpaired(t *testing.T) {
	t.Helper()
	for _, host := range []string{s.far.Near, "127.0.0.1"} {
		args := []string{"curl", "-sk", "--http1.1", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
			"-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "-H", "Origin: https://" + host + ":" + kioskDoor, "https://" + host + ":" + kioskDoor + "/kiosk/library/socket"}
		if host == s.far.Near {
			args = append(append([]string{}, s.far.In...), args...)
		}
		out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput() //nolint:gosec // the words above
		if got := strings.TrimSpace(string(out)); err != nil || got != "403" {
			t.Errorf("a browser that is not paired, at %s: %s, %v", host, got, err)
		}
	}
}

// cut takes the cable out, and mend puts it in again.
func (s *farKiosk) cut()  { s.t.Helper(); s.link("down") }
func (s *farKiosk) mend() { s.t.Helper(); s.link("up") }

func (s *farKiosk) link(state string) {
	s.t.Helper()
	if out, err := exec.CommandContext(s.t.Context(), "ip", "link", "set", kioskCable, state).CombinedOutput(); err != nil { //nolint:gosec // the words above
		s.t.Fatalf("%v: %s", err, out)
	}
}

// farScreen is a browser's tab at the kiosk.
type farScreen struct {
	webtest.Tab
	t       *testing.T
	s       *farKiosk
	history string // how long it was before anybody came
}

func (s *farKiosk) screen(t *testing.T, engine webtest.Engine) *farScreen {
	t.Helper()
	return &farScreen{Tab: engine.Start(t, s.place), t: t, s: s}
}

// face waits for a face.
func (p *farScreen) face(face string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.getElementById('kiosk').dataset.face === %q`, face))
}

// press presses what does an act, once it can be pressed.
func (p *farScreen) press(act string) {
	p.t.Helper()
	p.Click(fmt.Sprintf(`[data-do=%q]:enabled`, act))
}

// paired opens the page for the first time, and pairs it by the code that it shows.
func (p *farScreen) paired() {
	p.t.Helper()
	p.Size(800, 480)
	p.Open("https://" + p.s.far.Near + ":" + kioskDoor + "/kiosk")
	p.face(kiosk.FacePair)
	p.Until(`document.querySelector('.pair__code').textContent.length === 9`)
	p.shot("pair")
	p.s.inkwell("kiosk", "pair", "library", strings.ReplaceAll(p.Says(`document.querySelector('.pair__code').textContent`), " ", ""))
	p.face(kiosk.FaceIdle)
	p.history = p.Says(`String(history.length)`)
}

// aVisit is a pupil who leaves a page out of a job and prints the rest.
func (p *farScreen) aVisit(pupil int) {
	p.t.Helper()
	if said, ok := p.s.submit(p.s.queue(demoPupil(pupil), "/ipp/print"), blankPDF(p.t, 4)); !ok {
		p.t.Fatal(said)
	}
	p.s.held(demoPupil(pupil), 1)
	p.shot("idle")
	p.Badge(demoBadge(pupil))
	p.face(kiosk.FaceJobs)
	p.Seen("Field notes")
	p.shot("jobs")
	p.press("change")
	p.face(kiosk.FaceChange)
	p.Until(`document.querySelectorAll('.leaf[data-seen]').length === 4`)
	p.Click(`.leaf[data-key="2"] button`)
	p.Seen("3 pages")
	p.shot("change")
	p.press("release")
	p.Seen("Done: 3 pages")
	p.shot("done")
	p.press("sign-out")
	p.face(kiosk.FaceIdle)
	p.nothingPersonal("Field notes", demoPupil(pupil), demoBadge(pupil), "Hi ")
	p.Unhurt()
	got := rows[string](p.s.demo, "SELECT string_agg(state || ':' || printed, ' ') FROM job JOIN person USING (person_id) WHERE username = $1", demoPupil(pupil))
	if got != "done:3" {
		p.t.Errorf("the job is %s", got)
	}
}

// theCableIsOut is a pupil whose kiosk loses its network, without a word, before the badge is tapped and
// once more when Print has been pressed. The page says so and comes back; the job prints once.
func (p *farScreen) theCableIsOut(pupil int) {
	p.t.Helper()
	if said, ok := p.s.submit(p.s.queue(demoPupil(pupil), "/ipp/print"), blankPDF(p.t, 2)); !ok {
		p.t.Fatal(said)
	}
	p.s.held(demoPupil(pupil), 1)
	p.offline(func() {})
	p.Badge(demoBadge(pupil))
	p.Seen("Your badge was read.")
	p.shot("offline")
	p.back()
	p.signedIn(pupil)
	p.offline(func() { p.press("release") })
	p.back()
	p.signedIn(pupil)
	p.Eval(`(document.querySelector('[data-do=release]:enabled') || document.body).click()`) // what has not arrived
	p.s.eventually("the job to be done", func() bool {
		return rows[bool](p.s.demo, `SELECT state = 'done' FROM job JOIN person USING (person_id) WHERE username = $1`, demoPupil(pupil))
	})
	p.press("sign-out")
	p.face(kiosk.FaceIdle)
	p.Unhurt()
	got := rows[string](p.s.demo, `SELECT count(*) || ' ' || sum(d.printed) FROM delivery d JOIN job j USING (job_id) JOIN person p ON p.person_id = j.person_id WHERE username = $1`, demoPupil(pupil))
	if got != "1 2" {
		p.t.Errorf("deliveries and pages: %s", got)
	}
}

// offline takes the cable out, does something at the page, and waits until the page says so.
func (p *farScreen) offline(press func()) {
	p.t.Helper()
	began := time.Now()
	p.s.cut()
	press()
	p.face("offline")
	p.t.Logf("it says so after %s", time.Since(began).Round(time.Millisecond))
}

// back puts the cable in again and waits until the page is back.
func (p *farScreen) back() {
	p.t.Helper()
	began := time.Now()
	p.s.mend()
	p.Until(`document.getElementById('kiosk').dataset.face !== 'offline'`)
	p.t.Logf("it is back after %s", time.Since(began).Round(time.Millisecond))
}

// signedIn waits for a pupil's visit. A page that is idle has not kept the tap, or not given it yet: to be
// tapped twice does it no harm.
func (p *farScreen) signedIn(pupil int) {
	p.t.Helper()
	const idle, visit = `document.getElementById('kiosk').dataset.face === 'idle'`, `['jobs', 'printing', 'done'].includes(document.getElementById('kiosk').dataset.face)`
	p.Until(idle + "||" + visit)
	if p.Says("String("+idle+")") == "true" {
		p.t.Log("tapped again")
		p.Badge(demoBadge(pupil))
	}
	p.Until(visit)
}

// kept is everything that a page can find again in its browser. Its key is there, which no script can read.
const kept = `[document.documentElement.outerHTML, [...document.querySelectorAll('input')].map((i) => i.value).join(),
	JSON.stringify({ ...sessionStorage, ...localStorage }), document.cookie, location.href, document.title, JSON.stringify(history.state), window.found].join()`

// nothingPersonal looks for words that must be nowhere in the browser.
func (p *farScreen) nothingPersonal(words ...string) {
	p.t.Helper()
	p.Eval(`window.found = ''; indexedDB.open('inkwell-kiosk').onsuccess = (o) => {
		const base = o.target.result;
		base.transaction('key').objectStore('key').getAll().onsuccess = (e) => {
			const keys = e.target.result;
			base.close();
			window.found = [[...base.objectStoreNames], keys.length, keys[0].privateKey.extractable].join();
		};
	}`)
	p.Until(`window.found`)
	all := p.Says(kept)
	if !strings.HasSuffix(all, "/kiosk,Kiosk · Inkwell,null,key,1,false") {
		p.t.Errorf("address, history and key: %s", all[max(0, len(all)-80):])
	}
	if now := p.Says(`String(history.length)`); now != p.history {
		p.t.Errorf("the history went from %s to %s", p.history, now)
	}
	for _, word := range words {
		if strings.Contains(all, word) {
			p.t.Errorf("%q is still in the browser", word)
		}
	}
}

// shot takes a picture for people, where INKWELL_SHOTS names a folder.
func (p *farScreen) shot(name string) {
	p.t.Helper()
	dir := os.Getenv("INKWELL_SHOTS")
	if dir == "" {
		return
	}
	_, engine, _ := strings.Cut(p.t.Name(), "/")
	for _, size := range [][2]int64{{1280, 800}, {800, 480}} {
		p.Size(size[0], size[1])
		p.Shot(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", strings.ToLower(engine), name, size[0])))
	}
}
