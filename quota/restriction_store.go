package quota

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/school/calendar"
)

// lockRules has changes of a school's rules made one after the other.
func lockRules(ctx context.Context, tx *db.Tx, id school.ID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('rules'), $1)`, id)
	return err
}

func lastRule(ctx context.Context, tx *db.Tx, id school.ID) (last RuleNumber, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(max(last_rule), 0) FROM rule_set WHERE school_id = $1`, id).Scan(&last)
	return last, err
}

// askRulesAt asks for the newest set that was made before a time, in one statement.
func askRulesAt(tx *db.Tx, id school.ID, at time.Time) db.Answer[Rules] {
	return askRules(tx, `s.set_id = (SELECT n.set_id FROM rule_set n WHERE n.school_id = $1 AND n.made_at <= $2 ORDER BY n.set_id DESC LIMIT 1)`, id, at)
}

func rulesOfSet(ctx context.Context, tx *db.Tx, id school.ID, set RuleSet) (Rules, error) {
	return askRules(tx, `s.school_id = $1 AND s.set_id = $2`, id, set)(ctx)
}

// askRules asks for a set with its rules; a set without rules has one row of nothing.
func askRules(tx *db.Tx, where string, args ...any) db.Answer[Rules] {
	return db.Ask(tx, readRules, `
		SELECT s.set_id, s.made_at, coalesce(r.rule, 0), coalesce(r.name, ''), coalesce(r.role, ''), coalesce(r.year_from, -1), coalesce(r.year_to, -1),
		       coalesce(r.class_id, 0), coalesce(r.person_id, 0), coalesce(r.pages, 0), coalesce(r.copies, 0), coalesce(r.colour, 0), r.paper,
		       coalesce(r.bells, ''), r.days, coalesce(r.from_min, 0), coalesce(r.until_min, 0), r.printers, coalesce(r.same_times, 0), coalesce(r.same_hours, 0),
		       coalesce(r.outcome, ''), coalesce(r.instead, '')
		  FROM rule_set s LEFT JOIN restriction r USING (set_id) WHERE `+where+` ORDER BY r.place`, args...)
}

func readRules(rows pgx.Rows) (Rules, error) {
	var all Rules
	var r Restriction
	var days []int16
	to := []any{&all.Set, &all.Since, &r.Number, &r.Name, &r.For.Role, &r.For.From, &r.For.To, &r.For.Class, &r.For.Person,
		&r.Pages, &r.Copies, &r.Colour, &r.Paper, &r.When.Bells, &days, &r.When.From, &r.When.Until, &r.Printers, &r.Same.Times, &r.Same.Hours, &r.Outcome, &r.Instead}
	_, err := pgx.ForEachRow(rows, to, func() error {
		if r.Number == 0 {
			return nil
		}
		one := r
		one.When.Days = nil
		for _, d := range days {
			one.When.Days = append(one.When.Days, time.Weekday(d))
		}
		all.All = append(all.All, one)
		return nil
	})
	if err == nil && all.Set == 0 {
		return DefaultRules(), nil
	}
	return all, err
}

func insertRules(ctx context.Context, tx *db.Tx, by school.Pseudonym, id school.ID, all []Restriction, last RuleNumber) (set RuleSet, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO rule_set (school_id, made_at, made_by, last_rule) VALUES ($1, $2, nullif($3, '')::uuid, $4) RETURNING set_id`,
		id, tx.Now, by, last).Scan(&set)
	for i, r := range all {
		if err != nil {
			break
		}
		err = insertRule(ctx, tx, id, set, i+1, r)
	}
	return set, err
}

func insertRule(ctx context.Context, tx *db.Tx, id school.ID, set RuleSet, place int, r Restriction) error {
	days := make([]int16, len(r.When.Days))
	for i, d := range r.When.Days {
		days[i] = int16(d) // #nosec G115 -- 0 to 6
	}
	var from, until *calendar.Clock
	if r.When.From != r.When.Until {
		from, until = &r.When.From, &r.When.Until
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO restriction (set_id, school_id, place, rule, name, role, year_from, year_to, class_id, person_id, pages, copies, colour, paper,
		                         bells, days, from_min, until_min, printers, same_times, same_hours, outcome, instead)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7::int, -1), nullif($8::int, -1), nullif($9::bigint, 0), nullif($10::bigint, 0),
		        nullif($11::int, 0), nullif($12::int, 0), nullif($13::int, 0), nullif($14::text[], '{}'),
		        nullif($15, ''), nullif($16::smallint[], '{}'), $17, $18, nullif($19::int[], '{}'), nullif($20::int, 0), nullif($21::int, 0), $22, nullif($23, ''))`,
		set, id, place, r.Number, r.Name, r.For.Role, r.For.From, r.For.To, r.For.Class, r.For.Person, r.Pages, r.Copies, r.Colour, list(r.Paper),
		r.When.Bells, days, from, until, list(r.Printers), r.Same.Times, r.Same.Hours, r.Outcome, r.Instead)
	return err
}

// list is a list that is not NULL.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

const exemptionColumns = `
	e.exemption_id, coalesce(e.rule, 0), coalesce(e.class_id, 0), coalesce(e.person_id, 0), e.reason, e.starts_at, e.ends_at,
	coalesce(e.made_by, 0), e.by_officer, e.recorded_at, coalesce(e.recorded_by, 0), e.ended_at`

func scanExemption(row pgx.CollectableRow) (e Exemption, err error) {
	var recorded, ended *time.Time
	err = row.Scan(&e.ID, &e.Rule, &e.Class, &e.Person, &e.Reason, &e.Starts, &e.Ends, &e.MadeBy, &e.Officer, &recorded, &e.By, &ended)
	if recorded != nil {
		e.Recorded = *recorded
	}
	if ended != nil {
		e.Ended = *ended
	}
	return e, err
}

// exemptionsFor are those of a person or of their classes that have not ended at a time.
func exemptionsFor(ctx context.Context, tx *db.Tx, id school.ID, person school.PersonID, classes []school.ClassID) ([]Exemption, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+exemptionColumns+` FROM exemption e
		 WHERE e.school_id = $1 AND e.ended_at IS NULL AND e.ends_at > $2 AND (e.person_id = $3 OR e.class_id = ANY ($4))
		 ORDER BY e.exemption_id`, id, tx.Now, person, list(classes))
	return pgx.CollectRows(rows, scanExemption)
}

// exemptions are a school's that have ended after a time or have not ended.
func exemptions(ctx context.Context, tx *db.Tx, id school.ID, since time.Time) ([]Exemption, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+exemptionColumns+` FROM exemption e
		 WHERE e.school_id = $1 AND least(e.ends_at, e.ended_at) > $2
		 ORDER BY e.recorded_at IS NOT NULL, e.exemption_id`, id, since)
	return pgx.CollectRows(rows, scanExemption)
}

// exemptionByID is one of a school's, locked if lock says so.
func exemptionByID(ctx context.Context, tx *db.Tx, id school.ID, which ExemptionID, lock string) (Exemption, error) {
	rows, _ := tx.Query(ctx, `SELECT `+exemptionColumns+` FROM exemption e WHERE e.school_id = $1 AND e.exemption_id = $2 `+lock, id, which)
	e, err := pgx.CollectExactlyOneRow(rows, scanExemption)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, exemptionUnknown
	}
	return e, err
}

func insertExemption(ctx context.Context, tx *db.Tx, id school.ID, e Exemption) (which ExemptionID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO exemption (school_id, rule, class_id, person_id, reason, starts_at, ends_at, made_by, by_officer)
		VALUES ($1, nullif($2::int, 0), nullif($3::bigint, 0), nullif($4::bigint, 0), $5, $6, $7, nullif($8::bigint, 0), $9) RETURNING exemption_id`,
		id, e.Rule, e.Class, e.Person, e.Reason, e.Starts, e.Ends, e.MadeBy, e.Officer).Scan(&which)
	return which, err
}

func updateRecorded(ctx context.Context, tx *db.Tx, which ExemptionID, by school.PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE exemption SET recorded_by = $2, recorded_at = $3 WHERE exemption_id = $1`, which, by, tx.Now)
	return err
}

func updateEnded(ctx context.Context, tx *db.Tx, which ExemptionID) error {
	_, err := tx.Exec(ctx, `UPDATE exemption SET ended_at = $2 WHERE exemption_id = $1`, which, tx.Now)
	return err
}
