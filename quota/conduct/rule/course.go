package rule

import (
	"slices"
	"time"

	"inkwell/internal/school/calendar"
)

// Course is one person's way along a ladder: what the marks so far have brought. The zero
// value is that of somebody who has none.
type Course struct {
	marks    []Mark
	standing int       // the rung that still stands
	until    time.Time // that long
}

// Taken is a step that a flag brought.
type Taken struct {
	Rung   int // from 1
	Action Action
	Points int
	At     time.Time
	Ends   time.Time
	Held   bool // the points reach further than the flag's route may climb: a person decides
}

// Take counts a flag and says which step it brings, if any: Rung is 0 where none is taken.
// Flags come in the order of time.
func (c *Course) Take(l Ladder, days calendar.Calendar, f Flag) Taken {
	if f.Route != Automatic && f.Route != Notice {
		return Taken{}
	}
	if !f.At.Before(c.until) {
		c.standing = 0
	}
	c.marks = slices.DeleteFunc(c.marks, func(m Mark) bool { return !m.Decays.After(f.At) })
	c.marks = append(c.marks, Mark{Raised: f.At, Decays: f.Decays, Weight: f.Weight})
	points := Points(c.marks, f.At)
	rung, held := l.Step(points, f.Route, c.standing)
	if rung == 0 {
		return Taken{Points: points, At: f.At, Held: held}
	}
	r := l.Rungs[rung-1]
	t := Taken{Rung: rung, Action: r.Action, Points: points, At: f.At, Ends: r.Ends(days, f.At, false), Held: held}
	c.standing, c.until = rung, t.Ends
	return t
}
