package release

import (
	"context"
	"slices"
	"sync"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
)

// watch keeps each printer's state as its stations show it. Printers that tell of changes by
// themselves are asked more seldom.
func (d *Desk) watch(ctx context.Context) {
	defer d.ears.all.Wait()
	d.every(ctx, "watch printers", d.Watch, nil, func(ctx context.Context) error {
		var all []PrinterRecord
		err := d.DB.InTx(ctx, db.System("watch"), func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = printers(ctx, tx, 0)
			return err
		})
		if err != nil {
			return err
		}
		var asking sync.WaitGroup
		for _, p := range all {
			ask, begin := d.ears.due(p, d.DB.Now())
			if ask {
				asking.Go(func() { d.glance(ctx, p) })
			}
			if begin {
				d.ears.all.Go(func() { d.listen(ctx, p) })
			}
		}
		asking.Wait()
		return nil
	})
}

// glance asks one printer for its state; one that crawls costs the others nothing
// but this round's end.
func (d *Desk) glance(ctx context.Context, p PrinterRecord) {
	ctx, cancel := context.WithTimeout(ctx, max(d.Watch, 2*time.Second))
	defer cancel()
	client, err := d.Dial(p)
	if err == nil {
		err = d.look(ctx, p, client)
	}
	if err != nil && ctx.Err() == nil {
		d.Log.Warn("watch printer", "printer", p.ID, "error", err)
	}
}

// look asks a printer for its state and tells its stations when it has changed.
func (d *Desk) look(ctx context.Context, p PrinterRecord, client Printer) error {
	st, err := client.Status(ctx)
	return d.saw(ctx, p, client, st, err)
}

// saw keeps what a printer has answered about its state, or that it did not.
func (d *Desk) saw(ctx context.Context, p PrinterRecord, client Printer, st Status, err error) error {
	silent := err != nil
	switch {
	case silent:
		st = Status{State: PrinterUnreachable, Reasons: refusal(err)}
	case !st.Accepting && st.State != PrinterStopped:
		st.State, st.Reasons = PrinterStopped, append(st.Reasons, "paused")
	case st.stands():
		st.State = PrinterStopped
	}
	changed := st.State != p.State || !slices.Equal(st.Reasons, p.Reasons)
	var last lastAsked
	due := false
	err = d.inSchool(context.WithoutCancel(ctx), p.School, func(ctx context.Context, tx *db.Tx) error {
		if err := updatePrinterState(ctx, tx, p.ID, st); err != nil {
			return err
		}
		if err := updateAlerts(ctx, tx, p, st); err != nil {
			return err
		}
		if changed {
			if err := d.Hub.Touch(ctx, tx, p.School, events.Printer(int32(p.ID))); err != nil {
				return err
			}
		}
		if silent {
			return nil
		}
		var err error
		last, err = capabilitiesAsked(ctx, tx, p.ID)
		due = last.due(st, p.State, tx.Now)
		return err
	})
	if err != nil || !due {
		return err
	}
	return d.learn(ctx, p, client, st, last)
}
