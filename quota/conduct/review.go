package conduct

import (
	"context"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/events"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
	"inkwell/quota/conduct/rule"
)

// ObjectionID names an objection; 0 is none.
type ObjectionID int64

// Case is something that was done about a person's printing and that they may object to: a
// withdrawal, or a step of the ladder that told them something.
type Case struct {
	Suspension SuspensionID // or ...
	Step       StepID       // ... of a step that withdrew nothing
	Person     school.PersonID
	Name       string // whose it is
	Year       int    // school.NoYear for none
	Action     rule.Action
	Reason     string
	Starts     time.Time
	Ends       time.Time // in the school's zone
	Lifted     time.Time // zero if it was not
	By         string    // who imposed it; "" of a rule's
	Rule       string    // that rule, as its version called it
	Version    SetID
	Flags      []FlagID
	How        string // how to object
	Objection  Objection
}

// Objection is what a pupil says against a case, and what became of it.
type Objection struct {
	ID       ObjectionID // 0: they said nothing
	Words    string
	Made     time.Time
	Reviewer school.PersonID
	Name     string // of the reviewer
	Due      time.Time
	Outcome  Verdict // "" while it is open
	Decided  time.Time
	Reason   string
}

// Verdict is what a reviewer made of an objection.
type Verdict string

// The verdicts.
const (
	Confirmed Verdict = "confirmed"
	Shortened Verdict = "shortened"
	Lifted    Verdict = "lifted"
)

// answerWithin is how many school days a reviewer has before the next one is asked.
const answerWithin = 2

// shownFor is how long a pupil reads of a case that is over.
const shownFor = 28 * 24 * time.Hour

// MyCases are what was done about somebody's own printing, the newest first: what is in force or
// to come, and what ended lately. What is the safeguarding lead's is never among it.
func (c *Conduct) MyCases(ctx context.Context, a school.Actor) (all []Case, err error) {
	err = c.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		all, err = casesOf(ctx, tx, a.School, a.Person, tx.Now.Add(-shownFor))
		return err
	})
	return all, err
}

// Object takes a pupil's own words (1-1000 characters) against a case of theirs to a named
// reviewer, once. A case that is over longer than it is shown is none.
func (c *Conduct) Object(ctx context.Context, a school.Actor, of Case, words string) (made Objection, err error) {
	words = strings.TrimSpace(words)
	if n := len([]rune(words)); n == 0 || n > 1000 {
		return made, fault.New(fault.Invalid, "objection-words", "Say in up to 1,000 letters why you disagree.")
	}
	if !a.May(school.Print) || a.Proof == school.BySlip {
		return made, school.NotAllowed
	}
	err = c.db.InTx(ctx, db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		mine, err := casesOf(ctx, tx, a.School, a.Person, tx.Now.Add(-shownFor))
		if err != nil {
			return err
		}
		about, found := sameCase(mine, of)
		switch {
		case !found:
			return noCase
		case about.Objection.ID != 0:
			return fault.New(fault.Conflict, "objection-made", "You have said that already. %s answers you.", about.Objection.Name)
		}
		if made, err = c.take(ctx, tx, a, about, words); err != nil {
			return err
		}
		if err := c.hub.Touch(ctx, tx, a.School, events.Person(int64(a.Person))); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: a.School, Act: "objection-made", Actor: a.Pseudonym, Subject: a.Pseudonym, Object: made.object(), Note: words})
	})
	return made, err
}

// take names the reviewer and keeps the objection.
func (c *Conduct) take(ctx context.Context, tx *db.Tx, a school.Actor, about Case, words string) (Objection, error) {
	all, err := reviewersFor(ctx, tx, a.School, about)
	if err != nil {
		return Objection{}, err
	}
	if len(all) == 0 {
		return Objection{}, fault.New(fault.Conflict, "reviewer-none", "There is nobody yet who could review this. Please ask your tutor.")
	}
	cal, err := school.CalendarOf(ctx, tx, a.School)
	if err != nil {
		return Objection{}, err
	}
	made := Objection{Words: words, Made: tx.Now, Reviewer: all[0].ID, Name: all[0].Name, Due: answerBy(cal, tx.Now)}
	made.ID, err = insertObjection(ctx, tx, a, about, made)
	return made, err
}

// answerBy is until when a reviewer answers.
func answerBy(c calendar.Calendar, at time.Time) time.Time {
	return rule.EndOfDays(c, at, answerWithin)
}

func sameCase(all []Case, of Case) (Case, bool) {
	for _, c := range all {
		if c.Suspension == of.Suspension && c.Step == of.Step {
			return c, true
		}
	}
	return Case{}, false
}

func (o Objection) object() string { return "objection:" + strconv.FormatInt(int64(o.ID), 10) }

var noCase = fault.New(fault.NotFound, "case-unknown", "There is nothing here to object to any more.")

// CaseNow is the withdrawal in force that lasts longest; the zero Case where there is none, or only
// a teacher's pause.
func CaseNow(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID) (now Case, err error) {
	all, err := casesOf(ctx, tx, id, person, tx.Now)
	for _, c := range all {
		if c.Suspension != 0 && c.Lifted.IsZero() && !c.Starts.After(tx.Now) && c.Ends.After(now.Ends) {
			now = c
		}
	}
	return now, err
}
