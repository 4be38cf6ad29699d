package release

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// calendar is the school's time, which says how long its jobs are held. What another
// node has changed of it is seen a second later.
func (d *Desk) calendar(ctx context.Context, tx *db.Tx, id school.ID) (calendar.Calendar, error) {
	if c, known := d.calendars.find(id, tx.Now); known {
		return c, nil
	}
	c, err := school.CalendarOf(ctx, tx, id)
	if err == nil {
		d.calendars.keep(id, c, tx.Now)
	}
	return c, err
}

// Extension is what a change of the calendar means to what is held.
type Extension struct {
	Jobs  int       // that are kept for longer
	Until time.Time // the longest of them; zero for none
}

// Extend keeps held jobs of a school as long as its calendar, as tx has changed it,
// says now: a closure announced extends what waits. Nothing is kept for less long than
// its owner was told. It locks the jobs, in ascending order.
func (d *Desk) Extend(ctx context.Context, tx *db.Tx, id school.ID) (Extension, error) {
	c, err := school.CalendarOf(ctx, tx, id)
	if err != nil {
		return Extension{}, err
	}
	longer, err := outlasting(ctx, tx, id, c, true)
	if err != nil || len(longer) == 0 {
		return Extension{}, err
	}
	owners, err := updateExpiries(ctx, tx, longer)
	if err != nil {
		return Extension{}, fmt.Errorf("extend held jobs: %w", err)
	}
	tx.AfterCommit(d.calendars.forget)
	topics := make([]string, len(owners))
	for i, p := range owners {
		topics[i] = events.Person(int64(p))
	}
	if err := d.Hub.Touch(ctx, tx, id, topics...); err != nil {
		return Extension{}, err
	}
	e := extensionOf(longer)
	return e, audit.Record(ctx, tx, audit.Entry{School: id, Act: "holds-extended", Facts: map[string]any{"jobs": e.Jobs, "until": e.Until}})
}

// WouldExtend is what Extend would do if the calendar were c.
func (d *Desk) WouldExtend(ctx context.Context, tx *db.Tx, id school.ID, c calendar.Calendar) (Extension, error) {
	longer, err := outlasting(ctx, tx, id, c, false)
	return extensionOf(longer), err
}

// expiry is until when a job is kept.
type expiry struct {
	job      JobID
	received time.Time
	until    time.Time
}

// outlasting are the jobs that wait and that the calendar keeps longer than their rows
// say, with the new time, by ascending number.
func outlasting(ctx context.Context, tx *db.Tx, id school.ID, c calendar.Calendar, lock bool) (longer []expiry, err error) {
	all, err := expiries(ctx, tx, id, lock)
	if err != nil {
		return nil, fmt.Errorf("read held jobs: %w", err)
	}
	for _, e := range all {
		if until := c.HoldUntil(e.received); until.After(e.until) {
			e.until = until
			longer = append(longer, e)
		}
	}
	return longer, nil
}

func extensionOf(longer []expiry) (e Extension) {
	for _, x := range longer {
		e.Jobs++
		e.Until = later(e.Until, x.until)
	}
	return e
}

// keepsOn says whether a job whose time is up has more of it by the calendar of this
// moment, which may have changed while the job came in; if so it gets it.
func (d *Desk) keepsOn(ctx context.Context, tx *db.Tx, job Job) (bool, error) {
	if job.Received.IsZero() {
		return false, nil
	}
	c, err := school.CalendarOf(ctx, tx, job.School)
	if err != nil {
		return false, err
	}
	until := c.HoldUntil(job.Received)
	if !until.After(tx.Now) {
		return false, nil
	}
	if _, err := updateExpiries(ctx, tx, []expiry{{job: job.ID, until: until}}); err != nil {
		return false, err
	}
	return true, d.Hub.Touch(ctx, tx, job.School, events.Person(int64(job.Person)))
}
