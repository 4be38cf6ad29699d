package kiosk

import (
	"strings"
	"testing"
	"time"

	"inkwell/internal/web/webtest"
)

// aFastChild taps again before anything can have happened, with two fingers, and on the keys with a flat hand: each
// thing is done once or not at all, and the screen goes on.
func aFastChild(t *testing.T, b webtest.Browser) {
	d := newFakeDesk(twoJobs()...)
	p := openKiosk(t, b, d, 0)
	comes := func() {
		t.Helper()
		p.Badge(badge)
		p.wait(FaceJobs)
	}
	leaves := func() {
		t.Helper()
		p.Touch(p.SpotOf(`[data-do="sign-out"]`))
		p.wait(FaceIdle)
		time.Sleep(echoFor) // the badge is no echo of itself then
	}
	on := func(act string) webtest.Spot { return p.SpotOf(`[data-do="` + act + `"]`) }
	released := func(want int, after string) {
		t.Helper()
		if _, releases, _, _ := d.counts(); releases != want {
			t.Errorf("%d releases after %s", releases, after)
		}
	}

	comes()
	struck, out := on("delete"), on("sign-out")
	for range 3 { // where the line was there is Undo, and where that was there is Delete again
		p.Touch(struck)
	}
	p.Touch(on("release"), out)
	p.Touch(struck, on("release"), out)
	p.Until(`document.querySelectorAll('.job').length > 0 && document.querySelector('[data-do="release"]:enabled, [data-do="undo"]')`)
	released(0, "a flat hand")
	leaves()
	if _, _, gone, _ := d.counts(); gone > 1 {
		t.Errorf("%d jobs were deleted", gone)
	}
	comes()
	print := on("release")
	p.Touch(on("sign-out"))
	p.Touch(print)
	p.wait(FaceIdle)
	time.Sleep(echoFor)
	released(0, "signing out")

	comes()
	for range 4 {
		p.Touch(print)
	}
	p.wait(FacePrinting)
	released(1, "four taps")
	p.Touch(on("sign-out"))
	p.wait(FaceIdle)

	p.Touch(on("keypad"))
	p.wait(FaceKeypad)
	key := p.SpotOf(`[data-for="keypad-name"]:not([hidden]) .keys__row:nth-child(2) .key:nth-child(2)`)
	for range 40 {
		p.Touch(key)
	}
	p.Until(`document.getElementById('keypad-name').value.length === 40`)
	p.Touch(key, webtest.Spot{X: key.X + 120, Y: key.Y}, webtest.Spot{X: key.X, Y: key.Y + 90})
	if name := p.Says(`document.getElementById('keypad-name').value`); strings.Trim(name[:40], name[:1]) != "" || len(name) > 43 {
		t.Errorf("forty taps on one key and three fingers on three are %q", name)
	}
	p.Touch(on("back"))
	p.wait(FaceIdle)
	p.nothingPersonal()
	p.Unhurt()
}
