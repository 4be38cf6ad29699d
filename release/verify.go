package release

import (
	"context"
	"fmt"
	"sync"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/quota"
)

// Verified is what a check of the whole ledger found.
type Verified struct {
	quota.Report              // of the transfers and of the deliveries they are for
	Sealed       audit.Report // of the transfers' seals
}

// VerifyLedger recomputes the ledger: every balance and reservation from the transfers, the
// deliveries held against theirs, and the transfers against their seals and the heads that
// were exported. The three go side by side, each statement of one snapshot of its own, lock
// nothing and may run beside everything else. Each reads all transfers once or twice, so that
// the time grows with their number and not with its square.
func VerifyLedger(ctx context.Context, d *db.DB, heads audit.Heads) (v Verified, err error) {
	var stray []string
	var strayErr, sealErr error
	var rest sync.WaitGroup
	rest.Go(func() {
		strayErr = d.InTx(ctx, db.System("verify"), func(ctx context.Context, tx *db.Tx) (err error) {
			stray, err = VerifyDeliveries(ctx, tx)
			return err
		})
	})
	rest.Go(func() { v.Sealed, sealErr = audit.Verify(ctx, d, audit.Transfers, heads) })
	err = d.InTx(ctx, db.System("verify"), func(ctx context.Context, tx *db.Tx) (err error) {
		v.Report, err = quota.VerifyBalances(ctx, tx)
		return err
	})
	rest.Wait()
	for _, wrong := range []error{err, strayErr, sealErr} {
		if wrong != nil {
			return v, fmt.Errorf("verify ledger: %w", wrong)
		}
	}
	v.Problems = append(v.Problems, stray...)
	return v, nil
}

// VerifyDeliveries finds deliveries whose reservation does not fit their state, as
// sentences; none on a sound installation. What quota.Verify asks of reservations is asked
// here too, so that quota.VerifyBalances is all that is missing.
func VerifyDeliveries(ctx context.Context, tx *db.Tx) ([]string, error) {
	stray, err := strayReservations(ctx, tx)
	var problems []string
	for _, id := range stray {
		problems = append(problems, fmt.Sprintf("delivery %d and its transfers disagree", id))
	}
	return problems, err
}
