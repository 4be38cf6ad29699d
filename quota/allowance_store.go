package quota

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

func policyRow(ctx context.Context, tx *db.Tx, id school.ID) (p Policy, found bool, err error) {
	err = tx.QueryRow(ctx, `SELECT per, combine, carry FROM allowance_policy WHERE school_id = $1`, id).Scan(&p.Per, &p.Combine, &p.Carry)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

func savePolicy(ctx context.Context, tx *db.Tx, id school.ID, p Policy) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO allowance_policy (school_id, per, combine, carry) VALUES ($1, $2, $3, $4)
		    ON CONFLICT (school_id) DO UPDATE SET per = excluded.per, combine = excluded.combine, carry = excluded.carry`,
		id, p.Per, p.Combine, p.Carry)
	return err
}

func allowances(ctx context.Context, tx *db.Tx, id school.ID) ([]Allowance, error) {
	rows, _ := tx.Query(ctx, `
		SELECT allowance_id, coalesce(role, ''), coalesce(year_from, -1), coalesce(year_to, -1), coalesce(class_id, 0), coalesce(person_id, 0), pages, colour
		  FROM allowance WHERE school_id = $1 ORDER BY person_id NULLS FIRST, class_id NULLS FIRST, role NULLS FIRST, year_from, allowance_id`, id)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Allowance, err error) {
		return a, row.Scan(&a.ID, &a.For.Role, &a.For.From, &a.For.To, &a.For.Class, &a.For.Person, &a.Pages, &a.Colour)
	})
}

const ofAudience = `school_id = $1 AND coalesce(role, '') = $2 AND coalesce(year_from, -1) = $3 AND coalesce(year_to, -1) = $4
	AND coalesce(class_id, 0) = $5 AND coalesce(person_id, 0) = $6`

func saveAllowance(ctx context.Context, tx *db.Tx, id school.ID, a Allowance) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO allowance (school_id, role, year_from, year_to, class_id, person_id, pages, colour)
		VALUES ($1, nullif($2, ''), nullif($3::int, -1), nullif($4::int, -1), nullif($5::bigint, 0), nullif($6::bigint, 0), $7, $8)
		    ON CONFLICT (school_id, coalesce(role, ''), coalesce(year_from, -1), coalesce(year_to, -1), coalesce(class_id, 0), coalesce(person_id, 0))
		    DO UPDATE SET pages = excluded.pages, colour = excluded.colour`,
		id, a.For.Role, a.For.From, a.For.To, a.For.Class, a.For.Person, a.Pages, a.Colour)
	return err
}

func deleteAllowance(ctx context.Context, tx *db.Tx, id school.ID, of Audience) (bool, error) {
	done, err := tx.Exec(ctx, `DELETE FROM allowance WHERE `+ofAudience, id, of.Role, of.From, of.To, of.Class, of.Person)
	return done.RowsAffected() > 0, err
}

// lockGiving has the nodes give one after the other at a school: each takes many
// accounts.
func lockGiving(ctx context.Context, tx *db.Tx, id school.ID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('allowances'), $1)`, id)
	return err
}

// peopleWithout are people at the school who have had nothing of the period, by number, and whether it has begun for each.
// Guests have pages of their own.
func peopleWithout(ctx context.Context, tx *db.Tx, id school.ID, per Period, start calendar.Date, after school.PersonID, limit int) (people []school.PersonID, begun []bool, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.person_id, g.person_id IS NOT NULL
		  FROM person p LEFT JOIN allowance_given g ON g.person_id = p.person_id AND g.per = $2 AND g.starts_on = $3
		 WHERE p.school_id = $1 AND p.person_id > $4 AND p.left_at IS NULL AND coalesce(g.pages, 0) = 0
		   AND NOT EXISTS (SELECT FROM guest v WHERE v.person_id = p.person_id)
		 ORDER BY p.person_id LIMIT $5`, id, per, start.Time(), after, limit)
	var person school.PersonID
	var has bool
	_, err = pgx.ForEachRow(rows, []any{&person, &has}, func() error {
		people, begun = append(people, person), append(begun, has)
		return nil
	})
	return people, begun, err
}

// expireLeft takes what is left above what may be carried over from those who had an allowance last, of each purse. Whoever
// had none keeps what somebody gave them.
func expireLeft(ctx context.Context, tx *db.Tx, id school.ID, p Policy, start calendar.Date, people []school.PersonID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO transfer (school_id, at, kind, purse, from_account, to_account, amount, key)
		SELECT $1, $2, 'expire', a.purse, a.account_id, b.account_id, a.balance - $3,
		       'expire:' || $4 || ':' || $5::date || ':' || a.person_id || CASE a.purse WHEN 'colour' THEN ':colour' ELSE '' END
		  FROM account a JOIN account b ON b.school_id = $1 AND b.kind = 'allowance' AND b.purse = a.purse
		 WHERE a.kind = 'person' AND a.person_id = ANY ($6) AND a.balance > $3
		   AND (SELECT g.pages FROM allowance_given g WHERE g.person_id = a.person_id ORDER BY g.given_at DESC, g.starts_on DESC LIMIT 1) > 0
		 ORDER BY a.account_id
		    ON CONFLICT (school_id, key) DO NOTHING`, id, tx.Now, p.Carry, p.Per, start.Time(), people)
	return err
}

func insertGiven(ctx context.Context, tx *db.Tx, id school.ID, per Period, start calendar.Date, all []share) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO allowance_given (person_id, school_id, per, starts_on, pages, colour, given_at)
		SELECT g.person, $1, $2, $3, g.pages, g.colour, $4 FROM unnest($5::bigint[], $6::bigint[], $7::bigint[]) AS g (person, pages, colour)
		    ON CONFLICT (person_id, per, starts_on) DO UPDATE SET pages = excluded.pages, colour = excluded.colour, given_at = excluded.given_at`,
		id, per, start.Time(), tx.Now, column(all, func(s share) school.PersonID { return s.person }),
		column(all, func(s share) int64 { return s.pages }), column(all, func(s share) *int64 { return s.colour }))
	return err
}
