package conduct

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// groupOn are the pupils of a class by a day's list, or of a year group, who are here; how
// many of them an exemption lets off all rules is told apart.
func groupOn(ctx context.Context, tx *db.Tx, id school.ID, g Group, day calendar.Date) (meets []school.PersonID, spared int, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.person_id, EXISTS (SELECT FROM exemption e WHERE e.school_id = p.school_id AND e.rule IS NULL AND e.ended_at IS NULL
		           AND e.starts_at <= $5 AND e.ends_at > $5 AND (e.by_officer OR e.recorded_at IS NOT NULL)
		           AND (e.person_id = p.person_id OR EXISTS (SELECT FROM enrolment m WHERE m.class_id = e.class_id AND m.person_id = p.person_id
		                AND m.role = 'pupil' AND m.valid_from <= $4 AND $4 < m.valid_to)))
		  FROM person p JOIN person_role r ON r.person_id = p.person_id AND r.role = 'pupil'
		 WHERE p.school_id = $1 AND p.left_at IS NULL
		   AND CASE WHEN $2::bigint <> 0 THEN EXISTS (SELECT FROM enrolment m WHERE m.class_id = $2 AND m.person_id = p.person_id
		            AND m.role = 'pupil' AND m.valid_from <= $4 AND $4 < m.valid_to)
		            ELSE p.year_group = $3 END`, id, g.Class, g.Year, day.Time(), tx.Now)
	var p school.PersonID
	var off bool
	_, err = pgx.ForEachRow(rows, []any{&p, &off}, func() error {
		if off {
			spared++
		} else {
			meets = append(meets, p)
		}
		return nil
	})
	return meets, spared, err
}

// insertOrder writes an order and the suspensions of those it meets.
func insertOrder(ctx context.Context, tx *db.Tx, by school.Actor, o *Order, pupils []school.PersonID) error {
	kind := "withdrawal"
	if o.Pause {
		kind = "pause"
	}
	err := tx.QueryRow(ctx, `
		INSERT INTO conduct_order (school_id, kind, class_id, year_group, starts_at, ends_at, reason, made_by)
		VALUES ($1, $2, nullif($3::bigint, 0), CASE WHEN $3 = 0 THEN $4::smallint END, $5, $6, $7, $8) RETURNING order_id`,
		by.School, kind, o.Class, o.Year, o.Starts, o.Ends, o.Reason, o.MadeBy).Scan(&o.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO suspension (school_id, person_id, starts_at, ends_at, reason, objection, imposed_by, evidence, order_id)
		SELECT $1, p, $3, $4, $5, $6, $7, jsonb_build_object('order', $8::integer), $8 FROM unnest($2::bigint[]) p`,
		by.School, pupils, o.Starts, o.Ends, o.Reason, DefaultObjection, by.Pseudonym, o.ID)
	return err
}

const orderColumns = `
	SELECT o.order_id, o.kind = 'pause', coalesce(o.class_id, 0), coalesce(o.year_group, 0), coalesce(k.name, 'Year ' || o.year_group),
	       o.starts_at, o.ends_at, o.reason, o.made_by, m.given_name || ' ' || m.family_name,
	       (SELECT count(*) FROM suspension s WHERE s.order_id = o.order_id AND s.lifted_at IS NULL), c.time_zone
	  FROM conduct_order o JOIN school c USING (school_id) JOIN person m ON m.person_id = o.made_by LEFT JOIN class k USING (class_id)`

func scanOrder(row pgx.CollectableRow) (o Order, err error) {
	var zone string
	if err = row.Scan(&o.ID, &o.Pause, &o.Class, &o.Year, &o.Whom, &o.Starts, &o.Ends, &o.Reason, &o.MadeBy, &o.By, &o.Pupils, &zone); err != nil {
		return o, err
	}
	o.Ends, err = inZone(o.Ends, zone)
	return o, err
}

func orderByID(ctx context.Context, tx *db.Tx, id school.ID, which OrderID) (Order, error) {
	rows, _ := tx.Query(ctx, orderColumns+` WHERE o.school_id = $1 AND o.order_id = $2`, id, which)
	o, err := pgx.CollectExactlyOneRow(rows, scanOrder)
	if errors.Is(err, pgx.ErrNoRows) {
		err = noOrder
	}
	return o, err
}

func openOrders(ctx context.Context, tx *db.Tx, id school.ID) ([]Order, error) {
	rows, _ := tx.Query(ctx, orderColumns+` WHERE o.school_id = $1 AND o.lifted_at IS NULL AND o.ends_at > $2 ORDER BY o.ends_at, o.order_id`, id, tx.Now)
	return pgx.CollectRows(rows, scanOrder)
}

// pauseOf is the pause of a class that is in force; 0 is none.
func pauseOf(ctx context.Context, tx *db.Tx, class school.ClassID) (id OrderID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(max(order_id), 0) FROM conduct_order WHERE class_id = $1 AND kind = 'pause' AND lifted_at IS NULL AND ends_at > $2`, class, tx.Now).Scan(&id)
	return id, err
}

// pupilsOf are those whom an order still meets, by ascending number.
func pupilsOf(ctx context.Context, tx *db.Tx, id OrderID) ([]school.PersonID, error) {
	rows, _ := tx.Query(ctx, `SELECT person_id FROM suspension WHERE order_id = $1 AND lifted_at IS NULL ORDER BY person_id`, id)
	return pgx.CollectRows(rows, pgx.RowTo[school.PersonID])
}

// endOrder lifts an order and what is left of it, and says whether it was not over.
func endOrder(ctx context.Context, tx *db.Tx, by school.Actor, id OrderID) (bool, error) {
	done, err := tx.Exec(ctx, `UPDATE conduct_order SET lifted_at = $2, lifted_by = $3 WHERE order_id = $1 AND lifted_at IS NULL AND ends_at > $2`, id, tx.Now, by.Pseudonym)
	if err != nil || done.RowsAffected() == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE suspension SET lifted_at = $2, lifted_by = $3 WHERE order_id = $1 AND lifted_at IS NULL`, id, tx.Now, by.Pseudonym)
	return true, err
}

// BadgeShared says whether somebody's badge was seen in two places at once within a day, nobody has
// closed that, and they have a code to tell themselves by.
func BadgeShared(ctx context.Context, tx *db.Tx, person school.PersonID) (shared bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM flag WHERE person_id = $1 AND kind = 'travel' AND raised_at > $2::timestamptz - interval '1 day' AND outcome IS NULL AND NOT reported)
		   AND EXISTS (SELECT FROM code WHERE person_id = $1)`, person, tx.Now).Scan(&shared)
	return shared, err
}
