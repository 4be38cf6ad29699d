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
	mu     sync.Mutex
	since  time.Time
	lapses int // how often it was silent for so long that others may have taken its printers
}

// renew notes when a heartbeat that the database took was begun. One that comes too late gives
// back nothing: it begins another lease, under which every printer is to be asked for again.
func (l *lease) renew(beat func() error) error {
	began := time.Now()
	if err := beat(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.since) >= nodeExpires {
		l.lapses++
	}
	l.since = began
	return nil
}

// term tells this lease from those before it.
func (l *lease) term() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lapses
}

// holds says whether what was this node's in a term is so still, whoever else there is.
func (l *lease) holds(term int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lapses == term && time.Since(l.since) < nodeExpires
}

// stillMine is asked before each piece of a document. A node that has been silent for too
// long since it claimed the printer first asks whether the printer is still its own, and waits
// for a database that is away: nobody can have taken the printer over without it.
func (d *Desk) stillMine(ctx context.Context, c *claim) error {
	for !d.lease.holds(c.term) {
		err := d.enlist(ctx)
		term := d.lease.term()
		if err == nil {
			err = d.inSchool(ctx, c.printer.School, func(ctx context.Context, tx *db.Tx) error { return fence(ctx, tx, *c) })
		}
		if err == nil {
			c.term = term
			continue
		}
		if errors.Is(err, errFenced) || fault.KindOf(err) != fault.Unavailable || !events.Pause(ctx, time.Second) {
			return err
		}
	}
	return nil
}
