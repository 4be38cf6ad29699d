package school

import (
	"context"
	"slices"
	"strings"

	"inkwell/internal/db"
)

// StaffNamed are the names of a school's staff by pseudonym, those too who have left: of
// pupils there is none.
func StaffNamed(ctx context.Context, tx *db.Tx, id ID, all []Pseudonym) (map[Pseudonym]string, error) {
	return staffNamed(ctx, tx, id, all)
}

// Names are all schools of the installation, by name. Its scope is a system task's.
func Names(ctx context.Context, tx *db.Tx) ([]School, error) {
	all, err := schools(ctx, tx)
	slices.SortFunc(all, func(a, b School) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}
