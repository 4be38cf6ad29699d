package release

import (
	"context"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

var deviceMissing = fault.New(fault.NotFound, "device-missing", "There is no such screen. It may have been unpaired already.")

// EndDevice ends the pairing of one browser of a school, at once and everywhere; its page forgets its
// key when it comes back. A link that it came by is ended too, or it would come back by that
// ("device-missing"). Whoever calls has to know that by may do it.
func (d *Desk) EndDevice(ctx context.Context, in school.ID, by school.Pseudonym, id DeviceID) (slug string, err error) {
	err = d.inSchool(ctx, in, func(ctx context.Context, tx *db.Tx) error {
		one, err := deviceByID(ctx, tx, in, id)
		if err != nil {
			return err
		}
		slug = one.Slug
		if err := endLinkOf(ctx, tx, id); err != nil {
			return err
		}
		return d.endDevices(ctx, tx, by, endOne, id)
	})
	return slug, err
}

// RetireStation ends all browsers and links of a station, and says how many browsers there were. The
// station stays, to be paired anew.
func (d *Desk) RetireStation(ctx context.Context, in school.ID, by school.Pseudonym, slug string) (n int, err error) {
	err = d.inSchool(ctx, in, func(ctx context.Context, tx *db.Tx) error {
		st, err := stationOf(ctx, tx, in, slug)
		if err != nil {
			return err
		}
		if err := endLinks(ctx, tx, st.ID); err != nil {
			return err
		}
		all, err := devicesOf(ctx, tx, in, st.ID)
		if err != nil {
			return err
		}
		n = len(all)
		if err := audit.Record(ctx, tx, audit.Entry{School: in, Act: "station-retired", Actor: by, Object: "station:" + slug}); err != nil {
			return err
		}
		return d.endDevices(ctx, tx, by, endOthers, st.ID)
	})
	return n, err
}

// endDevices ends what a statement finds, and has their pages closed.
func (d *Desk) endDevices(ctx context.Context, tx *db.Tx, by school.Pseudonym, which endWhich, of any) error {
	ended, err := updateUnpaired(ctx, tx, which, of)
	if err != nil {
		return err
	}
	for _, one := range ended {
		e := audit.Entry{School: one.School, Act: "device-ended", Actor: by, Object: "station:" + one.Slug, Facts: map[string]any{"device": one.ID}}
		if err := audit.Record(ctx, tx, e); err != nil {
			return err
		}
		if err := d.Hub.Touch(ctx, tx, one.School, one.Key.Thumb().Topic()); err != nil {
			return err
		}
	}
	return nil
}
