package rule

import (
	"slices"
	"time"

	"inkwell/internal/school/calendar"
)

// Action is what a step does.
type Action string

// The actions, the mildest first.
const (
	TellPupil      Action = "notice"          // the pupil reads it; nothing else happens
	TellTutor      Action = "tutor"           // the tutor reads it, too
	TeacherRelease Action = "teacher-release" // what is theirs comes out through a teacher alone
	Withdraw       Action = "withdrawal"      // no printing for some school days
	Review         Action = "review"          // no printing until a person has decided
)

// Actions are all of them, the mildest first.
func Actions() []Action { return []Action{TellPupil, TellTutor, TeacherRelease, Withdraw, Review} }

// Withdraws says whether it takes printing rights away.
func (a Action) Withdraws() bool { return a == TeacherRelease || a == Withdraw || a == Review }

// Alone is how many school days a rule may withdraw printing for without a person's word.
const Alone = 2

// Ladder is what points bring, lowest first, and how a pupil objects to it.
type Ladder struct {
	Rungs     []Rung `json:"rungs"`
	Objection string `json:"objection"` // as the pupil reads it: "Ask your tutor for a review."
}

// Rung is one step of the ladder. Days are school days, the first of them today; those of a notice and
// of the tutor's say how long it is shown.
type Rung struct {
	Points int    `json:"points"` // from so many on
	Action Action `json:"action"`
	Days   int    `json:"days"`
	Say    string `json:"say"` // the pupil reads it after what happened: "You can still print."
}

// Ends is when a step ends by itself that is taken at a time. Without a person's word a withdrawal
// lasts two school days at most.
func (r Rung) Ends(c calendar.Calendar, at time.Time, confirmed bool) time.Time {
	days := r.Days
	if r.Action.Withdraws() && !confirmed {
		days = min(days, Alone)
	}
	return EndOfDays(c, at, days)
}

// EndOfDays is when so many school days are over that begin at a time: when the school opens on
// the next school day after them. What is left of a day counts as one.
func EndOfDays(c calendar.Calendar, at time.Time, days int) time.Time {
	day := c.Date(at)
	if _, closes := c.HoursOf(day); !c.SchoolDay(day) || !at.Before(closes) {
		day = c.NextSchoolDay(day)
	}
	for range days {
		day = c.NextSchoolDay(day)
	}
	opens, _ := c.HoursOf(day)
	return opens
}

// Mark is a flag as the ladder counts it. One that was dismissed, or only reported, is none.
type Mark struct {
	Raised time.Time
	Decays time.Time // its points are gone then
	Weight int
}

// Points are what marks come to at a time. Each goes down evenly from its weight to nothing; a
// part of a point counts as one, so that a fresh flag has its whole weight.
func Points(marks []Mark, at time.Time) (sum int) {
	for _, m := range marks {
		left, whole := m.Decays.Sub(at), m.Decays.Sub(m.Raised)
		if left <= 0 || whole <= 0 || at.Before(m.Raised) {
			continue
		}
		const unit = time.Minute // so that nothing overflows
		sum += int((int64(m.Weight)*int64(left/unit) + int64(whole/unit) - 1) / max(1, int64(whole/unit)))
	}
	return sum
}

// Step is the rung that a flag of a route brings with so many points, from 1, or 0 for none:
// the highest they reach and the route may climb, if it is above the one that still stands. held says that
// the points reach further than the route may climb by itself: a person decides about that.
func (l Ladder) Step(points int, by Route, standing int) (rung int, held bool) {
	if by != Automatic && by != Notice {
		return 0, false
	}
	for i, r := range slices.Backward(l.Rungs) {
		switch {
		case points < r.Points || i+1 <= standing:
			continue
		case by == Notice && r.Action.Withdraws():
			held = true
			continue
		}
		return i + 1, held
	}
	return 0, held
}

// Reached is the highest rung that so many points reach, from 1; 0 for none.
func (l Ladder) Reached(points int) (rung int) {
	for i, r := range l.Rungs {
		if points >= r.Points {
			rung = i + 1
		}
	}
	return rung
}

// Stands is the highest rung that does no more than an action, from 1; 0 for none.
func (l Ladder) Stands(a Action) (rung int) {
	for i, r := range l.Rungs {
		if slices.Index(Actions(), r.Action) <= slices.Index(Actions(), a) {
			rung = i + 1
		}
	}
	return rung
}
