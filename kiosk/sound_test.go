package kiosk

import (
	"testing"

	"inkwell/internal/web/webtest"
)

// soundCanBeTurnedOff: the switch is the screen's, outlives a reload, and is told to those who
// do not see it. The badge that wakes the sound plays nothing once it is off.
func soundCanBeTurnedOff(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	address, _ := open(t, d, 0)
	p := newPage(t, b)
	p.Open(address)
	p.wait(FaceIdle)
	const played = `window.tones = 0; const real = AudioContext.prototype.createOscillator;
		AudioContext.prototype.createOscillator = function () { tones++; return real.call(this); };
		Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'running' }); undefined`
	p.Eval(played)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Until(`tones === 2`)
	p.press("sign-out")
	p.wait(FaceIdle)
	p.Until(`document.querySelector('[data-do=sound]').getAttribute('aria-pressed') === 'true'`)
	p.press("sound")
	p.Until(`document.querySelector('[data-do=sound]').getAttribute('aria-pressed') === 'false'`)
	p.Open(address)
	p.wait(FaceIdle)
	p.Until(`document.querySelector('[data-do=sound]').getAttribute('aria-pressed') === 'false'`)
	p.Eval(played)
	p.Badge(badge)
	p.wait(FaceJobs)
	if got := p.Says(`String(tones)`); got != "0" {
		t.Errorf("%s tones though sound is off", got)
	}
	p.Unhurt()
}
