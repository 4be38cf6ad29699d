package release

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
)

// A node is one run of the program. It beats by the database's clock; one that
// has not for nodeExpires is gone and its printers are free for another.
const (
	beatEvery   = 1500 * time.Millisecond
	nodeExpires = 5 * time.Second
)

// newNode draws the name of this run: a version 4 UUID.
func newNode() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process first
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Node names this run of the program.
func (d *Desk) Node() string { return d.node }

// succeed enlists this run and strikes off those that have ended. A printer of theirs
// changes hands, so that what of them is still on its way to the database is fenced.
func (d *Desk) succeed(ctx context.Context) error {
	err := d.DB.InTx(ctx, db.System("node"), func(ctx context.Context, tx *db.Tx) error { return deleteNodes(ctx, tx, d.Ended...) })
	if err != nil {
		return err
	}
	return d.enlist(ctx)
}

func (d *Desk) enlist(ctx context.Context) error {
	return d.lease.renew(func() error {
		return d.DB.InTx(ctx, db.System("node"), func(ctx context.Context, tx *db.Tx) error { return beatNode(ctx, tx, d.node) })
	})
}

func (d *Desk) resign(ctx context.Context) error {
	return d.DB.InTx(ctx, db.System("node"), func(ctx context.Context, tx *db.Tx) error { return deleteNodes(ctx, tx, d.node) })
}

func (d *Desk) beat(ctx context.Context) { d.every(ctx, "heartbeat", beatEvery, nil, d.enlist) }

// claim is this node's hold on a printer. Every write of a delivery names its
// epoch; after another node has taken the printer over they touch nothing.
type claim struct {
	printer PrinterRecord
	node    string
	epoch   int64
	term    int // of the lease under which it was last known to be ours
}

// errFenced: another node has the printer now.
var errFenced = errors.New("another node has the printer")

// dispatch keeps one worker for each printer that has deliveries and is, or can
// become, this node's.
func (d *Desk) dispatch(ctx context.Context) {
	sub := d.Hub.Subscribe(events.Deliveries)
	defer sub.Close()
	var workers sync.WaitGroup
	defer workers.Wait()
	busy := newRoster[PrinterID]()
	d.every(ctx, "dispatch", time.Second, sub.C, func(ctx context.Context) error {
		waiting, err := d.waiting(ctx)
		if err != nil {
			return err
		}
		for _, p := range waiting {
			if !busy.enter(p) {
				continue
			}
			workers.Go(func() {
				for again := true; again; again = busy.leaveUnlessAsked(p) {
					if err := d.serve(ctx, p); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, errFenced) {
						d.Log.Error("serve printer", "printer", p, "error", err)
					}
				}
			})
		}
		return nil
	})
}

func (d *Desk) waiting(ctx context.Context) (all []PrinterID, err error) {
	err = d.DB.InTx(ctx, db.System("dispatch"), func(ctx context.Context, tx *db.Tx) error {
		all, err = printersWaiting(ctx, tx)
		return err
	})
	return all, err
}

// serve claims a printer and sees its deliveries through, one at a time and in
// order, until none is due.
func (d *Desk) serve(ctx context.Context, id PrinterID) error {
	c, ok, err := d.claim(ctx, id)
	if err != nil || !ok {
		return err
	}
	printer, noWay := d.Dial(c.printer)
	for ctx.Err() == nil {
		del, job, found, err := d.next(ctx, c)
		if err != nil || !found || del.State == Reserved && d.breakers.open(id, d.DB.Now(), del.Reserved) {
			return err
		}
		if noWay != nil {
			return errors.Join(noWay, d.notDialled(ctx, c, job, del))
		}
		if err := d.deliver(ctx, c, printer, job, del); err != nil {
			return fmt.Errorf("deliver job %d: %w", job.ID, err)
		}
	}
	return ctx.Err()
}

func (d *Desk) claim(ctx context.Context, id PrinterID) (c claim, ok bool, err error) {
	term := d.lease.term()
	err = d.DB.InTx(ctx, db.System("dispatch"), func(ctx context.Context, tx *db.Tx) error {
		c, ok, err = claimPrinter(ctx, tx, id, d.node)
		return err
	})
	c.term = term
	return c, ok, err
}

// next is the printer's first open delivery, if it is due.
func (d *Desk) next(ctx context.Context, c claim) (del Delivery, job Job, found bool, err error) {
	err = d.inSchool(ctx, c.printer.School, func(ctx context.Context, tx *db.Tx) error {
		if del, found, err = firstDelivery(ctx, tx, c.printer.ID); err != nil || !found {
			return err
		}
		del.Repeats = c.printer.Can.repeats(del.Copies)
		job, err = jobByID(ctx, tx, del.Job)
		return err
	})
	return del, job, found, err
}

// roster is who is at work, so that nobody is hired twice.
type roster[K comparable] struct {
	mu sync.Mutex
	in map[K]bool // true: somebody has asked for them since
}

func newRoster[K comparable]() *roster[K] { return &roster[K]{in: map[K]bool{}} }

// enter says whether p was not there yet.
func (r *roster[K]) enter(p K) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, there := r.in[p]; there {
		r.in[p] = true
		return false
	}
	r.in[p] = false
	return true
}

func (r *roster[K]) leave(p K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.in, p)
}

// leaveUnlessAsked takes p off, or says that there is more to do.
func (r *roster[K]) leaveUnlessAsked(p K) (again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.in[p] {
		r.in[p] = false
		return true
	}
	delete(r.in, p)
	return false
}

// all is who is at work now.
func (r *roster[K]) all() []K {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.AppendSeq(make([]K, 0, len(r.in)), maps.Keys(r.in))
}
