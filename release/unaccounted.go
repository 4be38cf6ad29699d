package release

import (
	"cmp"
	"context"
	"slices"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// Unaccounted is what a printer counted in the last seven days beyond what was released to it:
// copies at the machine, and jobs that went past Inkwell.
type Unaccounted struct {
	Name  string
	Pages int64
}

// Unaccounted are the printers of the actor's school that have any, the most first.
func (d *Desk) Unaccounted(ctx context.Context, a school.Actor) (all []Unaccounted, err error) {
	if !a.May(school.SeeUsage) {
		return nil, notAllowed
	}
	err = d.inSchool(ctx, a.School, func(ctx context.Context, tx *db.Tx) error {
		printers, err := cares(ctx, tx, a.School)
		all = nil
		for _, p := range printers {
			if p.Week > 0 {
				all = append(all, Unaccounted{p.Name, p.Week})
			}
		}
		return err
	})
	slices.SortFunc(all, func(x, y Unaccounted) int { return cmp.Or(cmp.Compare(y.Pages, x.Pages), cmp.Compare(x.Name, y.Name)) })
	return all, err
}
