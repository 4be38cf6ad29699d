package kiosk

import (
	"fmt"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// hears waits until the page has told a screen reader something.
func (p *page) hears(words string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.getElementById('say').textContent.includes(%q)`, words))
}

// alerted waits until an alert has told a screen reader something, which nothing else tells it again.
func (p *page) alerted(words string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`[...document.querySelectorAll('[role=alert]:not([hidden])')].filter((el) => el.textContent.includes(%q)).length === 1`, words))
	p.Until(fmt.Sprintf(`!document.getElementById('say').textContent.includes(%q)`, words))
}

// on says that the focus is on what does the act, and that it is seen there.
func (p *page) on(act string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.activeElement.dataset.do === %q`, act))
	p.Until(`document.activeElement.matches(':focus-visible') && parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2`)
}

// TestAScreenReaderHearsEveryChange: signed in, on its way, stopped, done, out soon, and no connection.
func TestAScreenReaderHearsEveryChange(t *testing.T) {
	b := webtest.Start(t)
	d := newFakeDesk(twoJobs()...)
	p := openKiosk(t, b, d, 12*time.Second)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.hears("Hi Sam. 2 jobs, 7 pages")
	d.mu.Lock()
	d.fail = fault.New(fault.Conflict, "already-released", "")
	d.mu.Unlock()
	p.press("release")
	p.alerted("That is on its way to a printer already.")
	p.hears("Hi Sam. 2 jobs, 7 pages")
	d.mu.Lock()
	d.fail = nil
	d.mu.Unlock()
	p.press("release")
	p.wait(FacePrinting)
	d.print(41, 3)
	p.hears("Printing page 4 of 7")
	_ = d.change(func() { d.job(41).Delivery.Trouble = "The paper is stuck." })
	p.hears("The paper is stuck.")
	_ = d.change(func() { d.job(41).Delivery.Trouble = "" })
	d.print(41, 4)
	d.print(42, 3)
	p.hears("Done: 7 pages.")
	p.Until(`document.getElementById('soon').textContent === 'Signing out soon. Tap to stay.'`)
	p.wait(FaceIdle)
	p.Until(`document.getElementById('soon').textContent + document.getElementById('say').textContent === ''`)

	d.mu.Lock()
	d.visit.Jobs = twoJobs()
	d.mu.Unlock()
	p.Badge(badge)
	p.wait(FaceJobs)
	p.press("release")
	p.wait(FacePrinting)
	_ = d.change(func() { d.job(41).Delivery.State = release.Unclear })
	p.wait(FaceQuestion)
	p.hears("Did it come out?")
	p.Eval(`WebSocket.prototype.send = function () { this.onclose(); }; window.WebSocket = class { static OPEN = 1; close() {} }; document.querySelector('[data-do=sign-out]').click()`)
	p.wait("offline")
	p.hears("No connection. Trying again by itself. Your work is safe.")
	p.Until(`document.activeElement.tagName === 'H1'`)
	p.Unhurt()
}

// TestKeysStayWhereTheyAre: whoever has no more than Tab and Enter, as with a switch, changes pages,
// deletes, takes it back and prints, and always sees where they are.
func TestKeysStayWhereTheyAre(t *testing.T) {
	b := webtest.Start(t)
	d := newFakeDesk(leafedJobs()...)
	pictured(d)
	p := openKiosk(t, b, d, 0)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.tabTo("delete")
	p.Keys("\r")
	p.on("undo") // the other one is gone
	p.Keys("\r")
	p.Until(`!document.body.innerText.includes('Deleted')`)
	p.Until(`document.activeElement.closest('li').dataset.key === '41'`)
	p.tabTo("change")
	p.Keys("\r")
	p.wait(FaceChange)
	p.tabTo("up")
	p.Key("Tab", time.Now())
	p.on("up")
	p.Keys("\r")
	p.Seen("3 pages, 2 sheets")
	p.on("up")
	p.Until(`document.activeElement.getAttribute('aria-pressed') === 'true'`)
	p.tabTo("release")
	p.on("release")
	p.Keys("\r")
	p.wait(FacePrinting)
	p.Unhurt()
}

// TestMotionAndContrastAreThePersons: nothing moves for ever where motion is to be less, and soft words
// are as dark as the others, and quiet buttons have an edge, where contrast is to be more.
func TestMotionAndContrastAreThePersons(t *testing.T) {
	b := webtest.Start(t)
	for _, s := range shots {
		if s.name != "idle" && s.name != "printing" && s.name != "jobs" {
			continue
		}
		p := bring(t, b, s, older)
		const endless = `String(document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations === Infinity).length)`
		if moving := p.Says(endless); s.name != "jobs" && moving == "0" {
			t.Errorf("%s: nothing moves to begin with", s.name)
		}
		p.Prefers("prefers-reduced-motion", "reduce")
		if moving := p.Says(endless); moving != "0" {
			t.Errorf("%s: %s still move", s.name, moving)
		}
		if s.name != "jobs" {
			continue
		}
		p.Prefers("prefers-contrast", "more")
		ink := p.Says(`getComputedStyle(document.querySelector('h1')).color`)
		for _, soft := range []string{".job__meta", ".top__sum"} {
			if got := p.Says(fmt.Sprintf(`getComputedStyle(document.querySelector(%q)).color`, soft)); got != ink {
				t.Errorf("%s is %s, the heading is %s", soft, got, ink)
			}
		}
		p.Until(fmt.Sprintf(`getComputedStyle(document.querySelector('.button--quiet:not([hidden])')).borderTopColor === %q`, ink))
		p.Axe()
	}
}
