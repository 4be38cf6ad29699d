package release

import (
	"context"
	"time"

	"inkwell/internal/db"
)

// Meter is told of deliveries as they go, for figures about the whole. It learns nothing of
// whose they are. Its methods are safe for concurrent use and do not wait.
type Meter interface {
	// Begun: the printer has opened a job, so long after the release.
	Begun(after time.Duration)
	// Ended: a delivery is settled or void, so long after the release.
	Ended(state DeliveryState, after time.Duration)
	// Retried: it is tried again later, for a keyword of ours.
	Retried(reason string)
	// Lost: it is unclear what became of it.
	Lost()
}

// unmetered is a Meter of nothing.
type unmetered struct{}

func (unmetered) Begun(time.Duration)                {}
func (unmetered) Ended(DeliveryState, time.Duration) {}
func (unmetered) Retried(string)                     {}
func (unmetered) Lost()                              {}

// Figures are how the whole installation is in one moment: the same whichever node is asked.
type Figures struct {
	Jobs        map[JobState]int      // that have not ended
	Deliveries  map[DeliveryState]int // that have not ended
	Printers    map[PrinterState]int
	Paused      int               // of them
	Faults      map[FaultKind]int // open
	Unaccounted int64             // pages of the last seven days
}

// Figures counts, for the host.
func (d *Desk) Figures(ctx context.Context) (f Figures, err error) {
	err = d.DB.InTx(ctx, db.System("figures"), func(ctx context.Context, tx *db.Tx) error {
		f, err = figuresNow(ctx, tx)
		return err
	})
	return f, err
}
