package kiosk

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"inkwell/internal/web/webtest"
)

// patience is how long a test waits for a fact before it fails.
const patience = 2 * time.Minute

// page is one tab that shows a kiosk.
type page struct {
	*webtest.Page
	t       *testing.T
	foreign bool // what it says is not known here
}

func newPage(t *testing.T, b webtest.Browser) *page {
	t.Helper()
	return &page{Page: b.Page(t), t: t}
}

// Seen waits until a text is shown, or on a page in another language until it has come to rest.
func (p *page) Seen(text string) {
	p.t.Helper()
	if !p.foreign {
		p.Page.Seen(text)
		return
	}
	p.Until(atRest)
}

// atRest is true when nothing of the page's text has changed for a third of a second.
const atRest = `(() => {
	if (!window.lastChange) {
		window.lastChange = performance.now();
		new MutationObserver(() => { window.lastChange = performance.now(); }).observe(document, { subtree: true, childList: true, characterData: true });
	}
	return performance.now() - window.lastChange > 333;
})()`

// openKiosk opens the desk's page in a tab and waits until it is idle. Without a time of its own
// it signs nobody out for a minute: a machine with much to do takes seconds for a few keys.
func openKiosk(t *testing.T, b webtest.Browser, d *fakeDesk, idle time.Duration) *page {
	t.Helper()
	address, _ := open(t, d, cmp.Or(idle, time.Minute))
	p := newPage(t, b)
	p.Open(address)
	p.wait(FaceIdle)
	return p
}

// wait waits for a face.
func (p *page) wait(face string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.getElementById('kiosk').dataset.face === %q`, face))
}

// press clicks what does an act.
func (p *page) press(act string) {
	p.t.Helper()
	p.Click(fmt.Sprintf(`[data-do=%q]`, act))
}
