package release_test

import (
	"context"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/release"
)

// talker is a printer that tells of its changes.
type talker struct {
	*paper
	bell chan struct{}
	end  chan error // ends the listening
}

func (p talker) Listen(ctx context.Context, changed func()) error {
	changed()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-p.end:
			return err
		case <-p.bell:
			changed()
		}
	}
}

// A printer that tells of its changes is looked at when it does, and not every moment; one that
// is lost is asked again as before.
func TestAPrinterTells(t *testing.T) {
	t.Parallel()
	p := talker{bell: make(chan struct{}), end: make(chan error)}
	h := newHouse(t, func(h *house) {
		p.paper, h.watch = h.paper, 50*time.Millisecond
		h.clients.Store("Library", func() (release.Printer, error) { return p, nil })
	})
	state := func(want release.PrinterState) {
		t.Helper()
		h.eventually("the printer to be "+string(want), func() (string, bool) {
			got := dbtest.Value[string](t, h.db, "SELECT state FROM printer")
			return got, got == string(want)
		})
	}
	state(release.PrinterIdle)
	p.with(func() { p.state = release.PrinterStopped })
	p.bell <- struct{}{}
	state(release.PrinterStopped)
	p.with(func() { p.state = release.PrinterIdle })
	p.end <- release.ErrRefused
	state(release.PrinterIdle) // by asking
	select {
	case p.bell <- struct{}{}:
		t.Error("it is listened to again at once")
	default:
	}
}
