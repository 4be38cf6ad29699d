package school

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// How many badges are linked at kiosks within enrolWindow, and how long their holders
// are reminded of them.
const (
	enrolOfPerson = 1
	enrolAtKiosk  = 20
	enrolWindow   = 24 * time.Hour
	enrolNews     = 3 * 24 * time.Hour
)

var (
	enrolOff     = fault.New(fault.Conflict, "enrol-off", "New badges are linked by reception here.")
	enrolByCode  = fault.New(fault.Forbidden, "enrol-by-code", "Only your own code makes a badge yours.")
	enrolAgain   = fault.New(fault.Conflict, "enrol-again", "You have had a new badge today already. Please see reception.")
	enrolTooMany = fault.New(fault.Conflict, "enrol-full", "Enough new badges for today at this printer. Please see reception.")
)

// EnrolBadge links an unknown badge to somebody who has just proved themselves by their
// code at the kiosk, if the school allows it: one a day for each person and 20 a day at
// each kiosk. A badge that is anybody's already, also a lost one, is not taken over.
func (d *Directory) EnrolBadge(ctx context.Context, a Actor, badge, place string) error {
	if a.Proof != ByCode {
		return enrolByCode
	}
	return d.db.InTx(ctx, db.System("badge"), func(ctx context.Context, tx *db.Tx) error {
		if err := lockGate(ctx, tx, a.School); err != nil { // so that two at once are counted one after the other
			return err
		}
		proofs, err := readProofs(ctx, tx, a.School)
		if err != nil {
			return err
		}
		if !proofs.Enrol {
			return enrolOff
		}
		p, err := PersonAt(ctx, tx, a.School, a.Person)
		if err != nil {
			return err
		}
		added, err := d.link(ctx, tx, a.Pseudonym, p, stationOf(place), badge, place)
		if err != nil || !added {
			return err
		}
		person, kiosk, err := countEnrolled(ctx, tx, p, place, tx.Now.Add(-enrolWindow))
		switch {
		case err != nil:
			return fmt.Errorf("count new badges: %w", err)
		case person > enrolOfPerson:
			return enrolAgain
		case kiosk > enrolAtKiosk:
			return enrolTooMany
		}
		return nil
	})
}

// NewBadge is what a badge ends with that somebody linked to this person at a kiosk of
// late, or "": whoever it was, the person is told.
func NewBadge(ctx context.Context, tx *db.Tx, p PersonID) (last4 string, err error) {
	return newestEnrolled(ctx, tx, p, tx.Now.Add(-enrolNews))
}
