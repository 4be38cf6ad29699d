package quota

import (
	"context"
	"fmt"

	"inkwell/internal/db"
)

// Report is what a check of the ledger found.
type Report struct {
	Accounts  int64
	Transfers int64
	Printed   int64    // units on all printed accounts
	Reserved  int64    // units set aside for open deliveries
	Problems  []string // plain sentences with account and delivery numbers; none on a sound ledger
}

// Verify recomputes the ledger from its transfers in one snapshot: every cached
// balance is the sum of its transfers and not below its floor, and every
// reservation has ended at most once and by exactly its amount. The seals over the
// transfers are internal/audit's to verify, the deliveries release's.
func Verify(ctx context.Context, tx *db.Tx) (Report, error) {
	if _, err := tx.Exec(ctx, RoomToSum); err != nil {
		return Report{}, fmt.Errorf("prepare sums: %w", err)
	}
	r, err := totals(ctx, tx)
	if err != nil {
		return r, fmt.Errorf("add up ledger: %w", err)
	}
	wrong, err := wrongBalances(ctx, tx)
	if err != nil {
		return r, fmt.Errorf("recompute balances: %w", err)
	}
	for _, w := range wrong {
		r.Problems = append(r.Problems, fmt.Sprintf("account %d shows %d, its transfers add up to %d", w.Account, w.Cached, w.Sum))
	}
	odd, err := oddReservations(ctx, tx)
	if err != nil {
		return r, fmt.Errorf("recompute reservations: %w", err)
	}
	for _, o := range odd {
		say := fmt.Sprintf("delivery %d reserved %d, settled %d, gave back %d in %s", o.Delivery, o.Reserved, o.Settled, o.Back, o.Purse)
		if o.Astray {
			say += ", and not to who had paid"
		}
		r.Problems = append(r.Problems, say)
	}
	return r, nil
}
