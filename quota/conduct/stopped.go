package conduct

import (
	"context"
	"fmt"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Stopped says which of some people cannot print just now because their rights are withdrawn,
// or because a teacher releases for them: not why, and not until when, which are theirs to
// know. A teacher's pause of a class stops nobody here. Whose class they are in is the
// caller's to have asked.
func Stopped(ctx context.Context, tx *db.Tx, people []school.PersonID) (map[school.PersonID]bool, error) {
	all, err := stopped(ctx, tx, people)
	if err != nil {
		return nil, fmt.Errorf("read standing of %d people: %w", len(people), err)
	}
	return all, nil
}
