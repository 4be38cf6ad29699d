// Package simulate is a virtual IPP Everywhere printer for demonstrations and
// tests. It runs anywhere as an ordinary user and announces itself to nobody.
// It takes PDF documents, prints them one impression at a time at the speed
// given, jams or runs out of paper when told to, and shows what came out on a page
// of its own, the paper tray. It keeps documents in memory only, and only so many.
// Nothing it does depends on who asks: it is a machine in the corner of a room.
package simulate

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Options says what printer to be. Name and Count are required.
type Options struct {
	Name string // printer-name
	Room string // printer-location
	// Model is what it can do; Everyday if it has no name.
	Model Model
	// PerPage is how long one impression takes; one second by default.
	PerPage time.Duration
	// Count is how many pages a PDF document has. An error means that the
	// printer cannot print it.
	Count func(ctx context.Context, document io.Reader) (int, error)
	// Keep is how many ended jobs are kept with their documents; 50 by default.
	Keep int
	// Paper is how many sheets the tray holds when full; 250 by default.
	Paper int
	// MaxDocument is the longest document taken, in bytes; 64 MiB by default.
	MaxDocument int64
	Log         *slog.Logger     // discarded by default
	Now         func() time.Time // time.Now by default
	// Wait takes as long as the printer is busy; by default it sleeps, or
	// returns the context's error when that ends first.
	Wait func(ctx context.Context, d time.Duration) error
}

// Printer is one virtual printer. Its methods may be called at any time from
// anywhere.
type Printer struct {
	o    Options
	uuid string

	mu      sync.Mutex
	wake    chan struct{} // closed and replaced when something changed
	started time.Time     // printer-up-time counts from here
	changed time.Time     // printer-state-change-time
	jobs    []*job        // in the order of their ids
	lastID  int
	sides   int  // printer-impressions-completed
	sheets  int  // printer-media-sheets-completed
	paper   int  // sheets left in the tray
	jammed  bool // media-jam-error
	jamAt   int  // impressions after which to jam; -1 for never
	offline bool // the network cable is out

	identified time.Time // the latest Identify-Printer
}

// New makes a printer with a full tray. It prints once Run runs.
func New(o Options) (*Printer, error) {
	if o.Name == "" || o.Count == nil {
		return nil, errors.New("a virtual printer needs a name and a way to count pages")
	}
	if o.Model.Name == "" {
		o.Model = Everyday
	}
	orDefault(&o.PerPage, time.Second)
	orDefault(&o.Keep, 50)
	orDefault(&o.Paper, 250)
	orDefault(&o.MaxDocument, 64<<20)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = sleep
	}
	now := o.Now()
	return &Printer{
		o: o, uuid: uuid(o.Name, o.Room), wake: make(chan struct{}), started: now, changed: now,
		paper: o.Paper, jamAt: -1,
	}, nil
}

func orDefault[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// uuid is the printer-uuid: the same for the same name and room, so that clients
// know the printer again after a restart.
func uuid(name, room string) string {
	b := sha256.Sum256([]byte(name + "\x00" + room))
	b[6] = b[6]&0x0f | 0x80 // version 8, vendor specific (RFC 9562)
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// upTime is a moment in seconds of printer-up-time, never less than 1.
func (p *Printer) upTime(at time.Time) int {
	return max(1, int(at.Sub(p.started)/time.Second)+1)
}

// change notes that something a client or the page can see is different now, and
// wakes whoever waits for it. The caller holds the lock.
func (p *Printer) change() {
	close(p.wake)
	p.wake = make(chan struct{})
}

// stopReasons is printer-state-reasons, without those of a job. The caller holds
// the lock.
func (p *Printer) stopReasons() []string {
	var reasons []string
	if p.jammed {
		reasons = append(reasons, "media-jam-error")
	}
	if p.paper == 0 {
		reasons = append(reasons, "media-empty-error")
	}
	return reasons
}
