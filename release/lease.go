package release

import (
	"context"
	"errors"
	"sync"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
)

// lease is how long other nodes take this one for alive: since it last told the database
// so. It is real time, whatever clock tells the desk's: it goes on while the process is
// stopped, or its machine sleeps.
type lease struct {
	mu    sync.Mutex
	since time.Time
}

// renew notes when a heartbeat that the database took was begun.
func (l *lease) renew(beat func() error) error {
	began := time.Now()
	if err := beat(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.since = began
	return nil
}

func (l *lease) holds() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.since) < nodeExpires
}

// stillMine is asked before each piece of a document. A node that has been silent for too
// long first asks whether the printer is still its own, and waits for a database
// that is away: nobody can have taken the printer over without it.
func (d *Desk) stillMine(ctx context.Context, c claim) error {
	if d.lease.holds() {
		return nil
	}
	for {
		err := d.enlist(ctx)
		if err == nil {
			err = d.inSchool(ctx, c.printer.School, func(ctx context.Context, tx *db.Tx) error { return fence(ctx, tx, c) })
		}
		if err == nil || errors.Is(err, errFenced) || fault.KindOf(err) != fault.Unavailable || !events.Pause(ctx, time.Second) {
			return err
		}
	}
}
