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
	Printed   int64    // units on all printed accounts: what was paid and not refunded
	Reserved  int64    // units set aside for open deliveries
	Problems  []string // plain sentences with account and delivery numbers; none on a sound ledger
}

// Verify recomputes the ledger from its transfers, each of its two questions in one snapshot:
// whether every cached balance is the sum of its transfers and not below its floor, and whether
// every reservation has ended at most once, by exactly its amount and back to who had paid. The
// seals over the transfers are internal/audit's to verify, the deliveries release's.
func Verify(ctx context.Context, tx *db.Tx) (Report, error) {
	r, err := VerifyBalances(ctx, tx)
	if err != nil {
		return r, err
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

// VerifyBalances is the first half of Verify: for whom has the other from the deliveries.
func VerifyBalances(ctx context.Context, tx *db.Tx) (r Report, err error) {
	if _, err := tx.Exec(ctx, RoomToSum); err != nil {
		return r, fmt.Errorf("prepare sums: %w", err)
	}
	var all []summed
	if r.Transfers, r.Accounts, all, err = addUp(ctx, tx); err != nil {
		return r, fmt.Errorf("recompute balances: %w", err)
	}
	for _, a := range all {
		switch {
		case a.Kind == spent && a.Purse == PagePurse:
			r.Printed += a.Sum
		case a.Kind == setAside && a.Purse == PagePurse:
			r.Reserved += a.Sum
		case a.Kind != spent && a.Kind != setAside:
			r.Problems = append(r.Problems, fmt.Sprintf("account %d shows %d, its transfers add up to %d", a.Account, a.Cached, a.Sum))
		}
	}
	return r, nil
}
