package release

import (
	"context"
	"errors"
	"sync"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

// LifeCounter is a Printer that tells what it has counted in its life.
type LifeCounter interface {
	// Counts asks for it; Impressions is -1 of one that keeps no counter.
	Counts(ctx context.Context) (Counts, error)
}

// Counts is what a printer has counted in its life.
type Counts struct {
	Impressions int64  // printer-impressions-completed, or prtMarkerLifeCount; -1: it has no counter
	Source      string // ipp or snmp
	Device      string // printer-uuid or serial number; "" when it does not say
}

// Night is one reading of a printer's counter.
type Night struct {
	Day         calendar.Date // the school's day that had ended
	Read        time.Time
	Counter     int64 // impressions in its life; -1: it has none
	Source      string
	Device      string
	Ours        int64  // impressions of our deliveries since the reading before
	Unaccounted int64  // what it counted beyond them; -1: it cannot be said
	Note        string // keyword why not, or ""
}

// The reasons why unaccounted pages cannot be said.
const (
	firstReading = "first"         // there is nothing before it
	noCounter    = "no-counter"    // the printer keeps none
	otherDevice  = "replaced"      // another machine answers at the address
	otherCounter = "other-counter" // by IPP now and by SNMP before, or the other way
	resetCounter = "reset"         // it counts less than before
	nonsense     = "nonsense"      // more than a printer can print in the time
)

// fastest is how many impressions a minute are believed.
const fastest = 400

// judge says what a reading means beside the one before, which is zero where there is none.
func (n Night) judge(before Night) Night {
	n.Unaccounted = -1
	grown := n.Counter - before.Counter
	switch {
	case n.Counter < 0:
		n.Note = noCounter
	case before.Read.IsZero():
		n.Note = firstReading
	case n.Device != "" && before.Device != "" && n.Device != before.Device:
		n.Note = otherDevice
	case n.Source != before.Source:
		n.Note = otherCounter
	case grown < 0:
		n.Note = resetCounter
	case grown > int64(n.Read.Sub(before.Read)/time.Minute+1)*fastest:
		n.Note = nonsense
	default:
		n.Unaccounted = max(0, grown-n.Ours)
	}
	return n
}

// askCounter is how long one printer may take to tell its counter, and countAtOnce how many
// are asked in one moment.
const (
	askCounter  = 15 * time.Second
	countAtOnce = 8
)

// CountPrinters reads the counters of the printers whose night it is: from two o'clock on by
// the school's clock, once for each day, when nothing of ours is on its way. One that is off
// is read when it is back.
func (d *Desk) CountPrinters(ctx context.Context) error {
	var due []dueCount
	err := d.DB.InTx(ctx, db.System("counters"), func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = countsDue(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	var asking sync.WaitGroup
	room := make(chan struct{}, countAtOnce)
	for _, p := range due {
		room <- struct{}{}
		asking.Go(func() {
			defer func() { <-room }()
			if err := d.countPrinter(ctx, p); err != nil && ctx.Err() == nil {
				d.Log.Warn("read counter", "printer", p.printer.ID, "error", err)
			}
		})
	}
	asking.Wait()
	return nil
}

// dueCount is a printer to read, and the day that has ended.
type dueCount struct {
	printer PrinterRecord
	day     calendar.Date
}

func (d *Desk) countPrinter(ctx context.Context, p dueCount) error {
	client, err := d.Dial(p.printer)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askCounter)
	defer cancel()
	counts := Counts{Impressions: -1}
	if asked, ok := client.(LifeCounter); ok {
		if counts, err = asked.Counts(ctx); err != nil {
			return err
		}
	}
	err = d.inSchool(ctx, p.printer.School, func(ctx context.Context, tx *db.Tx) error {
		busy, err := lockPrinter(ctx, tx, p.printer.ID)
		if err != nil || busy {
			return err
		}
		return keepNight(ctx, tx, p, counts.cleaned())
	})
	if errors.Is(err, errCounted) {
		return nil
	}
	return err
}

// cleaned leaves out what no honest printer says.
func (c Counts) cleaned() Counts {
	if c.Source != "ipp" && c.Source != "snmp" || c.Impressions < 0 {
		return Counts{Impressions: -1}
	}
	if s, ok := (Supply{Type: "x", Name: c.Device}).cleaned(); ok {
		c.Device = s.Name
	}
	return c
}

func keepNight(ctx context.Context, tx *db.Tx, p dueCount, c Counts) error {
	before, err := lastCounted(ctx, tx, p.printer.ID)
	if err != nil {
		return err
	}
	now := Night{Day: p.day, Read: tx.Now, Counter: c.Impressions, Source: c.Source, Device: c.Device}
	if !before.Read.IsZero() {
		if now.Ours, err = oursBetween(ctx, tx, p.printer.ID, before.Read, tx.Now); err != nil {
			return err
		}
	}
	return insertNight(ctx, tx, p.printer, now.judge(before))
}
