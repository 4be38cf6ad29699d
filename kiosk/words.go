package kiosk

import (
	"fmt"
	"time"
)

func pages[N int | int64](n N) string { return counted(int64(n), "page") }

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// stopped says how far a job had come when its printer stopped.
func stopped(out, of int) string {
	if out == 0 {
		return "Stopped before the first page"
	}
	return fmt.Sprintf("Stopped after page %d of %d", out, of)
}

// sent says how long ago a job was sent, in the words of a person.
func sent(now, at time.Time) string {
	at = at.In(now.Location())
	switch d := now.Sub(at); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	}
	return dayTime(now, at)
}

// kept says until when a held job stays.
func kept(now, until time.Time) string { return "kept until " + dayTime(now, until) }

// dayTime names a moment within some days of now in now's time zone, as short as
// it is clear.
func dayTime(now, at time.Time) string {
	at = at.In(now.Location())
	switch days := daysBetween(now, at); {
	case days == 0:
		return at.Format("15:04")
	case days == 1:
		return "tomorrow " + at.Format("15:04")
	case days == -1:
		return "yesterday " + at.Format("15:04")
	case days > -7 && days < 7:
		return at.Format("Monday 15:04")
	}
	return at.Format("2 January")
}

// daysBetween counts midnights from a to b, whatever the clocks did between.
func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)).Hours() / 24)
}
