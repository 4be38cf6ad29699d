package school

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

func calendarByID(ctx context.Context, tx *db.Tx, id ID) (c calendar.Calendar, err error) {
	var zone, opens, closes, hold string
	var weekdays []int16
	err = tx.QueryRow(ctx, `
		SELECT s.time_zone, coalesce(c.weekdays, '{1,2,3,4,5}'), coalesce(c.opens, '07:00')::text, coalesce(c.closes, '18:00')::text, coalesce(c.hold, '18:00')::text,
		       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'first', first_day, 'last', last_day) ORDER BY first_day), '[]')
		          FROM term WHERE school_id = $1),
		       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'first', first_day, 'last', last_day, 'reason', reason) ORDER BY first_day, kind), '[]')
		          FROM day_off WHERE school_id = $1),
		       (SELECT coalesce(jsonb_agg(jsonb_build_object('weekday', weekday, 'period', period, 'from', rings, 'until', until) ORDER BY weekday, rings), '[]')
		          FROM bell WHERE school_id = $1),
		       (SELECT coalesce(jsonb_agg(jsonb_build_object('day', day, 'letter', letter) ORDER BY day), '[]')
		          FROM week_anchor WHERE school_id = $1)
		  FROM school s LEFT JOIN calendar c USING (school_id) WHERE s.school_id = $1`, id).
		Scan(&zone, &weekdays, &opens, &closes, &hold, &c.Terms, &c.Off, &c.Bells, &c.Weeks)
	if err != nil {
		return c, err
	}
	for _, w := range weekdays {
		c.Weekdays = append(c.Weekdays, time.Weekday(w))
	}
	for text, to := range map[*string]*calendar.Clock{&opens: &c.Opens, &closes: &c.Closes, &hold: &c.Hold} {
		if *to, err = calendar.ParseClock(*text); err != nil {
			return c, err
		}
	}
	c.Zone, err = ZoneNamed(zone)
	return c, err
}

// replaceCalendar writes a calendar that Check has taken, but for its closures, which
// stay.
func replaceCalendar(ctx context.Context, tx *db.Tx, id ID, c calendar.Calendar) error {
	weekdays := make([]int16, len(c.Weekdays))
	for i, w := range c.Weekdays {
		weekdays[i] = int16(w) // #nosec G115 -- 0 to 6
	}
	var terms, offs, bells, weeks [][]any
	for _, t := range c.Terms {
		terms = append(terms, []any{id, t.Name, t.First.Time(), t.Last.Time()})
	}
	for _, o := range c.Off {
		if o.Kind != calendar.Closure {
			offs = append(offs, []any{id, o.Kind, o.First.Time(), o.Last.Time(), o.Reason})
		}
	}
	for _, b := range c.Bells {
		bells = append(bells, []any{id, b.Weekday, b.Period, b.From.String(), b.Until.String()})
	}
	for _, a := range c.Weeks {
		weeks = append(weeks, []any{id, a.Day.Time(), a.Letter})
	}
	batch := &pgx.Batch{}
	batch.Queue(`
		INSERT INTO calendar (school_id, weekdays, opens, closes, hold) VALUES ($1, $2, $3::text::time, $4::text::time, $5::text::time)
		ON CONFLICT (school_id) DO UPDATE SET weekdays = excluded.weekdays, opens = excluded.opens, closes = excluded.closes, hold = excluded.hold`,
		id, weekdays, c.Opens.String(), c.Closes.String(), c.Hold.String())
	batch.Queue(`DELETE FROM term WHERE school_id = $1`, id)
	batch.Queue(`DELETE FROM day_off WHERE school_id = $1 AND kind <> 'closure'`, id)
	batch.Queue(`DELETE FROM bell WHERE school_id = $1`, id)
	batch.Queue(`DELETE FROM week_anchor WHERE school_id = $1`, id)
	for _, part := range []struct {
		sql  string
		rows [][]any
	}{
		{`INSERT INTO term (school_id, name, first_day, last_day) VALUES ($1, $2, $3, $4)`, terms},
		{`INSERT INTO day_off (school_id, kind, first_day, last_day, reason) VALUES ($1, $2, $3, $4, $5)`, offs},
		{`INSERT INTO bell (school_id, weekday, period, rings, until) VALUES ($1, $2, $3, $4::text::time, $5::text::time)`, bells},
		{`INSERT INTO week_anchor (school_id, day, letter) VALUES ($1, $2, $3)`, weeks},
	} {
		for _, row := range part.rows {
			batch.Queue(part.sql, row...)
		}
	}
	return tx.SendBatch(ctx, batch).Close()
}

func insertClosure(ctx context.Context, tx *db.Tx, id ID, day calendar.Date, reason string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO day_off (school_id, kind, first_day, last_day, reason) VALUES ($1, 'closure', $2, $2, $3)`, id, day.Time(), reason)
	return err
}

// deleteClosure says whether there was one.
func deleteClosure(ctx context.Context, tx *db.Tx, id ID, day calendar.Date) (bool, error) {
	done, err := tx.Exec(ctx, `DELETE FROM day_off WHERE school_id = $1 AND kind = 'closure' AND first_day = $2`, id, day.Time())
	return done.RowsAffected() > 0, err
}
