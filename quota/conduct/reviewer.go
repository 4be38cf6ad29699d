package conduct

import (
	"context"
	"slices"

	"inkwell/internal/audit"
	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
)

// Reviewer is somebody who answers objections.
type Reviewer struct {
	ID   school.PersonID
	Name string
	Year int // of that year group; school.NoYear: of every other
}

// Reviewers are a school's named reviewers, by year group, each year's in the order in which they are
// asked. Where none is named it is the head, and then IT.
func Reviewers(ctx context.Context, tx *db.Tx, id school.ID) ([]Reviewer, error) {
	return reviewers(ctx, tx, id)
}

// NameReviewers says who reviews the cases of a year group, or, for school.NoYear, of all
// that have none: up to five members of staff, the first asked first.
func (c *Conduct) NameReviewers(ctx context.Context, by school.Actor, year int, all []school.PersonID) error {
	if !by.May(school.NameReviewers) {
		return school.NotAllowed
	}
	if len(all) > 5 || year < school.NoYear || year > 14 {
		return fault.New(fault.Invalid, "reviewers-many", "Name up to five people for a year.")
	}
	for i, p := range all {
		if slices.Contains(all[:i], p) {
			return fault.New(fault.Invalid, "reviewer-twice", "Name each person once.")
		}
	}
	return c.db.InTx(ctx, db.InSchool(by.School), func(ctx context.Context, tx *db.Tx) error {
		for _, id := range all {
			p, err := school.PersonByID(ctx, tx, id)
			if err != nil {
				return err
			}
			if p.Left || !(school.Actor{Roles: p.Roles, Proof: school.BySession}).May(school.ReviewConduct) {
				return fault.New(fault.Invalid, "reviewer-unfit", "A reviewer is a teacher, the head or IT, and still here.")
			}
		}
		if err := replaceReviewers(ctx, tx, by.School, year, all); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{School: by.School, Act: "reviewers-named", Actor: by.Pseudonym, Facts: map[string]any{"year": year, "people": len(all)}})
	})
}
