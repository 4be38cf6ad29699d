package kiosk

import (
	"time"

	"inkwell/internal/words"
	"inkwell/quota"
)

// tongue says the sentences of a screen in the language and the voice of whoever reads it.
// A new sentence is written in English where it is used, s.Say("Done: {pages}.", "pages", …), and in
// Welsh in internal/words/kiosk/cy.txt; what other rooms have put into English goes through told.
type tongue struct{ words.Tongue }

// pages are so many pages: n is a whole number.
func (t tongue) pages(n any) string { return t.Say("{n} pages", "n", n) }

func (t tongue) jobs(n int) string { return t.Say("{n} jobs", "n", n) }

func (t tongue) sheets(n int) string { return t.Say("{n} sheets", "n", n) }

// amount is so many units of a school's money or paper in words: "7 pages", "£0.35".
func (t tongue) amount(u quota.Unit, units int64) string {
	if u.Counts() && units >= 0 {
		return t.pages(units)
	}
	return u.Say(units)
}

// told is a sentence of another room, made fit to stand in a line of ours.
func (t tongue) told(english string) string { return plain(t.Told(english), reasonLimit) }

// stopped says how far a job had come when its printer stopped.
func (t tongue) stopped(out, of int) string {
	if out == 0 {
		return t.Say("Stopped before the first page")
	}
	return t.Say("Stopped after page {page} of {of}", "page", out, "of", of)
}

// cameOut says how much of a print came out.
func (t tongue) cameOut(out, of int) string {
	return t.Say("{out} of {pages} came out.", "out", out, "pages", t.pages(of))
}

// sent says how long ago a job was sent, in the words of a person.
func (t tongue) sent(now, at time.Time) string {
	at = at.In(now.Location())
	switch d := now.Sub(at); {
	case d < time.Minute:
		return t.Say("just now")
	case d < time.Hour:
		return t.Say("{n} min ago", "n", int(d.Minutes()))
	}
	return t.dayTime(now, at)
}

// kept says until when a held job stays.
func (t tongue) kept(now, until time.Time) string {
	return t.Say("kept until {when}", "when", t.dayTime(now, until))
}

// dayTime names a moment within some days of now in now's time zone, as short as
// it is clear.
func (t tongue) dayTime(now, at time.Time) string {
	at = at.In(now.Location())
	clock := at.Format("15:04")
	switch days := daysBetween(now, at); {
	case days == 0:
		return clock
	case days == 1:
		return t.Say("tomorrow {time}", "time", clock)
	case days == -1:
		return t.Say("yesterday {time}", "time", clock)
	case days > -7 && days < 7:
		return t.Say("{weekday} {time}", "weekday", t.Say(at.Weekday().String()), "time", clock)
	}
	return t.Say("{day} {month}", "day", at.Day(), "month", t.Say(at.Month().String()))
}

// daysBetween counts midnights from a to b, whatever the clocks did between.
func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)).Hours() / 24)
}
