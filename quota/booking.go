package quota

import (
	"context"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Booking is one transfer of an account as somebody looks back on it.
type Booking struct {
	Posting
	By   school.Pseudonym // who answers for it, or "" of the program
	Name string           // of the shared account that it came from, or ""
}

// Given are the kinds that units come by and go by without a delivery.
func Given() []Kind { return []Kind{Granted, Refunded, Charged, Expired} }

// Bookings are the transfers of an account of these kinds, the latest first, before the number
// of one, or the very latest for 0.
func Bookings(ctx context.Context, tx *db.Tx, account AccountID, kinds []Kind, before int64, limit int) ([]Booking, error) {
	return bookings(ctx, tx, account, kinds, before, limit)
}

// Period is the period that a booking gives the allowance of, or "".
func (b Booking) Period() Period {
	of, is := strings.CutPrefix(b.Key, "allowance:")
	if period, _, _ := strings.Cut(of, ":"); is && b.Kind == Granted {
		return Period(period)
	}
	return ""
}
