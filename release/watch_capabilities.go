package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
)

// askAgain is how long a printer's answer about what it can do is good for. Paper
// is put into trays by hand, and not every printer notes that as a change.
const askAgain = 5 * time.Minute

// askSoon is how long one that notes changes is left alone: some note one at every
// look.
const askSoon = 15 * time.Second

// due says whether a printer is to be asked what it can do: it was never asked, is
// back at work, has another printer-config-change-time, or its last answer is old.
func (l lastAsked) due(st Status, was PrinterState, now time.Time) bool {
	stood := was == PrinterStopped || was == PrinterUnreachable
	age := now.Sub(l.at)
	return l.at.IsZero() || stood && st.State != was || l.config != max(0, st.Config) && age >= askSoon || age >= askAgain
}

// learn asks a printer what it can do. One that does not answer is left alone until
// the next time and keeps what it had.
func (d *Desk) learn(ctx context.Context, p PrinterRecord, client Printer, st Status, last lastAsked) error {
	can, failed := client.Capabilities(ctx)
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	if failed == nil {
		can.Asked = true
		can = can.Cleaned()
	} else {
		can, failed = last.can, fmt.Errorf("ask what it can do: %w", failed)
	}
	err := d.inSchool(context.WithoutCancel(ctx), p.School, func(ctx context.Context, tx *db.Tx) error {
		changed := !can.Same(last.can)
		if err := updateCapabilities(ctx, tx, p.ID, can, st.Config, changed); err != nil || !changed {
			return err
		}
		return d.Hub.Touch(ctx, tx, p.School, events.Printers, events.Printer(int32(p.ID)))
	})
	return errors.Join(failed, err)
}
