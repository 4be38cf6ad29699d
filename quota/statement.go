package quota

import (
	"context"
	"time"

	"inkwell/internal/db"
)

// Movement is one transfer of a delivery as its person's statement shows it.
type Movement struct {
	Kind   Kind
	At     time.Time
	Amount int64
	After  int64 // the person's balance once it was made
}

// Movements are the transfers of a delivery, oldest first.
func Movements(ctx context.Context, tx *db.Tx, delivery DeliveryID) ([]Movement, error) {
	return movements(ctx, tx, delivery)
}
