package release

import (
	"context"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// Tried is what a year group's prints cost, and what they would have by another tariff.
type Tried struct {
	Year   int // school.NoYear for everybody without one: staff, guests
	Prints int
	Pages  int // that came out
	Cost   int64
	Would  int64
}

// TryTariff works out what the prints that ended within a time would have cost, by year group.
// A school's rules and what somebody had left are not asked again.
func TryTariff(ctx context.Context, tx *db.Tx, id school.ID, t quota.Tariff, from, until time.Time) ([]Tried, error) {
	all := map[int]*Tried{}
	err := settledWithin(ctx, tx, id, from, until, func(year int, d Delivery) {
		if all[year] == nil {
			all[year] = &Tried{Year: year}
		}
		sum := all[year]
		sum.Prints++
		sum.Pages += d.Printed
		sum.Cost += d.Charged
		sum.Would += quota.Share(t.Price(d.Work, d.Group).Units, min(d.Printed, d.Impressions), d.Impressions)
	})
	var years []Tried
	for y := school.NoYear; y <= 14; y++ {
		if all[y] != nil {
			years = append(years, *all[y])
		}
	}
	return years, err
}

// TryJob is why a job would cost what it does by a tariff at a group's printers, each as it is
// asked for ("job-unknown").
func (d *Desk) TryJob(ctx context.Context, tx *db.Tx, id JobID, t quota.Tariff, g quota.GroupID) (quota.Price, error) {
	job, err := jobByID(ctx, tx, id)
	if err == nil && job.Pages == 0 {
		err = notReady
	}
	if err != nil {
		return quota.Price{}, err
	}
	job.Printed = 0
	return t.Price(job.workAt(PrinterRecord{}), g), nil
}
