package school

import (
	"context"

	"inkwell/internal/db"
)

// SetMoreTime says whether screens that sign people out by themselves give somebody three times as
// long. Why is nobody's business here.
func SetMoreTime(ctx context.Context, tx *db.Tx, p PersonID, more bool) error {
	return setMoreTime(ctx, tx, p, more)
}
