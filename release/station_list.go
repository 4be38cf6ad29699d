package release

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Stand is a station with the browsers that are paired with it.
type Stand struct {
	ID         StationID
	Slug, Name string
	Kind       StationKind
	Printer    string // its own
	Room       string
	Devices    []Device
	Links      int // by which browsers can still pair themselves
}

// Stands are a school's stations, kiosks first, by name.
func (d *Desk) Stands(ctx context.Context, a school.Actor) (all []Stand, err error) {
	if !a.May(school.ManageFace) {
		return nil, notAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		all, err = Stands(ctx, tx, a.School)
		return err
	})
	return all, err
}

// Stands are the stations of a school in a transaction.
func Stands(ctx context.Context, tx *db.Tx, in school.ID) ([]Stand, error) {
	all, err := stands(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	devices, err := devicesOf(ctx, tx, in, 0)
	if err != nil {
		return nil, err
	}
	for i := range all {
		for _, one := range devices {
			if one.Station == all[i].ID {
				all[i].Devices = append(all[i].Devices, one)
			}
		}
	}
	return all, nil
}
