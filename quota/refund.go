package quota

import (
	"context"

	"inkwell/internal/db"
)

// Paid is what a delivery cost whoever paid for it, in units and in impressions of a ceiling
// on colour.
func Paid(ctx context.Context, tx *db.Tx, delivery DeliveryID) (units, colour int64, err error) {
	paid, err := paymentOf(ctx, tx, delivery)
	return paid[PagePurse].amount, paid[ColourPurse].amount, err
}

// Share is what some of the impressions of a delivery cost of what all of it did: something
// of what cost something, and never more than all.
func Share(paid int64, some, of int) int64 {
	if some <= 0 || paid <= 0 {
		return 0
	}
	if some >= of {
		return paid
	}
	return max(1, paid*int64(some)/int64(of))
}
