package conduct

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// releasedEvents are first deliveries of jobs, as rules see them: a job that jammed and came out in parts
// was released once. What a teacher, a runner or an exam had printed is nobody's conduct; nor is
// what was released without its owner, of a sender who was merely named.
const releasedEvents = `
	SELECT DISTINCT ON (d.job_id) 2, d.delivery_id, d.person_id, d.reserved_at, d.impressions, d.colour,
	       ('x' || encode(substring(j.digest FOR 8), 'hex'))::bit(64)::bigint, coalesce(d.station_id, 0), coalesce(split_part(p.place, '/', 1), ''), 0
	  FROM delivery d JOIN job j USING (job_id) LEFT JOIN station s USING (station_id) LEFT JOIN printer p ON p.printer_id = s.printer_id
	 WHERE d.state <> 'void' AND d.slip_id IS NULL AND d.released_by IS NULL
	   AND (d.station_id IS NOT NULL OR j.proof IN ('password', 'address'))
	   AND NOT EXISTS (SELECT FROM exam_desk e WHERE e.person_id = d.person_id AND e.station_id = d.station_id AND e.begins_at <= d.reserved_at AND e.ends_at > d.reserved_at)`

// factEvents are facts as rules see them.
const factEvents = `
	SELECT CASE f.kind WHEN 'too-few' THEN 4 WHEN 'wrong-code' THEN 5 WHEN 'code-used' THEN 6 WHEN 'bad-luck' THEN 7 WHEN 'refund-asked' THEN 9 ELSE 8 END, f.fact_id, f.person_id, f.at, 0, 0, 0::bigint,
	       coalesce((f.detail ->> 'station')::integer, 0), '', coalesce((f.detail ->> 'word')::integer, 0)
	  FROM fact f WHERE f.kind IN ('too-few', 'wrong-code', 'code-used', 'bad-luck', 'refund-asked', 'title-word')`

// leftEvents are jobs that expired unprinted, of proven senders.
const leftEvents = `
	SELECT 3, j.job_id::bigint, j.person_id, j.ended_at, coalesce(j.impressions, 0), 0, 0::bigint, 0, '', 0
	  FROM job j WHERE j.state = 'expired' AND j.printed = 0 AND j.proof IN ('password', 'address')`

func scanEvent(row pgx.CollectableRow) (e rule.Event, err error) {
	var document int64
	err = row.Scan(&e.What, &e.ID, &e.Person, &e.At, &e.Pages, &e.Colour, &document, &e.Station, &e.Building, &e.Word)
	e.Document = uint64(document) // #nosec G115 -- bits, not a number
	return e, err
}

// eventsOf are a person's events since a time, in their order.
func eventsOf(ctx context.Context, tx *db.Tx, person school.PersonID, since time.Time) ([]rule.Event, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			(`+releasedEvents+` AND d.person_id = $1 AND d.reserved_at >= $2 ORDER BY d.job_id, d.delivery_id)
			UNION ALL `+factEvents+` AND f.person_id = $1 AND f.at >= $2
			UNION ALL `+leftEvents+` AND j.person_id = $1 AND j.ended_at >= $2) AS all_of_them (what, id, person, at, pages, colour, document, station, building, word)
		 ORDER BY at, what, id`, person, since)
	return pgx.CollectRows(rows, scanEvent)
}

// sharedEvents are those of a whole school that rules look at together.
func sharedEvents(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]rule.Event, error) {
	rows, _ := tx.Query(ctx, `
		SELECT * FROM (
			(`+releasedEvents+` AND d.school_id = $1 AND d.reserved_at >= $2 ORDER BY d.job_id, d.delivery_id)
			UNION ALL `+factEvents+` AND f.school_id = $1 AND f.at >= $2 AND f.kind IN ('code-used', 'wrong-code')) AS all_of_them (what, id, person, at, pages, colour, document, station, building, word)
		 ORDER BY at, what, id`, id, since)
	return pgx.CollectRows(rows, scanEvent)
}

// trace is how far a person's doings have come: another one says that there is more to judge.
type trace struct {
	delivery, fact, job int64
}

// active are the people of a school of whom something is told since a time.
func active(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) (map[school.PersonID]trace, error) {
	rows, _ := tx.Query(ctx, `
		SELECT person_id, max(delivery), max(fact), max(job) FROM (
			SELECT d.person_id, max(d.delivery_id) AS delivery, 0::bigint AS fact, 0::bigint AS job FROM delivery d WHERE d.school_id = $1 AND d.reserved_at >= $2 GROUP BY 1
			UNION ALL SELECT f.person_id, 0, max(f.fact_id), 0 FROM fact f WHERE f.school_id = $1 AND f.at >= $2 GROUP BY 1
			UNION ALL SELECT j.person_id, 0, 0, max(j.job_id) FROM job j WHERE j.school_id = $1 AND j.state = 'expired' AND j.ended_at >= $2 GROUP BY 1) AS told
		 GROUP BY person_id ORDER BY person_id`, id, since)
	all := map[school.PersonID]trace{}
	var p school.PersonID
	var t trace
	_, err := pgx.ForEachRow(rows, []any{&p, &t.delivery, &t.fact, &t.job}, func() error { all[p] = t; return nil })
	return all, err
}

// usualPages is how many pages are usual in a year group within a week: the median of those who
// printed at all within the four weeks before a time.
func usualPages(ctx context.Context, tx *db.Tx, id school.ID, year int, before time.Time) (pages int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY pages), 0)::integer / 4 FROM (
			SELECT sum(u.impressions)::integer AS pages FROM usage u
			 WHERE u.school_id = $1 AND u.year_group = $2 AND u.day BETWEEN ($3::timestamptz - interval '28 days')::date AND $3::date AND u.impressions > 0
			 GROUP BY u.person_id) AS each_of_them`, id, year, before).Scan(&pages)
	return pages, err
}
