package school

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// HoldID names a legal hold.
type HoldID int64

// LegalHold keeps what is recorded about somebody from every purge, until somebody ends it: flags and what
// rests on them, sign-ins, reports of printers, and a document that nobody came for. What its owner prints or deletes goes as ever.
type LegalHold struct {
	ID        HoldID
	Person    PersonID
	Name      string
	Username  string
	Left      bool // they are not at the school any more
	Reason    string
	Placed    time.Time
	By        Pseudonym // "" for a command on the server
	Review    time.Time // midnight UTC of the day on which somebody looks at it again
	Reviews   int       // how often somebody has
	Ended     time.Time // zero while it stands
	EndReason string
}

// PastReview says whether the day of review is over, or is today.
func (h LegalHold) PastReview(today time.Time) bool {
	return h.Ended.IsZero() && !today.Before(h.Review)
}

var (
	holdReason  = fault.New(fault.Invalid, "hold-reason", "Say why, in 1 to 1,000 letters.")
	holdReview  = fault.New(fault.Invalid, "hold-review", "Choose the day on which somebody looks at it again: from tomorrow, within a year.")
	holdOpen    = fault.New(fault.Conflict, "hold-open", "A hold is on them already.")
	holdUnknown = fault.New(fault.NotFound, "hold-unknown", "There is no such hold at this school, or it has ended.")
	holdOwn     = fault.New(fault.Forbidden, "hold-own", "Somebody else of data protection does that: this hold is about you.")
)

// LegalHolds are a school's: those that stand, the first to be looked at first, and after them the last that ended.
func LegalHolds(ctx context.Context, tx *db.Tx, id ID) ([]LegalHold, error) {
	return legalHolds(ctx, tx, id, 0)
}

// OnHold is how many people of a school a hold is on.
func OnHold(ctx context.Context, tx *db.Tx, id ID) (int, error) { return countHolds(ctx, tx, id) }

// HoldsPastReview is how many holds stand whose day of review has come, of a school or of all for 0.
func HoldsPastReview(ctx context.Context, tx *db.Tx, id ID) (int, error) {
	return countPastReview(ctx, tx, id)
}

// PlaceHold puts a hold on somebody, also on who has left ("hold-reason", "hold-review", "hold-open", "hold-own").
func PlaceHold(ctx context.Context, tx *db.Tx, by Actor, p Person, reason string, review time.Time) (HoldID, error) {
	reason = strings.TrimSpace(reason)
	switch err := mayHold(ctx, tx, by, p.ID, review); {
	case err != nil:
		return 0, err
	case !isReason(reason):
		return 0, holdReason
	}
	id, placed, err := insertHold(ctx, tx, by, p, reason, review)
	if err == nil && !placed {
		err = holdOpen
	}
	if err != nil {
		return 0, err
	}
	return id, audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "legal-hold-placed", Actor: by.Pseudonym, Subject: p.Pseudonym, Object: holdObject(id),
		Facts: map[string]any{"review": review}, Note: reason})
}

// ReviewHold keeps that somebody looked at a hold and found it still needed, until the next day of review.
func ReviewHold(ctx context.Context, tx *db.Tx, by Actor, id HoldID, review time.Time) error {
	h, p, err := standing(ctx, tx, by, id)
	if err == nil {
		err = mayHold(ctx, tx, by, h.Person, review)
	}
	if err == nil {
		err = updateReview(ctx, tx, id, review)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "legal-hold-reviewed", Actor: by.Pseudonym, Subject: p.Pseudonym, Object: holdObject(id), Facts: map[string]any{"review": review}})
}

// EndHold ends a hold. What it kept goes with the next purge.
func EndHold(ctx context.Context, tx *db.Tx, by Actor, id HoldID, why string) error {
	why = strings.TrimSpace(why)
	h, p, err := standing(ctx, tx, by, id)
	switch {
	case err != nil:
		return err
	case h.Person == by.Person:
		return holdOwn
	case !isReason(why):
		return holdReason
	}
	if err := updateHoldEnded(ctx, tx, id, by.Pseudonym, why); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "legal-hold-ended", Actor: by.Pseudonym, Subject: p.Pseudonym, Object: holdObject(id), Note: why})
}

// standing is a hold that stands, and whom it is on.
func standing(ctx context.Context, tx *db.Tx, by Actor, id HoldID) (h LegalHold, p Person, err error) {
	if !mayAnswer(by) {
		return h, p, NotAllowed
	}
	all, err := legalHolds(ctx, tx, by.School, max(id, 1))
	if err != nil {
		return h, p, err
	}
	if id < 1 || len(all) == 0 || !all[0].Ended.IsZero() {
		return h, p, holdUnknown
	}
	p, err = PersonByID(ctx, tx, all[0].Person)
	return all[0], p, err
}

// mayHold refuses who may not do it for that person, and a day of review that is none.
func mayHold(ctx context.Context, tx *db.Tx, by Actor, person PersonID, review time.Time) error {
	if !mayAnswer(by) {
		return NotAllowed
	}
	if by.Person == person {
		return holdOwn
	}
	today, err := dayAt(ctx, tx, by.School)
	if err == nil && (!review.After(today) || review.After(today.AddDate(1, 0, 0))) {
		err = holdReview
	}
	return err
}

func isReason(s string) bool { return s != "" && utf8.RuneCountInString(s) <= 1000 }

func holdObject(id HoldID) string { return fmt.Sprintf("hold:%d", id) }
