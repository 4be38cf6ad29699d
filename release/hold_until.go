package release

import (
	"context"
	"slices"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// HoldUntil is when a job of a Direct queue may print (RFC 8011 section 5.2.2). The
// zero HoldUntil is at once. On a Hold queue every job waits for its owner.
type HoldUntil struct {
	Name string    // job-hold-until: no-hold or "", indefinite, one of HoldNames, or a time of day in UTC such as 00:30:00, as CUPS has it
	Time time.Time // job-hold-until-time (PWG 5100.7); goes before Name
}

// The values of job-hold-until that need no clock.
const (
	NoHold     = "no-hold"
	Indefinite = "indefinite"
)

// MaxHold is how long after its submission the hold of a job may end. A document is
// not kept for longer by being put off again and again.
const MaxHold = 7 * 24 * time.Hour

var holdTooLong = fault.New(fault.Unsupported, "hold-too-long", "A job can wait for a week at most. Please choose an earlier time.")

// shift is a part of the day, by the school's clock, in which jobs may print: from
// one hour to another, which may be of the next day. The hours are CUPS's.
type shift struct {
	name     string
	from, to int
}

var shifts = []shift{
	{"day-time", 6, 18},
	{"evening", 18, 30},
	{"night", 18, 30},
	{"second-shift", 16, 24},
	{"third-shift", 0, 8},
}

const weekend = "weekend"

// HoldNames are the values of job-hold-until that name a time, in no order.
func HoldNames() []string {
	names := []string{weekend}
	for _, s := range shifts {
		names = append(names, s.name)
	}
	return names
}

// Known says whether the name is one of those above or a time of day.
func (h HoldUntil) Known() bool {
	_, isTime := timeOfDay(h.Name)
	return isTime || h.Name == "" || h.Name == NoHold || h.Name == Indefinite || slices.Contains(HoldNames(), h.Name)
}

// hold is a HoldUntil at a moment.
type hold struct {
	on    bool
	until string    // job-hold-until as it was given; "" when not on
	ends  time.Time // zero for one that only its owner ends
}

// at is what comes of it now, by the school's clock. One that has ended already
// holds nothing.
func (h HoldUntil) at(now time.Time, zone *time.Location) hold {
	ends := h.Time
	switch {
	case h.none():
		return hold{}
	case ends.IsZero() && h.Name == Indefinite:
		return hold{on: true, until: h.Name}
	case ends.IsZero():
		ends = next(h.Name, now, zone)
	}
	if !ends.After(now) {
		return hold{}
	}
	if !h.Time.IsZero() {
		h.Name = ends.UTC().Format(time.TimeOnly)
	}
	return hold{on: true, until: h.Name, ends: ends.UTC()}
}

// next is when jobs held until the name may print: now or later.
func next(name string, now time.Time, zone *time.Location) time.Time {
	if clock, ok := timeOfDay(name); ok {
		u := now.UTC()
		t := time.Date(u.Year(), u.Month(), u.Day(), clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC)
		if t.Before(now) {
			t = t.AddDate(0, 0, 1)
		}
		return t
	}
	l := now.In(zone)
	hour := func(days, h int) time.Time { return time.Date(l.Year(), l.Month(), l.Day()+days, h, 0, 0, 0, zone) }
	if name == weekend {
		if l.Weekday() == time.Sunday {
			return now
		}
		return later(now, hour(int(time.Saturday-l.Weekday()), 0))
	}
	for _, s := range shifts {
		switch {
		case s.name != name:
		case now.Before(hour(-1, s.to)): // still in the one that began yesterday
			return now
		case now.Before(hour(0, s.to)):
			return later(now, hour(0, s.from))
		default:
			return hour(1, s.from)
		}
	}
	return now
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// timeOfDay reads 00:30:00 and 00:30.
func timeOfDay(s string) (time.Time, bool) {
	for _, form := range []string{time.TimeOnly, "15:04"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// check refuses a hold that would end too late.
func (h HoldUntil) check(now time.Time) error {
	if h.Time.After(now.Add(MaxHold)) {
		return holdTooLong
	}
	return nil
}

// expires is when a job goes that would have gone otherwise: its owner has an hour for
// what could not be released when its hold ended.
func (h hold) expires(otherwise time.Time) time.Time { return later(otherwise, h.ends.Add(time.Hour)) }

// on is what comes of it on a queue; nothing on a Hold queue.
func (h HoldUntil) on(q Queue, now time.Time, zone *time.Location) hold {
	if q.Kind == Hold {
		return hold{}
	}
	return h.at(now, zone)
}

// none says whether it holds nothing, whatever the time.
func (h HoldUntil) none() bool { return h.Time.IsZero() && (h.Name == "" || h.Name == NoHold) }

// holdFor is a hold on a queue of a school whose clock has still to be found.
func holdFor(ctx context.Context, tx *db.Tx, q Queue, h HoldUntil) (hold, error) {
	if h.none() || h.Time.IsZero() && h.Name == Indefinite {
		return h.on(q, tx.Now, time.UTC), nil
	}
	sc, err := school.ByID(ctx, tx, q.School)
	if err != nil {
		return hold{}, err
	}
	return h.on(q, tx.Now, sc.Zone), nil
}
