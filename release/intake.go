package release

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/crash"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/quota/conduct"
	"inkwell/release/document"
	"inkwell/release/spool"
)

// arrival is a job whose document is safe in the spool and whose row is not written
// yet. Job and err are what came of it, once done is closed.
type arrival struct {
	Submission
	format document.Format
	doc    spool.Document
	job    Job
	err    error
	done   chan struct{}
}

// intake is where arrivals wait to be written. Those of one school that come while
// one transaction is being written go into the next one together: a transaction
// costs much the same for one job as for ten, and all of them wait for the disk.
type intake struct {
	mu      sync.Mutex
	waiting map[school.ID][]*arrival // an entry while somebody writes for the school

	entered, before atomic.Int64 // jobs of this second, and of the one before
}

// tick begins another second.
func (i *intake) tick(context.Context) error {
	i.before.Store(i.entered.Swap(0))
	return nil
}

// flooded says whether jobs come in so fast that other work should wait.
func (i *intake) flooded() bool { return max(i.entered.Load(), i.before.Load()) > flood }

// mostTogether bounds what one transaction takes in.
const mostTogether = 64

// write puts the row of an arrival into the database, with those of others that
// arrive just now. It does not end with ctx: whoever is in a transaction with others
// stays until its end.
func (d *Desk) write(ctx context.Context, a *arrival) (Job, error) {
	a.done = make(chan struct{})
	id := a.Queue.School
	d.intake.mu.Lock()
	if d.intake.waiting == nil {
		d.intake.waiting = map[school.ID][]*arrival{}
	}
	before, busy := d.intake.waiting[id]
	d.intake.waiting[id] = append(before, a)
	d.intake.mu.Unlock()
	if !busy {
		go d.writeWaiting(context.WithoutCancel(ctx), id)
	}
	<-a.done
	return a.job, a.err
}

// writeWaiting writes for a school until nobody waits.
func (d *Desk) writeWaiting(ctx context.Context, id school.ID) {
	for {
		d.intake.mu.Lock()
		all := d.intake.waiting[id]
		if len(all) == 0 {
			delete(d.intake.waiting, id)
			d.intake.mu.Unlock()
			return
		}
		n := min(len(all), mostTogether)
		d.intake.waiting[id] = append([]*arrival{}, all[n:]...)
		d.intake.mu.Unlock()
		d.writeSome(ctx, id, all[:n])
	}
}

// writeWithin is how long arrivals wait for a database that says nothing.
const writeWithin = 30 * time.Second

// writeSome writes arrivals within a time. A panic of ours fails them and nobody
// else, as one in a request does.
func (d *Desk) writeSome(ctx context.Context, id school.ID, all []*arrival) {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("write jobs", "school", id, "panic", p, "stack", string(debug.Stack()))
			finish(all, errors.New("write jobs: a panic"))
		}
	}()
	d.writeTogether(ctx, id, all)
}

// finish tells those who still wait what came of their arrivals.
func finish(all []*arrival, err error) {
	for _, a := range all {
		select {
		case <-a.done: // told already, before a panic
			continue
		default:
		}
		if err != nil {
			a.job, a.err = Job{}, err
		}
		close(a.done)
	}
}

// writeTogether writes arrivals in one transaction. If that is refused, each is
// tried by itself, so that it fails for its own reasons alone; not if the database
// was lost: then all may have been written.
func (d *Desk) writeTogether(ctx context.Context, id school.ID, all []*arrival) {
	err := d.inSchool(ctx, id, func(ctx context.Context, tx *db.Tx) error { return d.enter(ctx, tx, id, all) })
	if err != nil && len(all) > 1 && fault.KindOf(err) != fault.Unavailable {
		for i := range all {
			d.writeTogether(ctx, id, all[i:i+1])
		}
		return
	}
	crash.At("job-committed")
	d.intake.entered.Add(int64(len(all)))
	finish(all, err)
}

// enter writes the rows of the arrivals whose senders may submit one more job, and
// refuses the others.
func (d *Desk) enter(ctx context.Context, tx *db.Tx, id school.ID, all []*arrival) error {
	times, err := d.calendar(ctx, tx, id)
	if err != nil {
		return err
	}
	welcome, err := d.welcome(ctx, tx, all)
	if err != nil || len(welcome) == 0 {
		return err
	}
	for _, a := range welcome {
		a.held = a.Hold.on(a.Queue, tx.Now, times.Zone)
	}
	entered, err := insertArrivals(ctx, tx, welcome, times.HoldUntil(tx.Now))
	if err != nil {
		return err
	}
	var acts []audit.Entry
	var topics []string
	for i, a := range welcome {
		met := a.job.Obstacles
		a.job = entered[i]
		a.job.Obstacles = met
		acts = append(acts, submitted(a.job))
		topics = append(topics, events.Person(int64(a.job.Person)))
	}
	conduct.NoteTitles(tx, id, false, column(entered, func(j Job) int32 { return int32(j.ID) })...)
	if err := subscribeAll(ctx, tx, welcome); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, acts...); err != nil {
		return err
	}
	crash.At("job-written")
	tx.AfterCommit(d.wakeCounters)
	return d.Hub.Touch(ctx, tx, id, topics...)
}

// subscribeAll makes the subscriptions that came with jobs. Each takes a lock of its
// person's, so they go by ascending person, as everywhere.
func subscribeAll(ctx context.Context, tx *db.Tx, all []*arrival) (err error) {
	byPerson := func(a, b *arrival) int { return cmp.Compare(a.Actor.Person, b.Actor.Person) }
	for _, a := range slices.SortedStableFunc(slices.Values(all), byPerson) {
		if a.job.Subscriptions, err = subscribe(ctx, tx, a.Actor, a.Queue, a.job.ID, a.Submission.Subscriptions); err != nil {
			return err
		}
	}
	return nil
}

// welcome are the arrivals of people who may submit one more job to their queue.
func (d *Desk) welcome(ctx context.Context, tx *db.Tx, all []*arrival) (welcome []*arrival, err error) {
	who, err := d.consult(ctx, tx, column(all, func(a *arrival) *Submission { return &a.Submission }))
	if err != nil {
		return nil, err
	}
	people := column(all, func(a *arrival) school.PersonID { return a.Actor.Person })
	now, err := standings(ctx, tx, all[0].Queue.School, people)
	if err != nil {
		return nil, err
	}
	devices := map[sharedDevice]standing{}
	for _, a := range all {
		vouched, device := a.Actor.Proof == school.ByVouch, sharedDevice{a.Actor.Group, a.Actor.Device}
		sender, known := devices[device]
		switch {
		case !vouched:
			sender = now[a.Actor.Person]
		case !known:
			if sender, err = standingOfDevice(ctx, tx, a.Actor); err != nil {
				return nil, err
			}
		}
		a.job = Job{} // a transaction may be tried again
		if a.err = a.settle(who[a.Actor.Person]); a.err != nil {
			continue
		}
		if a.job.Obstacles, a.err = d.judge(sender, a.Submission, a.doc.Size); a.err != nil {
			continue
		}
		sender.open, sender.bytes, sender.lately = sender.open+1, sender.bytes+a.doc.Size, sender.lately+1
		if vouched {
			devices[device] = sender
		} else {
			now[a.Actor.Person] = sender
		}
		welcome = append(welcome, a)
	}
	return welcome, nil
}

// sharedDevice is one of the devices of a group.
type sharedDevice struct {
	group   school.GroupID
	address netip.Addr
}

// submitted is the act of handing a job in.
func submitted(j Job) audit.Entry {
	return audit.Entry{School: j.School, Act: "job-submitted", Subject: j.owner, Object: object(j.ID),
		Facts: map[string]any{"proof": j.Proof, "bytes": j.Bytes, "queue": j.Queue}}
}
