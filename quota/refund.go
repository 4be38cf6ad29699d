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

// Back is what comes back for some of the impressions of a delivery, of what all of it cost:
// their share, something of what cost something, and never more than all.
func Back(paid int64, some, of int) int64 {
	if some <= 0 || paid <= 0 {
		return 0
	}
	return max(1, Share(paid, min(some, of), of))
}
