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

// learn asks a printer what it can do, if that is due: it was never asked, is back
// at work, has another printer-config-change-time, or its last answer is old. One
// that does not answer is left alone until the next time and keeps what it had.
func (d *Desk) learn(ctx context.Context, p PrinterRecord, client Printer, st Status, back bool) error {
	var last lastAsked
	due := false
	err := d.inSchool(ctx, p.School, func(ctx context.Context, tx *db.Tx) (err error) {
		last, err = capabilitiesAsked(ctx, tx, p.ID)
		due = back || last.at.IsZero() || last.config != max(0, st.Config) || tx.Now.Sub(last.at) >= askAgain
		return err
	})
	if err != nil || !due {
		return err
	}
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
	err = d.inSchool(context.WithoutCancel(ctx), p.School, func(ctx context.Context, tx *db.Tx) error {
		changed := !can.Same(last.can)
		if err := updateCapabilities(ctx, tx, p.ID, can, st.Config, changed); err != nil || !changed {
			return err
		}
		return d.Hub.Touch(ctx, tx, p.School, events.Printers, events.Printer(int32(p.ID)))
	})
	return errors.Join(failed, err)
}
