package console

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// suspended is one withdrawal in force.
type suspended struct {
	Person school.PersonID
	Name   string
	Until  string
	Reason string
}

// suspended lists the withdrawals in force at the visitor's school, the first to end
// first.
func (c *Console) suspended(ctx context.Context, v visitor) (list []suspended, err error) {
	all, err := c.conduct.InForce(ctx, v.Actor)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	err = c.db.InTx(ctx, db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		for _, s := range all {
			if s.Order != 0 {
				continue // stands once, with the order
			}
			p, err := school.PersonByID(ctx, tx, s.Person)
			if err != nil {
				return err
			}
			list = append(list, suspended{s.Person, p.Given + " " + p.Family, moment(s.Ends, v.Now), s.Reason})
		}
		return nil
	})
	return list, err
}
