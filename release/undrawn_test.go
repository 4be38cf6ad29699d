package release_test

import (
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// A document that cannot be drawn for a printer costs nothing, the printer never hears of it, and
// its owner has it still. One that breaks off after a page costs what came out, and the rest waits.
func TestWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	can := release.Capabilities{Asked: true, Media: []string{release.A4}, Sides: []string{"one-sided"}, ColorModes: []string{"monochrome"},
		Formats: []string{"image/pwg-raster"}, Raster: release.Rasters{Resolutions: []int{75}}}
	h := newHouse(t, watched(can), func(h *house) { h.engine.CPUSeconds, h.engine.PressTime = 2, 2*time.Second })
	h.known(can)
	const everlasting = 9_000
	none := h.held(documenttest.SlowLast(1, everlasting), h.Sam, release.Ticket{})
	h.release(h.Sam, none.ID)
	if got := h.state(none.ID, release.Held); got.Reason != "document-undrawn" || h.balance(h.Sam) != 100 || got.Printed != 0 {
		t.Errorf("%+v, and %d are left", got, h.balance(h.Sam))
	}
	if got := dbtest.Value[string](t, h.db, "SELECT state || ' ' || reason FROM delivery WHERE job_id = $1", none.ID); got != "void document-undrawn" || len(h.paper.told) != 0 {
		t.Errorf("its delivery is %s, and the printer heard of %d jobs", got, len(h.paper.told))
	}
	h.paper.with(func() { h.paper.late = 1 }) // what is out of a job when it is cancelled
	some := h.held(documenttest.SlowLast(2, everlasting), h.Sam, release.Ticket{})
	h.release(h.Sam, some.ID)
	if got := h.state(some.ID, release.Held); got.Printed != 1 || got.Left() != 1 || h.balance(h.Sam) != 99 {
		t.Errorf("%+v, and %d are left", got, h.balance(h.Sam))
	}
	if n := len(h.paper.printed()); n != 0 || len(h.paper.told) != 1 {
		t.Errorf("the printer has %d whole documents, of %d jobs", n, len(h.paper.told))
	}
	h.sound()
}
