package conduct

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// groupRates counts pupils by year group: all who are here, those flagged and those withdrawn
// from since a time.
func groupRates(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]GroupRate, error) {
	rows, _ := tx.Query(ctx, `
		SELECT coalesce(p.year_group, -1), count(*),
		       count(*) FILTER (WHERE EXISTS (SELECT FROM flag f WHERE f.person_id = p.person_id AND f.raised_at >= $2 AND f.route <> 'safeguarding'
		           AND f.outcome IS DISTINCT FROM 'dismissed' AND f.outcome IS DISTINCT FROM 'referred')),
		       count(*) FILTER (WHERE EXISTS (SELECT FROM suspension s WHERE s.person_id = p.person_id AND s.starts_at >= $2 AND s.starts_at <= $3 AND s.order_id IS NULL))
		  FROM person p JOIN person_role r ON r.person_id = p.person_id AND r.role = 'pupil'
		 WHERE p.school_id = $1 AND p.left_at IS NULL
		 GROUP BY 1 ORDER BY 1`, id, since, tx.Now)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (g GroupRate, err error) {
		return g, row.Scan(&g.Year, &g.Pupils, &g.Flagged.People, &g.Withdrawn.People)
	})
}

// automatic is how often each rule withdrew since a time.
func automatic(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]RuleCount, error) {
	rows, _ := tx.Query(ctx, `
		SELECT coalesce(r ->> 'name', 'A rule that is no more'), count(*)::integer
		  FROM suspension s
		  JOIN conduct_set v ON v.set_id = s.set_id
		  LEFT JOIN step t ON t.step_id = s.step_id
		  LEFT JOIN flag f ON f.flag_id = t.flag_id
		  LEFT JOIN LATERAL jsonb_array_elements(v.content -> 'rules') r ON (r ->> 'rule')::integer = f.rule
		 WHERE s.school_id = $1 AND s.starts_at >= $2 AND s.starts_at <= $3 AND s.action = 'withdrawal'
		 GROUP BY 1 ORDER BY 2 DESC, 1`, id, since, tx.Now)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[RuleCount])
}

func reviewsDue(ctx context.Context, tx *db.Tx, id school.ID) (due ReviewsDue, err error) {
	var oldest *time.Time
	err = tx.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE made_at < $2::timestamptz - interval '3 days'), min(made_at) FROM objection WHERE school_id = $1 AND outcome IS NULL`, id, tx.Now).Scan(&due.Open, &due.Late, &oldest)
	if oldest != nil {
		due.Oldest = *oldest
	}
	return due, err
}
