package school

import (
	"context"
	"strconv"
	"strings"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
)

// AuthorityID names an authority for guests; 0 is none.
type AuthorityID int32

// Authority is the head's word that guests may use the school's printers between two
// days, both included, midnight UTC of their date.
type Authority struct {
	ID          AuthorityID
	Reason      string // 1 to 200 characters
	Starts, End time.Time
	Guests      int // at most, in all: 1 to 500
	Used        int // entered so far
}

// Authorise gives an authority. Only who carries the capability may.
func Authorise(ctx context.Context, tx *db.Tx, by Actor, a Authority) (AuthorityID, error) {
	if !by.May(AuthoriseGuest) {
		return 0, headAlone
	}
	a.Reason = strings.TrimSpace(a.Reason)
	today, err := dayAt(ctx, tx, by.School)
	switch {
	case err != nil:
		return 0, err
	case a.Reason == "" || len([]rune(a.Reason)) > 200:
		return 0, fault.New(fault.Invalid, "authority-reason", "Say in 1 to 200 characters what the guests are here for.")
	case a.End.Before(a.Starts) || a.End.Before(today) || a.End.After(a.Starts.AddDate(1, 0, 0)):
		return 0, fault.New(fault.Invalid, "authority-days", "An authority ends today or later, and a year after its first day at most.")
	case a.Guests < 1 || a.Guests > 500:
		return 0, fault.New(fault.Invalid, "authority-guests", "An authority is for 1 to 500 guests.")
	}
	id, err := insertAuthority(ctx, tx, by, a)
	if err != nil {
		return 0, err
	}
	return id, audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "guests-authorised", Actor: by.Pseudonym, Object: authorityObject(id),
		Facts: map[string]any{"guests": a.Guests, "until": a.End.Unix()}, Note: a.Reason})
}

// Withdraw takes an authority back: no more guests come under it. Those who are here stay
// until their last day.
func Withdraw(ctx context.Context, tx *db.Tx, by Actor, id AuthorityID) error {
	if !by.May(AuthoriseGuest) {
		return headAlone
	}
	found, err := withdrawAuthority(ctx, tx, by.School, id)
	if err == nil && !found {
		err = noAuthority
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "authority-withdrawn", Actor: by.Pseudonym, Object: authorityObject(id)})
}

// Authorities are a school's authorities that are not over, the soonest to end first.
func Authorities(ctx context.Context, tx *db.Tx, id ID) ([]Authority, error) {
	today, err := dayAt(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return authorities(ctx, tx, id, today)
}

var headAlone = fault.New(fault.Forbidden, "head-alone", "Only the head may authorise guests.")

var noAuthority = fault.New(fault.Conflict, "authority-unknown", "That authority is over or was withdrawn. Ask the head for a new one.")

func authorityObject(id AuthorityID) string { return "authority:" + strconv.Itoa(int(id)) }

// dayAt is today at the school.
func dayAt(ctx context.Context, tx *db.Tx, id ID) (time.Time, error) {
	s, err := schoolByID(ctx, tx, id)
	return s.Day(tx.Now), err
}
