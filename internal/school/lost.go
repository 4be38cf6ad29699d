package school

import (
	"context"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

var lostElsewhere = fault.New(fault.Conflict, "badge-lost-elsewhere", "That badge was reported lost at another school of theirs. It is for that school to make it good again; here you can give a day pass or a new badge.")

// LoseBadges makes all badges of a person unknown at every school of theirs, until
// FindBadges, and says how many those were. The transaction sees all schools.
func LoseBadges(ctx context.Context, tx *db.Tx, by Pseudonym, p Person) (int, error) {
	n, err := loseBadges(ctx, tx, p)
	if err != nil || n == 0 {
		return n, err
	}
	rows, err := sameHuman(ctx, tx, p.ID)
	if err != nil {
		return n, err
	}
	if err := signOut(ctx, tx, rows); err != nil {
		return n, err
	}
	return n, recordBadges(ctx, tx, by, p, "badge-lost", n)
}

// FindBadges makes the badges good again that a person lost when they last lost any, and ends their passes at
// this school. It says how many badges came back: one that was lost before those, and replaced, never does. Who reported
// it at another school of theirs has it found there ("badge-lost-elsewhere").
func FindBadges(ctx context.Context, tx *db.Tx, by Pseudonym, p Person) (int, error) {
	n, err := findBadges(ctx, tx, p)
	if err == nil && n == 0 {
		var lost bool
		if lost, err = lostAnywhere(ctx, tx, p.ID); lost {
			err = lostElsewhere
		}
	}
	if err != nil || n == 0 {
		return n, err
	}
	if err := endPasses(ctx, tx, p.ID); err != nil {
		return n, err
	}
	return n, recordBadges(ctx, tx, by, p, "badge-found", n)
}

func recordBadges(ctx context.Context, tx *db.Tx, by Pseudonym, p Person, act string, n int) error {
	return audit.Record(ctx, tx, audit.Entry{School: p.School, Act: act, Actor: by, Subject: p.Pseudonym, Facts: map[string]any{"badges": n}})
}

// BadgeState is how a person stands at a station's reader.
type BadgeState struct {
	Badges int // in force
	Lost   int
	Pass   time.Time // until when a pass is good, or zero
}

// Badges says how people of one school stand.
func Badges(ctx context.Context, tx *db.Tx, people []PersonID) (map[PersonID]BadgeState, error) {
	return badgeStates(ctx, tx, people)
}

// SameHuman are the person rows of a person at all schools, in a transaction that sees
// them.
func SameHuman(ctx context.Context, tx *db.Tx, p PersonID) ([]PersonID, error) {
	return sameHuman(ctx, tx, p)
}
