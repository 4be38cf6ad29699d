package release

import (
	"context"

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
		d.later(note{school: st.School, kind: tapKnown, station: st.ID})
	case fault.KindOf(err) == fault.Unauthenticated:
		d.later(note{school: st.School, kind: tapUnknown, station: st.ID})
	}
}

// keepTap counts it in its minute, and forgets the minutes of more than an hour ago.
func (d *Desk) keepTap(ctx context.Context, tx *db.Tx, n note) error {
	if err := addTap(ctx, tx, n); err != nil {
		return err
	}
	return d.Hub.Touch(ctx, tx, n.school, events.Station(int32(n.station)))
}
