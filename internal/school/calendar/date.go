package calendar

import (
	"fmt"
	"time"
)

// Date is a day without a zone: days since 1 January 1970. Dates are added and
// compared as numbers, whatever clocks do meanwhile.
type Date int32

// DateOf is the day that a time falls on, in the time's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return NewDate(y, m, d)
}

// NewDate is a day of a year; a day or month out of range goes over into the next.
func NewDate(y int, m time.Month, d int) Date {
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400) // #nosec G115 -- years of four digits
}

// ParseDate reads 2026-09-01, of the years 1970 to 2199.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2199 {
		return 0, fmt.Errorf("%q is no day such as 2026-09-01", s)
	}
	return DateOf(t), nil
}

// Time is midnight UTC of the day, as databases and formats take it.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// String writes 2026-09-01.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// UnmarshalText reads what String writes.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

// Clock is a time of day: minutes since midnight, 0 to 1440.
type Clock int16

// ParseClock reads 8:50 and 08:50, 00:00 to 24:00, and the seconds that a database
// adds if there are none.
func ParseClock(s string) (Clock, error) {
	if s == "24:00" || s == "24:00:00" {
		return 24 * 60, nil
	}
	for _, form := range []string{"15:04", time.TimeOnly} {
		if t, err := time.Parse(form, s); err == nil && t.Second() == 0 {
			return Clock(t.Hour()*60 + t.Minute()), nil // #nosec G115 -- below 1440
		}
	}
	return 0, fmt.Errorf("%q is no time of day such as 08:50", s)
}

// String writes 08:50.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

// UnmarshalText reads what ParseClock reads.
func (c *Clock) UnmarshalText(text []byte) (err error) {
	*c, err = ParseClock(string(text))
	return err
}

// instant is when a clock of the zone shows c on the day: the first time where it
// does twice, and the moment of the change where it never does. time.Date promises neither.
func (d Date) instant(c Clock, zone *time.Location) time.Time {
	y, m, day := d.Time().Date()
	t := time.Date(y, m, day, 0, int(c), 0, 0, zone)
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	wanted := d.Time().Add(time.Duration(c) * time.Minute)
	from, to := t.ZoneBounds()
	switch {
	case shown.Before(wanted): // skipped, and t is before the change, or ...
		return to
	case shown.After(wanted): // ... behind it
		return from
	case from.IsZero():
		return t
	}
	_, now := t.Zone()
	_, before := from.Add(-time.Second).Zone()
	if first := t.Add(time.Duration(now-before) * time.Second); first.Before(from) && before > now {
		return first
	}
	return t
}
