package kiosk

import (
	"fmt"
	"testing"

	"inkwell/internal/web/webtest"
)

// TestStateIsSeenInForcedColours: where the person's own colours replace ours, a chosen
// job, account and page still look unlike one that is not.
func TestStateIsSeenInForcedColours(t *testing.T) {
	b := webtest.Start(t)
	for _, c := range []struct{ scene, on, off string }{
		{"payers-pressed", `.payer[aria-pressed="true"]`, `.payer[aria-pressed="false"]`},
		{"payers-pressed", `.job__box input:checked`, `.place`},
		{"count", `.sheaf__page[aria-pressed="true"]`, `.sheaf__page[aria-pressed="false"]`},
	} {
		for _, s := range shots {
			if s.name != c.scene {
				continue
			}
			p := bring(t, b, s, older)
			p.Prefers("forced-colors", "active")
			fill := func(e string) string {
				return p.Says(fmt.Sprintf("getComputedStyle(document.querySelector(%q)).backgroundColor", e))
			}
			if on, off := fill(c.on), fill(c.off); on == off {
				t.Errorf("%s: %s and %s are both %s", s.name, c.on, c.off, on)
			}
		}
	}
}
