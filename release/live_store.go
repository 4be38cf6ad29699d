package release

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// addTap counts one more at a station in its minute.
func addTap(ctx context.Context, tx *db.Tx, n note) error {
	known := 0
	if n.kind == tapKnown {
		known = 1
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO station_tap AS t (station_id, minute, school_id, known, unknown) VALUES ($1, date_trunc('minute', $5::timestamptz), $2, $3, $4)
		    ON CONFLICT (station_id, minute) DO UPDATE SET known = t.known + $3, unknown = t.unknown + $4`, n.station, n.school, known, 1-known, tx.Now)
	return err
}

func deleteOldTaps(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM station_tap WHERE minute < $1`, tx.Now.Add(-tapsKept))
	return err
}

// liveCounts are the figures of Live.
type liveCounts struct{ Waiting, Sent, Pages, Known, Unknown int }

func askLiveCounts(tx *db.Tx, id school.ID, since time.Time) db.Answer[liveCounts] {
	return db.Ask(tx, db.First(func(row pgx.Row) (c liveCounts, err error) {
		return c, row.Scan(&c.Waiting, &c.Sent, &c.Pages, &c.Known, &c.Unknown)
	}), `
		SELECT (SELECT count(*) FROM queue q JOIN job j USING (queue_id) WHERE q.school_id = $1 AND j.ended_at IS NULL AND j.state IN ('receiving', 'counting', 'held')),
		       (SELECT count(*) FROM job j WHERE j.school_id = $1 AND j.submitted_at >= $2),
		       (SELECT coalesce(sum(d.printed), 0) FROM delivery d WHERE d.school_id = $1 AND d.reserved_at >= $2::timestamptz - interval '1 hour' AND d.ended_at >= $2),
		       coalesce(sum(t.known), 0), coalesce(sum(t.unknown), 0)
		  FROM station_tap t WHERE t.school_id = $1 AND t.minute >= $2`, id, since)
}

// ownerShown is whose a job j is, as pages of staff tell it: of a claim that nobody has taken it is
// the devices'. It is "" where nobody is to be named.
const ownerShown = `
	CASE WHEN NOT $3::boolean THEN ''
	     WHEN j.proof <> 'vouched' OR EXISTS (SELECT FROM delivery x WHERE x.job_id = j.job_id)
	     THEN (SELECT p.given_name || ' ' || p.family_name FROM person p WHERE p.person_id = j.person_id)
	     ELSE coalesce((SELECT g.name FROM device_group g WHERE g.group_id = j.group_id), '') END`

func askLiveDeliveries(tx *db.Tx, id school.ID, named bool) db.Answer[[]LiveDelivery] {
	return db.Ask(tx, db.All(pgx.RowToStructByPos[LiveDelivery]), `
		SELECT d.delivery_id, r.name, r.room, coalesce(`+ownerShown+`, ''), d.state, coalesce(d.printed, 0), d.impressions, r.state = 'stopped', d.reserved_at
		  FROM printer r JOIN delivery d USING (printer_id) JOIN job j USING (job_id)
		 WHERE r.school_id = $1 AND d.state IN ('reserved', 'sending', 'printing') AND d.reserved_at > $2
		 ORDER BY d.state = 'reserved', d.delivery_id LIMIT 40`, id, tx.Now.AddDate(0, 0, -30), named)
}

func askLivePrinters(tx *db.Tx, id school.ID) db.Answer[[]LivePrinter] {
	return db.Ask(tx, db.All(func(row pgx.CollectableRow) (p LivePrinter, err error) {
		p.PrinterRecord, err = scanPrinter(row, &p.Queued)
		return p, err
	}), `
		SELECT `+printerColumns+`, (SELECT count(*) FROM delivery d WHERE d.printer_id = r.printer_id AND d.state IN ('reserved', 'sending', 'printing'))
		  FROM printer r WHERE r.school_id = $1 ORDER BY lower(r.name), r.printer_id`, id)
}

func askLiveKiosks(tx *db.Tx, id school.ID, since time.Time) db.Answer[[]LiveKiosk] {
	return db.Ask(tx, db.All(func(row pgx.CollectableRow) (k LiveKiosk, err error) {
		var seen *time.Time
		err = row.Scan(&k.Slug, &k.Name, &k.Kind, &k.Screens, &k.Connected, &seen, &k.Taps, &k.Strange)
		k.Seen = instant(seen)
		return k, err
	}), `
		SELECT s.slug, s.name, s.kind, v.paired, v.connected, v.seen, t.known, t.unknown
		  FROM station s
		 CROSS JOIN LATERAL (
		       SELECT count(*) AS paired, count(*) FILTER (WHERE v.seen_at > $3 AND v.connected_at IS NOT NULL) AS connected, max(v.seen_at) AS seen
		         FROM kiosk_device v WHERE v.station_id = s.station_id AND v.ended_at IS NULL) AS v
		 CROSS JOIN LATERAL (
		       SELECT coalesce(sum(t.known), 0) AS known, coalesce(sum(t.unknown), 0) AS unknown
		         FROM station_tap t WHERE t.station_id = s.station_id AND t.minute >= $2) AS t
		 WHERE s.school_id = $1 ORDER BY s.kind DESC, lower(s.name), s.station_id`, id, since, tx.Now.Add(-silent))
}

// askHappenings are what happened since a time, the latest first.
func askHappenings(tx *db.Tx, id school.ID, since time.Time, named bool) db.Answer[[]Happening] {
	return db.Ask(tx, db.All(pgx.RowToStructByPos[Happening]), `
		SELECT * FROM (
			(SELECT j.submitted_at AS at, 'arrived' AS kind, coalesce(`+ownerShown+`, '') AS who, '' AS place, '' AS fault, coalesce(j.impressions, 0) AS pages, 0 AS of
			  FROM job j WHERE j.school_id = $1 AND j.submitted_at >= $2 ORDER BY j.submitted_at DESC LIMIT $5)
			UNION ALL
			(SELECT d.reserved_at, 'released', coalesce(`+ownerShown+`, ''), r.name, '', d.impressions, 0
			  FROM delivery d JOIN job j USING (job_id) JOIN printer r USING (printer_id)
			 WHERE d.school_id = $1 AND d.reserved_at >= $2 ORDER BY d.reserved_at DESC LIMIT $5)
			UNION ALL
			(SELECT d.ended_at, CASE d.state WHEN 'settled' THEN 'printed' ELSE 'void' END, coalesce(`+ownerShown+`, ''), r.name, '', coalesce(d.printed, 0), d.impressions
			  FROM delivery d JOIN job j USING (job_id) JOIN printer r USING (printer_id)
			 WHERE d.school_id = $1 AND d.reserved_at >= $2::timestamptz - interval '1 hour' AND d.ended_at >= $2 ORDER BY d.ended_at DESC LIMIT $5)
			UNION ALL
			SELECT coalesce(d.printing_at, d.sending_at, d.reserved_at), 'unclear', coalesce(`+ownerShown+`, ''), r.name, '', d.impressions, 0
			  FROM delivery d JOIN job j USING (job_id) JOIN printer r USING (printer_id)
			 WHERE d.school_id = $1 AND d.reserved_at >= $2 AND d.state = 'unclear'
			UNION ALL
			SELECT e.at, e.what, '', r.name, f.kind, 0, 0
			  FROM printer r JOIN printer_fault f USING (printer_id) CROSS JOIN LATERAL (VALUES (f.first_at, 'fault'), (f.ended_at, 'mended')) AS e (at, what)
			 WHERE r.school_id = $1 AND e.at >= $2
			UNION ALL
			SELECT e.at, e.what, '', s.name, '', 0, 0
			  FROM station s JOIN kiosk_device v USING (station_id)
			 CROSS JOIN LATERAL (VALUES (v.connected_at, 'kiosk-back'), (CASE WHEN v.seen_at <= $4 OR v.connected_at IS NULL AND v.seen_at > v.paired_at THEN v.seen_at END, 'kiosk-lost')) AS e (at, what)
			 WHERE s.school_id = $1 AND v.ended_at IS NULL AND e.at >= $2
			UNION ALL
			SELECT t.minute, e.what, '', s.name, '', e.n, 0
			  FROM station_tap t JOIN station s USING (station_id) CROSS JOIN LATERAL (VALUES (t.known, 'tapped'), (t.unknown, 'unknown')) AS e (n, what)
			 WHERE t.school_id = $1 AND t.minute >= $2 AND e.n > 0) AS h
		 ORDER BY at DESC, kind, place, who, pages LIMIT $5`, id, since, named, tx.Now.Add(-silent), liveMost)
}
