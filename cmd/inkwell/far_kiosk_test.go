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

// farKiosk is the demo school, with printers that are not ours, and on a cable to it the machine that
// a kiosk's browser runs on, which trusts the server's own authority and nobody else.
type farKiosk struct {
	*demo
	far    *ipptest.Machine
	place  webtest.Place
	eve    *ipptest.Eve // in the library, where the kiosk is
	levers string       // folder: eve stands while there is "hold" in it, and is slow while there is "slow"
	told   int          // pupils who have told a story
	class  int          // of them, those of 7A
}

// The near end of the kiosk's cable, and the server's door.
const kioskCable, kioskDoor = "kiosk", "8443"

// TestEachBrowserAtTheKiosk goes every way through the kiosk, in Firefox and, with INKWELL_PROVE, in each browser, from a network
// of its own over TLS, against the real program and printers that are not ours.
func TestEachBrowserAtTheKiosk(t *testing.T) {
	if !ipptest.Apart(t, binaryVariable+"="+binary(t)) {
		return
	}
	s := newFarKiosk(t)
	all := os.Getenv("INKWELL_PROVE") != ""
	for _, engine := range webtest.Engines {
		if !all && engine.Name != "Firefox" { // every other test of a page is Chromium's
			continue
		}
		t.Run(engine.Name, func(t *testing.T) {
			p := &farScreen{t: t, s: s, engine: engine, profile: t.TempDir(), tapped: map[string]time.Time{}}
			p.start()
			p.paired()
			for _, story := range stories {
				if story.long && !all {
					continue
				}
				began := time.Now()
				story.tell(p)
				p.Unhurt()
				t.Logf("%-24s %5.1f s", story.name, time.Since(began).Seconds())
			}
		})
	}
}

// levered counts the pages of a plain PDF, and prints them as the levers in a folder say.
const levered = `pages=$(grep -aoE '/Type */Page([^s]|$)' "$1" | wc -l)
echo "ATTR: job-impressions=$pages" >&2
n=0
while [ $n -lt $pages ]; do
  while [ -e %[1]q/hold ]; do sleep 0.05; done
  if [ -e %[1]q/slow ]; then sleep 0.8; fi
  n=$((n + 1))
  echo "ATTR: job-impressions-completed=$n" >&2
done
`

func newFarKiosk(t *testing.T) *farKiosk {
	t.Helper()
	s := &farKiosk{far: ipptest.NewMachine(t, kioskCable, "10.14.0.0"), levers: t.TempDir()}
	s.eve = ipptest.EvePrinter(t, ipptest.EveOptions{Colour: true, Script: fmt.Sprintf(levered, s.levers)})
	other := ipptest.EvePrinter(t, ipptest.EveOptions{})
	s.demo = serveDemo(t)
	s.printTo(s.eve.URI)
	s.change("UPDATE printer SET uri = '" + other.URI + "' WHERE name = 'Sixth form'")
	s.change("DELETE FROM timetable")                // a teacher's classes are theirs at any hour
	s.change("UPDATE installation SET demo = false") // a demo listens on this machine alone
	s.stop()
	s.args = []string{"--ipp-listen", "127.0.0.1:0", "--web-listen", "0.0.0.0:" + kioskDoor, "--announce", "off", "--tls-names", s.far.Near, "--printers-loopback=true"}
	s.start()
	s.web = "127.0.0.1:" + kioskDoor
	s.inkwell("devices", "add", "room-12", "--name", "Room 12", "--network", "127.0.0.0/8")
	s.inkwell("kiosk", "language", "offer", "en", "cy")
	s.unpaired(t)
	s.forgetful()
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
func (s *farKiosk) cut()  { s.t.Helper(); s.cable("down") }
func (s *farKiosk) mend() { s.t.Helper(); s.cable("up") }

func (s *farKiosk) cable(state string) {
	s.t.Helper()
	if out, err := exec.CommandContext(s.t.Context(), "ip", "link", "set", kioskCable, state).CombinedOutput(); err != nil { //nolint:gosec // the words above
		s.t.Fatalf("%v: %s", err, out)
	}
}

// lever moves one of the printer's levers.
func (s *farKiosk) lever(name string, on bool) {
	s.t.Helper()
	file := filepath.Join(s.levers, name)
	err := os.Remove(file)
	if on {
		err = os.WriteFile(file, nil, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// farScreen is a browser's tab at the kiosk.
type farScreen struct {
	webtest.Tab
	t       *testing.T
	s       *farKiosk
	engine  webtest.Engine
	profile string               // what the browser keeps
	tapped  map[string]time.Time // when which badge was held to it last
	link    string               // of its start address, by which it pairs itself; "" for none
	history string               // how long it was before anybody came
}

// start switches the tablet on.
func (p *farScreen) start() {
	p.t.Helper()
	at := p.s.place
	at.Profile = p.profile
	p.Tab = p.engine.Start(p.t, at)
	p.Size(800, 480)
}

// address is that of a page of the server's, as the far machine sees it.
func (s *farKiosk) address(path string) string {
	return "https://" + s.far.Near + ":" + kioskDoor + path
}

// face waits for a face.
func (p *farScreen) face(face string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.getElementById('kiosk').dataset.face === %q`, face))
}

// press presses what does an act, once it can be pressed.
func (p *farScreen) press(act string) {
	p.t.Helper()
	p.Click(fmt.Sprintf(`[data-do=%q]:enabled:not([hidden], [hidden] *)`, act))
}

// paired opens the page for the first time. A kiosk's own address leads to the same page, where the
// browser shows a code and nothing else until that was typed.
func (p *farScreen) paired() {
	p.t.Helper()
	p.Open(p.s.address("/kiosk/library"))
	p.pairs()
}

// pairs pairs the browser by the code that it shows.
func (p *farScreen) pairs() {
	p.t.Helper()
	p.face(kiosk.FacePair)
	p.Until(`document.querySelector('.pair__code').textContent.length === 9`)
	p.shot("pair")
	p.s.inkwell("kiosk", "pair", "library", strings.ReplaceAll(p.Says(`document.querySelector('.pair__code').textContent`), " ", ""))
	p.face(kiosk.FaceIdle)
	p.history = p.Says(`String(history.length)`)
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
	if !strings.HasSuffix(all, "/kiosk"+p.link+",Kiosk · Inkwell,null,key,1,false") {
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
