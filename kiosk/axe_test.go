package kiosk

import (
	"os"
	"strings"
	"testing"

	"inkwell/internal/web/webtest"
)

// sizes are the screens that stand beside printers.
var sizes = [][2]int64{{800, 480}, {1280, 800}, {1080, 1920}}

// TestNobodyIsKeptOut has axe-core look at the first screen of every kind, at one size and
// in one of light and dark in turn; with INKWELL_PROVE at every screen. TestShots has it
// look at every screen at all sizes.
func TestNobodyIsKeptOut(t *testing.T) {
	b := webtest.Start(t)
	kinds := map[string]bool{}
	for i, s := range shots {
		kind, _, _ := strings.Cut(s.name, "-")
		if kinds[kind] && os.Getenv("INKWELL_PROVE") == "" {
			continue
		}
		kinds[kind] = true
		t.Run(s.name, func(t *testing.T) {
			p := bring(t, b, s, sizes[i%len(sizes)], [...]string{"light", "dark"}[i/len(sizes)%2])
			p.Axe()
			p.Unhurt() // its policy reports nothing
		})
	}
}
