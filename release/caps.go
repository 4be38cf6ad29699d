package release

import (
	"context"
	"sync/atomic"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Caps bound what may wait to be printed, so that nobody takes the room of others. A zero
// stands for the default.
type Caps struct {
	MaxBytes       int64 // of one document; 256 MiB
	MaxHeld        int   // open jobs of one person, or of one shared device; 50
	MaxHeldBytes   int64 // of the documents of one person's open jobs together; 1 GiB
	MaxHourly      int   // jobs of one person in an hour, whatever became of them; 200
	MaxSchoolHeld  int   // open jobs of one school; 50,000
	MaxSchoolBytes int64 // of the documents of one school's open jobs together; 100 GiB
}

func (c Caps) complete() Caps {
	set(&c.MaxBytes, 256<<20)
	set(&c.MaxHeld, 50)
	set(&c.MaxHeldBytes, 1<<30)
	set(&c.MaxHourly, 200)
	set(&c.MaxSchoolHeld, 50_000)
	set(&c.MaxSchoolBytes, 100<<30)
	return c
}

// set gives what was left out its default.
func set[N ~int | ~int64](n *N, byDefault N) {
	if *n == 0 {
		*n = byDefault
	}
}

var (
	tooManyHeld = fault.New(fault.TooMany, "too-many-held", "You have too many jobs waiting. Print or delete some first.")
	tooMuchHeld = fault.New(fault.TooMany, "too-much-held", "What you have waiting is too large for one more. Print or delete some first.")
	tooManySent = fault.New(fault.TooMany, "too-many-sent", "You have sent very many jobs in the last hour. Wait a while, then send again.")
	tooLarge    = fault.New(fault.TooLarge, "document-too-large", "This document is too large to print. Print fewer pages at a time.")
	schoolFull  = fault.New(fault.TooMany, "school-full", "Your school has too much waiting to be printed. Please try again later, and tell IT.")
)

// room refuses a person one more job with a document of so many bytes.
func (c Caps) room(now standing, bytes int64) error {
	switch {
	case now.open >= c.MaxHeld:
		return tooManyHeld
	case now.lately >= c.MaxHourly:
		return tooManySent
	}
	return c.heap(now, bytes)
}

// heap refuses a person that much more.
func (c Caps) heap(now standing, bytes int64) error {
	if now.bytes+bytes > c.MaxHeldBytes {
		return tooMuchHeld
	}
	return nil
}

// held is what the schools have waiting, as it was at the last look: a school may go a
// few seconds' jobs beyond its cap.
type held struct {
	schools atomic.Pointer[map[school.ID]burden]
}

type burden struct {
	jobs  int
	bytes int64
}

func (d *Desk) weigh(ctx context.Context) error {
	return d.DB.Look(ctx, db.System("caps"), func(ctx context.Context, tx *db.Tx) error {
		all, err := waitingBySchool(ctx, tx)
		if err == nil {
			d.held.schools.Store(&all)
		}
		return err
	})
}

// full refuses whoever would add to what a school has too much of.
func (d *Desk) full(id school.ID) error {
	all := d.held.schools.Load()
	if all == nil {
		return nil
	}
	if w := (*all)[id]; w.jobs >= d.MaxSchoolHeld || w.bytes >= d.MaxSchoolBytes {
		return schoolFull
	}
	return nil
}
