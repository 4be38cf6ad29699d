package school

import (
	"context"
	"time"

	"inkwell/internal/db"
)

// closesAt is the hour at which held jobs of the day before go.
const closesAt = 18

// HoldUntil is how long a job submitted at a time is held: until 18:00, by the
// school's clock, of the next school day.
func (s School) HoldUntil(submitted time.Time) time.Time {
	local := submitted.In(s.Zone)
	for day := 1; ; day++ {
		d := time.Date(local.Year(), local.Month(), local.Day()+day, closesAt, 0, 0, 0, s.Zone)
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			return d.UTC()
		}
	}
}

// Closes is when the school closes for the day: at 18:00, or after that at midnight.
func (s School) Closes(at time.Time) time.Time {
	l := at.In(s.Zone)
	if end := time.Date(l.Year(), l.Month(), l.Day(), closesAt, 0, 0, 0, s.Zone); end.After(at) {
		return end.UTC()
	}
	return time.Date(l.Year(), l.Month(), l.Day()+1, 0, 0, 0, 0, s.Zone).UTC()
}

// Day is the school day that a time falls on, as midnight UTC of its date.
func (s School) Day(at time.Time) time.Time {
	l := at.In(s.Zone)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, time.UTC)
}

// Start is when the school's day of that time began.
func (s School) Start(at time.Time) time.Time {
	l := at.In(s.Zone)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, s.Zone).UTC()
}

// ByID finds a school in the transaction's scope.
func ByID(ctx context.Context, tx *db.Tx, id ID) (School, error) { return schoolByID(ctx, tx, id) }
