package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
)

// The notes of somebody who came to a station. Neither says who.
const (
	tapKnown   = "tap"
	tapUnknown = "tap-unknown"
)

// noteTap counts that somebody came to a station, or tried to. What failed by our own fault counts
// for nothing.
func (d *Desk) noteTap(st Station, err error) {
	switch {
	case err == nil:
		note{school: st.School, kind: tapKnown, station: st.ID}.wait(d.taps)
	case fault.KindOf(err) == fault.Unauthenticated:
		note{school: st.School, kind: tapUnknown, station: st.ID}.wait(d.taps)
	}
}

// keepTap counts it in its minute.
func (d *Desk) keepTap(ctx context.Context, n note) error {
	return d.inSchool(ctx, n.school, func(ctx context.Context, tx *db.Tx) error {
		if err := addTap(ctx, tx, n); err != nil {
			return err
		}
		return d.Hub.Touch(ctx, tx, n.school, events.Station(int32(n.station)))
	})
}

// tapsKept is how long it is known how many came to a station in a minute.
const tapsKept = time.Hour

// tidyTaps forgets the minutes of more than an hour ago.
func (d *Desk) tidyTaps(ctx context.Context) error {
	return d.DB.InTx(ctx, db.System("taps"), deleteOldTaps)
}
