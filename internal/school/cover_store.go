package school

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school/calendar"
)

// arranged is cover that was written, with the pseudonyms of the two.
type arranged struct {
	Covering
	away, who Pseudonym
}

// upsertCovers returns those that were not there like this. It is refused as
// "cover-nobody" when one of the people is no member of staff.
func upsertCovers(ctx context.Context, tx *db.Tx, id ID, all []Covering) ([]arranged, error) {
	n := len(all)
	days, periods, absent, by := make([]string, n), make([]string, n), make([]PersonID, n), make([]PersonID, n)
	for i, v := range all {
		days[i], periods[i], absent[i], by[i] = v.Day.String(), v.Period, v.Absent, v.By
	}
	var strangers int
	err := tx.QueryRow(ctx, `
		SELECT count(*) FROM unnest($2::bigint[] || $3::bigint[]) AS s (id)
		 WHERE NOT EXISTS (SELECT FROM person p JOIN person_role r ON r.person_id = p.person_id AND r.school_id = p.school_id
		                    WHERE p.person_id = s.id AND p.school_id = $1 AND p.left_at IS NULL AND r.role NOT IN ('pupil', 'guest'))`,
		id, absent, by).Scan(&strangers)
	if err == nil && strangers > 0 {
		err = coverNobody
	}
	if err != nil {
		return nil, err
	}
	rows, _ := tx.Query(ctx, `
		WITH new AS (
			INSERT INTO cover AS c (school_id, day, period, absent_id, cover_id, arranged_at)
			SELECT $1, day, period, absent, by, $6 FROM unnest($2::text[]::date[], $3::text[], $4::bigint[], $5::bigint[]) AS s (day, period, absent, by)
			ON CONFLICT (school_id, day, period, absent_id) DO UPDATE SET cover_id = excluded.cover_id, arranged_at = excluded.arranged_at
			 WHERE c.cover_id <> excluded.cover_id
			RETURNING *)
		SELECT n.day::text, n.period, n.absent_id, n.cover_id, a.pseudonym, b.pseudonym
		  FROM new n JOIN person a ON a.person_id = n.absent_id JOIN person b ON b.person_id = n.cover_id ORDER BY n.day, n.period, n.absent_id`,
		id, days, periods, absent, by, tx.Now)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v arranged, err error) {
		var day string
		if err = row.Scan(&day, &v.Period, &v.Absent, &v.By, &v.away, &v.who); err == nil {
			v.Day, err = calendar.ParseDate(day)
		}
		return v, err
	})
}

// deleteCover says whether there was any.
func deleteCover(ctx context.Context, tx *db.Tx, id ID, day calendar.Date, period string, absent PersonID) (bool, error) {
	done, err := tx.Exec(ctx, `DELETE FROM cover WHERE school_id = $1 AND day = $2 AND period = $3 AND absent_id = $4`, id, day.Time(), period, absent)
	return done.RowsAffected() > 0, err
}

func covers(ctx context.Context, tx *db.Tx, id ID, day calendar.Date) ([]Covering, error) {
	rows, _ := tx.Query(ctx, `
		SELECT c.period, c.absent_id, c.cover_id, a.given_name || ' ' || a.family_name, b.given_name || ' ' || b.family_name
		  FROM cover c JOIN person a ON a.person_id = c.absent_id JOIN person b ON b.person_id = c.cover_id
		 WHERE c.school_id = $1 AND c.day = $2
		 ORDER BY (SELECT min(l.rings) FROM bell l WHERE l.school_id = c.school_id AND l.weekday = extract(dow FROM c.day) AND l.period = c.period), c.period,
		          a.family_name, a.given_name, c.absent_id`, id, day.Time())
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Covering, err error) {
		v.Day = day
		return v, row.Scan(&v.Period, &v.Absent, &v.By, &v.Away, &v.Who)
	})
}
