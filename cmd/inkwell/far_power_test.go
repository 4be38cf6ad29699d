package main

import (
	"os/exec"
	"strings"
	"time"

	"inkwell/kiosk"
)

// soon is how long a tablet may take from its power's return until somebody can tap.
const soon = 90 * time.Second

// thePowerGoes is a tablet that is switched off in the middle of a visit, and once more with its network, so that nobody
// hears of it. Each time it comes back by itself, as the screen that it was, and knows nothing of who was there.
func (p *farScreen) thePowerGoes() {
	pupil := p.waiting(1)
	screen := p.s.screenNumber()
	p.comes(pupil)
	p.PowerCut()
	p.comesBack("its power went", pupil)
	p.comes(pupil)
	p.s.cut()
	p.PowerCut()
	p.s.eventually("the far machine to have forgotten", func() bool { return !p.s.connected() })
	p.s.mend()
	p.comesBack("its power and its network went", pupil)
	if is := p.s.screenNumber(); is != screen {
		p.t.Errorf("screen %d has become screen %d", screen, is)
	}
	p.comes(pupil)
	p.leaves(pupil)
	p.became(pupil, "held:0")
}

// comesBack switches the tablet on, and times it until its idle picture is complete.
func (p *farScreen) comesBack(after string, pupil int) {
	p.t.Helper()
	began := time.Now()
	p.start()
	p.Open(p.s.address("/kiosk"))
	p.face(kiosk.FaceIdle)
	p.Seen("The printer is ready.")
	took := time.Since(began)
	p.t.Logf("%s, and it is ready %s after its start", after, took.Round(time.Millisecond))
	if took > soon {
		p.t.Errorf("%s, and it is ready only %s after its start", after, took)
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
