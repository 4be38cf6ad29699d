package school

import (
	"context"

	"inkwell/internal/db"
)

// MoreTime says whether screens that sign people out by themselves give somebody three times
// as long.
func MoreTime(ctx context.Context, tx *db.Tx, p PersonID) (more bool, err error) {
	return moreTime(ctx, tx, p)
}

// SetMoreTime says whether they do from now on. Why is nobody's business here.
func SetMoreTime(ctx context.Context, tx *db.Tx, p PersonID, more bool) error {
	return setMoreTime(ctx, tx, p, more)
}
