package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// luckSince reads what stopped for a person since a time, or since the last fact of that.
func luckSince(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) (Luck, error) {
	rows, _ := tx.Query(ctx, `
		WITH own AS (
			SELECT f.kind, f.object, f.at, f.detail->>'printer' AS printer, (f.detail->>'impressions')::int AS impressions
			  FROM fact f
			 WHERE f.person_id = $1 AND f.at >= $2 AND f.kind IN ('printer-stopped', 'unclear-answered') AND f.detail->>'came' IS DISTINCT FROM 'true'
			   AND f.at > coalesce((SELECT max(b.at) FROM fact b WHERE b.person_id = $1 AND b.kind = 'bad-luck'), '-infinity')
			   AND NOT EXISTS (
			       SELECT FROM fact o
			        WHERE o.school_id = f.school_id AND o.kind IN ('printer-stopped', 'unclear-answered') AND o.person_id <> $1
			          AND o.at BETWEEN f.at - interval '12 hours' AND f.at + interval '12 hours'
			          AND o.detail->>'printer' = f.detail->>'printer' AND o.detail->>'came' IS DISTINCT FROM 'true'))
		SELECT count(DISTINCT (object, at)) AS times, count(*) FILTER (WHERE kind = 'printer-stopped') AS stopped,
		       count(*) FILTER (WHERE kind = 'unclear-answered') AS denied, coalesce(sum(impressions), 0) AS impressions,
		       coalesce(array_agg(DISTINCT object), '{}') AS jobs, coalesce(array_agg(DISTINCT printer) FILTER (WHERE printer IS NOT NULL), '{}') AS printers
		  FROM own`, person, since)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Luck])
}
