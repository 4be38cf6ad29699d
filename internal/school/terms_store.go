package school

import (
	"context"
	"fmt"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

func insertTerms(ctx context.Context, tx *db.Tx, schools []ID, all []calendar.Term) (int, error) {
	done, err := tx.Exec(ctx, `
		INSERT INTO term (school_id, name, first_day, last_day)
		SELECT s, t.name, t.first, t.last
		  FROM unnest($1::integer[]) AS s, unnest($2::text[], $3::date[], $4::date[]) AS t (name, first, last)
		 ORDER BY s, t.first
		    ON CONFLICT DO NOTHING`, schools, columnOf(all, func(t calendar.Term) string { return t.Name }),
		columnOf(all, func(t calendar.Term) time.Time { return t.First.Time() }), columnOf(all, func(t calendar.Term) time.Time { return t.Last.Time() }))
	if err != nil {
		return 0, fmt.Errorf("add terms: %w", err)
	}
	return int(done.RowsAffected()), nil
}
