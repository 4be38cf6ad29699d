package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

func conditionOf(ctx context.Context, tx *db.Tx, in school.ID) (c Condition, err error) {
	counts := db.Ask(tx, db.First(func(row pgx.Row) (c Condition, err error) {
		var beat, oldest *time.Time
		err = row.Scan(&c.Servers, &c.Lapsed, &beat, &c.Held, &oldest, &c.Overdue, &c.Unmailed, &c.Queues, &c.Shut, &c.Outless, &c.Kiosks, &c.KiosksLost)
		c.LastBeat, c.Oldest = instant(beat), instant(oldest)
		return c, err
	}), `
		WITH held AS (
			SELECT count(*) AS n, min(j.submitted_at) AS oldest, count(*) FILTER (WHERE j.state = 'held' AND j.expires_at < $2::timestamptz - interval '1 hour') AS overdue
			  FROM job j WHERE j.ended_at IS NULL AND ($1 = 0 OR j.school_id = $1)),
		kiosk AS (
			SELECT s.name, max(v.seen_at) > $3 AS here FROM station s JOIN kiosk_device v USING (station_id)
			 WHERE v.ended_at IS NULL AND s.kind <> 'pc' AND ($1 = 0 OR s.school_id = $1) GROUP BY s.station_id),
		way AS (
			SELECT q.name, q.closed OR q.paused AS shut,
			       q.kind = 'direct' AND coalesce(r.paused_at IS NOT NULL OR r.state IN ('stopped', 'unreachable'), false) AS outless
			  FROM queue q LEFT JOIN printer r USING (printer_id) WHERE q.removed_at IS NULL AND q.kind <> 'test' AND ($1 = 0 OR q.school_id = $1))
		SELECT (SELECT count(*) FROM node WHERE beat_at > $2::timestamptz - interval '15 seconds'),
		       (SELECT count(*) FROM node WHERE beat_at <= $2::timestamptz - interval '15 seconds'),
		       (SELECT max(beat_at) FROM node WHERE beat_at <= $2::timestamptz - interval '15 seconds'),
		       held.n, held.oldest, held.overdue,
		       (SELECT count(*) FROM printer_fault f WHERE f.ended_at IS NULL AND f.mailed_at IS NULL AND f.first_at < $2::timestamptz - interval '30 minutes' AND ($1 = 0 OR f.school_id = $1)),
		       (SELECT count(*) FROM way), ARRAY(SELECT name FROM way WHERE shut ORDER BY name), ARRAY(SELECT name FROM way WHERE outless AND NOT shut ORDER BY name),
		       (SELECT count(*) FROM kiosk), ARRAY(SELECT name FROM kiosk WHERE NOT here ORDER BY name)
		  FROM held`, in, tx.Now, tx.Now.Add(-silent))
	tended := db.Ask(tx, readUpkeep, `SELECT what, at, problems FROM upkeep`)
	if c, err = counts(ctx); err != nil {
		return c, err
	}
	c.Tended, err = tended(ctx)
	return c, err
}

func readUpkeep(rows pgx.Rows) (map[Chore]Upkeep, error) {
	all := map[Chore]Upkeep{}
	var what Chore
	var u Upkeep
	_, err := pgx.ForEachRow(rows, []any{&what, &u.At, &u.Problems}, func() error { all[what] = u; return nil })
	return all, err
}

func updateUpkeep(ctx context.Context, tx *db.Tx, what Chore, problems int) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO upkeep (what, at, problems) VALUES ($1, $2, $3) ON CONFLICT (what) DO UPDATE SET at = $2, problems = $3`, what, tx.Now, problems)
	return err
}
