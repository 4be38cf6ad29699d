package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota"
)

// jobsSince leaves the person out of what a shared device has sent in their name, until
// they have released it.
func jobsSince(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, since time.Time) ([]TodayJob, error) {
	rows, _ := tx.Query(ctx, `
		SELECT j.job_id AS id, coalesce(p.person_id, 0) AS person, coalesce(p.username, '') AS username,
		       coalesce(p.given_name || ' ' || p.family_name, '') AS name, CASE WHEN p.person_id IS NULL THEN g.name ELSE '' END AS devices, j.state,
		       coalesce(j.reason, '') AS reason,
		       coalesce((SELECT r.name FROM delivery d JOIN printer r USING (printer_id) WHERE d.job_id = j.job_id ORDER BY d.delivery_id DESC LIMIT 1), '') AS printer,
		       coalesce(j.impressions, 0) AS pages, j.printed, coalesce(j.price, 0) AS price, j.submitted_at AS submitted
		  FROM job j
		  LEFT JOIN device_group g USING (group_id)
		  LEFT JOIN person p ON p.person_id = j.person_id
		        AND (j.proof <> 'vouched' OR EXISTS (SELECT FROM delivery d WHERE d.job_id = j.job_id))
		 WHERE j.school_id = $1 AND ($2::bigint = 0 OR p.person_id = $2) AND j.submitted_at >= $3
		 ORDER BY j.job_id DESC LIMIT 500`, id, person, since)
	return pgx.CollectRows(rows, pgx.RowToStructByName[TodayJob])
}

// jobsOf are a person's, without the claims that they have not taken: by the index of a person's
// jobs, whose order is the pages'.
func jobsOf(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, before JobID, limit int) ([]PastJob, error) {
	rows, _ := tx.Query(ctx, `
		SELECT j.job_id AS id, j.state, coalesce(j.reason, '') AS reason, coalesce(j.impressions, 0) AS pages, j.printed, j.submitted_at AS submitted,
		       coalesce(last.printer, '') AS printer, coalesce(last.payer, '') AS payer, coalesce(last.by, '') AS by,
		       (SELECT coalesce(sum(d.charged), 0)::bigint FROM delivery d WHERE d.job_id = j.job_id) AS charged
		  FROM job j
		  LEFT JOIN LATERAL (
		        SELECT r.name AS printer, t.given_name || ' ' || t.family_name AS by,
		               CASE a.kind WHEN 'person' THEN '' WHEN 'personal' THEN 'private account' ELSE a.name END AS payer
		          FROM delivery d JOIN printer r USING (printer_id)
		          LEFT JOIN person t ON t.person_id = d.released_by
		          LEFT JOIN transfer x ON x.delivery_id = d.delivery_id AND x.kind = 'reserve' AND x.purse = 'pages'
		          LEFT JOIN account a ON a.account_id = x.from_account
		         WHERE d.job_id = j.job_id ORDER BY d.delivery_id DESC LIMIT 1) AS last ON true
		 WHERE j.person_id = $2 AND j.school_id = $1 AND ($3::integer = 0 OR j.job_id < $3)
		   AND (j.proof <> 'vouched' OR EXISTS (SELECT FROM delivery d WHERE d.job_id = j.job_id))
		 ORDER BY j.job_id DESC LIMIT $4`, id, person, before, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByName[PastJob])
}

// strayReservations are deliveries whose reservation does not fit their state: open
// ones without it, ended ones with it still open, and ones that were charged otherwise than
// they say. One pass over all transfers: looking them up for each delivery takes ten times
// as long.
func strayReservations(ctx context.Context, tx *db.Tx) ([]DeliveryID, error) {
	if _, err := tx.Exec(ctx, quota.RoomToSum); err != nil {
		return nil, err
	}
	rows, _ := tx.Query(ctx, `
		WITH moved AS (
			SELECT delivery_id,
			       sum(amount) FILTER (WHERE kind = 'reserve' AND purse = 'pages') AS reserved,
			       sum(amount) FILTER (WHERE kind = 'settle' AND purse = 'pages') AS settled,
			       sum(amount) FILTER (WHERE kind <> 'reserve' AND purse = 'pages') AS ended,
			       sum(amount) FILTER (WHERE kind = 'reserve' AND purse = 'colour') AS colour,
			       sum(amount) FILTER (WHERE kind <> 'reserve' AND purse = 'colour') AS colour_ended,
			       max(from_account) FILTER (WHERE kind = 'reserve' AND purse = 'pages') <> max(to_account) FILTER (WHERE kind IN ('return', 'void') AND purse = 'pages')
			    OR max(from_account) FILTER (WHERE kind = 'reserve' AND purse = 'colour') <> max(to_account) FILTER (WHERE kind IN ('return', 'void') AND purse = 'colour') AS astray
			  FROM transfer WHERE delivery_id IS NOT NULL GROUP BY delivery_id)
		SELECT d.delivery_id FROM delivery d LEFT JOIN moved t USING (delivery_id)
		 WHERE coalesce(t.reserved, 0) <> d.amount
		    OR coalesce(t.ended, 0) <> CASE WHEN d.ended_at IS NULL THEN 0 ELSE d.amount END
		    OR d.state = 'settled' AND coalesce(t.settled, 0) <> d.charged
		    OR coalesce(t.colour, 0) NOT IN (0, d.colour)
		    OR coalesce(t.colour_ended, 0) <> CASE WHEN d.ended_at IS NULL THEN 0 ELSE coalesce(t.colour, 0) END
		    OR coalesce(t.astray, false)
		 ORDER BY d.delivery_id LIMIT 100`)
	return pgx.CollectRows(rows, pgx.RowTo[DeliveryID])
}

// printedAt is how many people printed at each printer of a school within some time.
func printedAt(ctx context.Context, tx *db.Tx, id school.ID, from, until time.Time) (map[int64]int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT printer_id, count(DISTINCT person_id) FROM delivery
		 WHERE school_id = $1 AND state = 'settled' AND ended_at >= $2 AND ended_at < $3 GROUP BY printer_id`, id, from, until)
	all := map[int64]int{}
	var printer int64
	var n int
	_, err := pgx.ForEachRow(rows, []any{&printer, &n}, func() error {
		all[printer] = n
		return nil
	})
	return all, err
}
