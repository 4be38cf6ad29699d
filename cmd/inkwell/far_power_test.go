package main

import (
	"fmt"
	"os/exec"
	"strings"
	"time"

	sockets "inkwell/internal/web/socket"
	"inkwell/kiosk"
)

// soon is how long a tablet may take from its power's return until somebody can tap.
const soon = 90 * time.Second

// thePowerGoes is a tablet that is switched off in the middle of a visit, and once more with its network, so that nobody
// hears of it; and then its network is away for longer than the server waits. Each time it comes back by itself, and knows
// nothing of who was there: as the screen that it was, or, where the browser has forgotten its key, by its start address.
func (p *farScreen) thePowerGoes() {
	pupil := p.waiting(1)
	screen := p.s.screenNumber()
	if p.engine.Forgets {
		_, token, _ := strings.Cut(strings.Fields(p.s.inkwell("kiosk", "enrol-url", "library", "--network", p.s.far.Far+"/32"))[0], "#")
		p.link = "#" + token
	}
	p.comes(pupil)
	p.PowerCut()
	began := time.Now()
	p.start()
	p.Open(p.s.address("/kiosk" + p.link))
	p.comesBack("after its power went", began, pupil)

	p.comes(pupil)
	p.s.cut()
	p.PowerCut()
	p.s.eventually("the far machine to have forgotten", func() bool { return !p.s.connected() })
	p.s.mend()
	began = time.Now()
	p.start()
	p.Open(p.s.address("/kiosk" + p.link))
	p.comesBack("after its power and its network went", began, pupil)
	if is := p.s.screenNumber(); (is != screen) != p.engine.Forgets {
		p.t.Errorf("screen %d has become screen %d", screen, is)
	}

	p.comes(pupil)
	p.offline(func() {})
	time.Sleep(sockets.ReadWait) // the server has given it up
	began = time.Now()
	p.s.mend()
	p.comesBack("after its network was away", began, pupil)
	p.comes(pupil)
	p.leaves(pupil)
	p.became(pupil, "held:0")
	if p.engine.Reloads {
		p.startsFirst(pupil)
	}
}

// startsFirst is a tablet that is up before its network is.
func (p *farScreen) startsFirst(pupil int) {
	p.t.Helper()
	p.PowerCut()
	p.s.cut()
	p.start()
	p.Eval(fmt.Sprintf(`setTimeout(() => { location.href = %q; }, 0)`, p.s.address("/kiosk"+p.link)))
	p.Until(`location.protocol === 'chrome-error:'`)
	began := time.Now()
	p.s.mend()
	p.comesBack("after it was up before its network", began, pupil)
}

// comesBack waits until its idle picture is complete, and says how long that took.
func (p *farScreen) comesBack(after string, began time.Time, pupil int) {
	p.t.Helper()
	p.face(kiosk.FaceIdle)
	p.Seen("The printer is ready.")
	took := time.Since(began)
	p.t.Logf("ready again %s %s", took.Round(time.Millisecond), after)
	if took > soon {
		p.t.Errorf("ready again only %s %s", took, after)
	}
	p.history = p.Says(`String(history.length)`)
	p.isNobodys(pupil)
}

// screenNumber is that of the library's screen.
func (s *farKiosk) screenNumber() int {
	s.t.Helper()
	return rows[int](s.demo, "SELECT device_id FROM kiosk_device WHERE ended_at IS NULL")
}

// forgetful has the far machine give up at once what it cannot say any more, as one whose power has gone does.
func (s *farKiosk) forgetful() {
	s.t.Helper()
	s.onFar("sh", "-c", "echo 1 >/proc/sys/net/ipv4/tcp_orphan_retries")
}

// connected says whether the far machine knows of a connection to the server's door.
func (s *farKiosk) connected() bool {
	s.t.Helper()
	const door = " 01000E0A:20FB " // 10.14.0.1:8443
	return strings.Contains(s.onFar("cat", "/proc/net/tcp"), door)
}

// onFar is what a program on the far machine says.
func (s *farKiosk) onFar(args ...string) string {
	s.t.Helper()
	args = append(append([]string{}, s.far.In...), args...)
	out, err := exec.CommandContext(s.t.Context(), args[0], args[1:]...).Output() //nolint:gosec // the words above
	if err != nil {
		s.t.Fatalf("%v: %v", args, err)
	}
	return string(out)
}
