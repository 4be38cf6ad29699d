package release

import (
	"context"
	"errors"
	"sync"
	"time"

	"inkwell/internal/db"
)

// Listening is a Printer that tells of changes by itself.
type Listening interface {
	// Listen calls changed once it listens and then for each change of the printer's state, until
	// ctx ends or the printer is lost. ErrRefused: the printer tells nobody.
	Listen(ctx context.Context, changed func()) error
}

// How soon a printer that does not let us listen is tried again, and how much more seldom one
// is asked that does: it may be lost without a word.
const (
	listenAgain = 30 * time.Second
	listenLater = time.Hour
	listenLess  = 3
)

// ears are the printers that are listened to by this run.
type ears struct {
	mu  sync.Mutex
	of  map[PrinterID]*ear
	all sync.WaitGroup
}

// ear is one of them.
type ear struct {
	running bool      // a try to listen is under way
	hears   bool      // and the printer tells us
	next    time.Time // when to try again
	skipped int       // rounds that it was not asked in
}

// due says whether a printer is to be asked in this round, and whether to begin to listen.
func (e *ears) due(p PrinterRecord, now time.Time) (ask, begin bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of == nil {
		e.of = map[PrinterID]*ear{}
	}
	one := e.of[p.ID]
	if one == nil {
		one = &ear{}
		e.of[p.ID] = one
	}
	answers := p.State != PrinterUnknown && p.State != PrinterUnreachable
	if begin = answers && !one.running && !now.Before(one.next); begin {
		one.running = true
	}
	if one.hears && answers && one.skipped+1 < listenLess {
		one.skipped++
		return false, begin
	}
	one.skipped = 0
	return true, begin
}

func (e *ears) change(p PrinterID, fn func(*ear)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fn(e.of[p])
}

// listen has a printer tell of its changes, and looks at it after each.
func (d *Desk) listen(ctx context.Context, p PrinterRecord) {
	client, err := d.Dial(p)
	told, ok := client.(Listening)
	if err == nil && ok {
		err = told.Listen(ctx, func() {
			d.ears.change(p.ID, func(e *ear) { e.hears = true })
			d.lookAgain(ctx, p.ID)
		})
	}
	wait := listenAgain
	if err == nil && !ok || errors.Is(err, ErrRefused) {
		wait = listenLater
	} else if err != nil && ctx.Err() == nil {
		d.Log.Debug("listen to printer", "printer", p.ID, "error", err)
	}
	d.ears.change(p.ID, func(e *ear) { e.running, e.hears, e.next = false, false, d.DB.Now().Add(wait) })
}

// lookAgain asks a printer for its state now.
func (d *Desk) lookAgain(ctx context.Context, id PrinterID) {
	var p PrinterRecord
	err := d.DB.InTx(ctx, db.System("watch"), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = printerByID(ctx, tx, id)
		return err
	})
	if err == nil {
		d.glance(ctx, p)
	}
}
