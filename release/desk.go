package release

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// Options are what a Desk works with. All fields but the durations and limits are
// needed.
type Options struct {
	DB        *db.DB
	Directory *school.Directory
	Hub       *events.Hub
	Spool     *spool.Spool
	Documents *document.Engine
	// Dial makes the client of a printer; it does not connect yet.
	Dial func(PrinterRecord) (Printer, error)
	Log  *slog.Logger
	// Post writes to those who look after printers; nil is nobody.
	Post Post
	// Meter is told of deliveries; nil is nobody.
	Meter Meter

	// Ended are runs that are certainly over, of those that Node named: what they had in
	// hand is free at once, and not only when they have been silent for five seconds.
	Ended []string

	Caps
	Counters int // documents counted at once; 0 means 2

	// How long a stopped printer may take to go on before the rest of a job goes
	// back to its owner; 0 means a minute.
	StopPatience time.Duration
	// How long a printer that was lost in the middle of a job is looked for before
	// the delivery is unclear; 0 means a minute.
	LostPatience time.Duration
	// How often a job at a printer and an idle printer are asked; 0 means 300 ms and 5 s.
	Poll, Watch time.Duration
}

// Desk is the release desk. Its methods are safe for concurrent use; Run keeps
// its work going.
type Desk struct {
	Options
	node    string        // this run of the program, for claims
	lease   lease         // how long others take it for alive
	counted chan struct{} // "look for documents to count"
	edited  chan struct{} // "look for changed documents to make"
	notes   chan note
	taps    chan note // apart, so that nobody's conduct delays what staff see of a station

	claiming sync.Mutex     // held while a job to count is chosen
	inHand   *roster[JobID] // what this run is counting

	listening chan struct{} // who waits for news
	offers    offers
	breakers  breakers
	intake    intake
	ears      ears
	held      held
	queues    recall[string, Queue]
	calendars recall[school.ID, calendar.Calendar]
	queued    recall[QueueID, int]
	pictures  pictures
}

// New makes a Desk.
func New(o Options) *Desk {
	if o.Meter == nil {
		o.Meter = unmetered{}
	}
	set(&o.StopPatience, time.Minute)
	set(&o.LostPatience, time.Minute)
	set(&o.Poll, 300*time.Millisecond)
	set(&o.Watch, 5*time.Second)
	set(&o.Counters, 2)
	o.Caps = o.complete()
	return &Desk{Options: o, node: newNode(), counted: make(chan struct{}, 1), edited: make(chan struct{}, 1), notes: make(chan note, notesWaiting), taps: make(chan note, notesWaiting), inHand: newRoster[JobID](), listening: make(chan struct{}, listeners)}
}

// Run counts, dispatches, expires and shreds until ctx ends, and returns once all
// of it has stopped. What a printer has by then stays there and is found again at
// the next start.
func (d *Desk) Run(ctx context.Context) error {
	if err := d.succeed(ctx); err != nil {
		return err
	}
	var all sync.WaitGroup
	start := func(name string, work func(context.Context)) {
		all.Go(func() {
			work(ctx)
			d.Log.Debug("stopped", "work", name)
		})
	}
	start("heartbeat", d.beat)
	start("dispatch", d.dispatch)
	start("watch", d.watch)
	start("offers", d.refreshOffers)
	start("mail", func(ctx context.Context) { d.every(ctx, "mail", 15*time.Second, nil, d.MailFaults) })
	start("counters", func(ctx context.Context) { d.every(ctx, "read counters", time.Minute, nil, d.CountPrinters) })
	start("sweep", d.sweep)
	start("notes", func(ctx context.Context) { d.takeNotes(ctx, d.notes, d.keepNote) })
	start("taps", func(ctx context.Context) { d.takeNotes(ctx, d.taps, d.keepTap) })
	start("caps", func(ctx context.Context) { d.every(ctx, "weigh what waits", d.Watch, nil, d.weigh) })
	start("changes", func(ctx context.Context) {
		d.every(ctx, "make changed documents", 5*time.Second, d.edited, d.makeDocuments)
	})
	start("intake", func(ctx context.Context) { d.every(ctx, "watch intake", time.Second, nil, d.intake.tick) })
	for range d.Counters {
		start("count", d.count)
	}
	all.Wait()
	if err := d.resign(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return nil
}

// inSchool runs a transaction in the scope of a school.
func (d *Desk) inSchool(ctx context.Context, id school.ID, fn func(context.Context, *db.Tx) error) error {
	return d.DB.InTx(ctx, db.InSchool(id), fn)
}

// readSchool runs a read in the scope of a school.
func (d *Desk) readSchool(ctx context.Context, id school.ID, fn func(context.Context, *db.Tx) error) error {
	return d.DB.Look(ctx, db.InSchool(id), fn)
}

// every calls fn at once and then each interval, and when wake is ready, until ctx ends.
// An error is logged and does not end it.
func (d *Desk) every(ctx context.Context, name string, interval time.Duration, wake <-chan struct{}, fn func(context.Context) error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := fn(ctx); err != nil && !errors.Is(err, context.Canceled) {
			d.Log.Error(name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-wake:
		}
	}
}
