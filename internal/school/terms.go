package school

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

// LearnTerms adds terms that a school's system tells of, and says how many were new. One
// that meets a term of the calendar adds nothing: what a person entered stays.
func LearnTerms(ctx context.Context, tx *db.Tx, schools []ID, all []calendar.Term) (int, error) {
	if len(schools) == 0 || len(all) == 0 {
		return 0, nil
	}
	return insertTerms(ctx, tx, schools, all)
}
