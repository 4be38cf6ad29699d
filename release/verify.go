package release

import (
	"context"
	"fmt"

	"inkwell/internal/db"
)

// VerifyDeliveries finds deliveries whose reservation does not fit their state, as
// sentences; none on a sound installation. It completes quota.Verify, which
// knows transfers alone.
func VerifyDeliveries(ctx context.Context, tx *db.Tx) ([]string, error) {
	stray, err := strayReservations(ctx, tx)
	var problems []string
	for _, id := range stray {
		problems = append(problems, fmt.Sprintf("delivery %d and its transfers disagree", id))
	}
	return problems, err
}
