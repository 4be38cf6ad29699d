package school

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// batch is how many rows go to the database in one statement.
const batch = 20_000

// inBatches calls fn with the items, batch at a time.
func inBatches[T any](all []T, fn func([]T) error) error {
	for some := range slices.Chunk(all, batch) {
		if err := fn(some); err != nil {
			return err
		}
	}
	return nil
}

// columnOf is one value of each item.
func columnOf[T, V any](all []T, of func(T) V) []V {
	values := make([]V, len(all))
	for i, item := range all {
		values[i] = of(item)
	}
	return values
}

func entries(ctx context.Context, tx *db.Tx, schools []ID) ([]Entry, error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.person_id, p.individual_id, p.school_id, p.pseudonym, p.username, p.given_name, p.family_name,
		       coalesce(p.year_group, -1), p.left_at IS NOT NULL, coalesce(r.roles, '{}'), g.person_id IS NOT NULL
		  FROM person p LEFT JOIN guest g USING (person_id)
		  LEFT JOIN (SELECT person_id, array_agg(role ORDER BY role) AS roles FROM person_role GROUP BY person_id) r USING (person_id)
		 WHERE p.school_id = ANY($1)
		 ORDER BY p.person_id`, schools)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		return e, row.Scan(&e.ID, &e.Individual, &e.School, &e.Pseudonym, &e.Username, &e.Given, &e.Family, &e.Year, &e.Left, &e.Roles, &e.Guest)
	})
}

func newIndividuals(ctx context.Context, tx *db.Tx, n int) ([]IndividualID, error) {
	rows, _ := tx.Query(ctx, `SELECT nextval('individual') FROM generate_series(1, $1)`, n)
	return pgx.CollectRows(rows, pgx.RowTo[IndividualID])
}

func insertEntries(ctx context.Context, tx *db.Tx, all []*Entry) error {
	type key struct {
		individual IndividualID
		school     ID
	}
	return inBatches(all, func(some []*Entry) error {
		by := make(map[key]*Entry, len(some))
		for _, e := range some {
			by[key{e.Individual, e.School}] = e
		}
		rows, _ := tx.Query(ctx, `
			INSERT INTO person (school_id, individual_id, username, given_name, family_name, year_group)
			SELECT s, i, u, g, f, nullif(y, -1)
			  FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::smallint[]) AS n (s, i, u, g, f, y)
			RETURNING person_id, individual_id, school_id, pseudonym`,
			columnOf(some, func(e *Entry) ID { return e.School }), columnOf(some, func(e *Entry) IndividualID { return e.Individual }),
			columnOf(some, func(e *Entry) string { return e.Username }), columnOf(some, func(e *Entry) string { return e.Given }),
			columnOf(some, func(e *Entry) string { return e.Family }), columnOf(some, func(e *Entry) int { return e.Year }))
		var id PersonID
		var k key
		var pseudonym Pseudonym
		_, err := pgx.ForEachRow(rows, []any{&id, &k.individual, &k.school, &pseudonym}, func() error {
			by[k].ID, by[k].Pseudonym = id, pseudonym
			return nil
		})
		if err != nil {
			return fmt.Errorf("add people: %w", err)
		}
		return nil
	})
}

// step is one statement of several that go together.
type step struct {
	what, sql string
	args      []any
}

// runSteps runs steps until one fails.
func runSteps(ctx context.Context, tx *db.Tx, all ...step) error {
	for _, s := range all {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return nil
}

// updateEntries takes new user names in two steps, since a name is free only once its
// holder has another.
func updateEntries(ctx context.Context, tx *db.Tx, all []*Entry) error {
	ids := columnOf(all, func(e *Entry) PersonID { return e.ID })
	names := columnOf(all, func(e *Entry) string { return e.Username })
	given, family := columnOf(all, func(e *Entry) string { return e.Given }), columnOf(all, func(e *Entry) string { return e.Family })
	return runSteps(ctx, tx, step{"free user names", `
		UPDATE person p SET username = '~' || p.person_id
		  FROM unnest($1::bigint[], $2::text[]) AS n (id, u)
		 WHERE p.person_id = n.id AND p.username <> n.u`, []any{ids, names}}, step{"change people", `
		UPDATE person p SET username = n.u, given_name = n.g, family_name = n.f, year_group = nullif(n.y, -1)
		  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::smallint[]) AS n (id, u, g, f, y)
		 WHERE p.person_id = n.id`, []any{ids, names, given, family, columnOf(all, func(e *Entry) int { return e.Year })}})
}

func insertRoles(ctx context.Context, tx *db.Tx, all []Held) error {
	return inBatches(all, func(some []Held) error {
		people, schools, roles := heldColumns(some)
		_, err := tx.Exec(ctx, `
			INSERT INTO person_role (person_id, school_id, role, given_by)
			SELECT p, s, r, 'roster' FROM unnest($1::bigint[], $2::integer[], $3::text[]) AS n (p, s, r) ON CONFLICT DO NOTHING`, people, schools, roles)
		return err
	})
}

func deleteRoles(ctx context.Context, tx *db.Tx, all []Held) error {
	people, schools, roles := heldColumns(all)
	_, err := tx.Exec(ctx, `
		DELETE FROM person_role r USING unnest($1::bigint[], $2::integer[], $3::text[]) AS g (p, s, role)
		 WHERE r.person_id = g.p AND r.school_id = g.s AND r.role = g.role`, people, schools, roles)
	return err
}

func heldColumns(all []Held) ([]PersonID, []ID, []Role) {
	return columnOf(all, func(h Held) PersonID { return h.Person }), columnOf(all, func(h Held) ID { return h.School }), columnOf(all, func(h Held) Role { return h.Role })
}

func updateLeft(ctx context.Context, tx *db.Tx, id ID, day, erase time.Time, people []PersonID) error {
	return runSteps(ctx, tx,
		step{"let people leave", `
			UPDATE person SET left_at = $3, credential_version = credential_version + 1
			 WHERE person_id = ANY($1) AND school_id = $2 AND left_at IS NULL`, []any{people, id, tx.Now}},
		step{"revoke addresses", `
			UPDATE address SET revoked_at = greatest($3, issued_at) WHERE person_id = ANY($1) AND school_id = $2 AND revoked_at IS NULL`, []any{people, id, tx.Now}},
		step{"take enrolments back", `
			DELETE FROM enrolment WHERE person_id = ANY($1) AND school_id = $2 AND valid_from >= $3`, []any{people, id, day}},
		step{"end enrolments", `
			UPDATE enrolment SET valid_to = $3 WHERE person_id = ANY($1) AND school_id = $2 AND valid_to > $3`, []any{people, id, day}},
		step{"list departures", `
			INSERT INTO departure (person_id, school_id, left_at, erase_on)
			SELECT p, $2, $3, $4 FROM unnest($1::bigint[]) AS p
			    ON CONFLICT (person_id) DO UPDATE SET left_at = excluded.left_at, erase_on = excluded.erase_on, returned_at = NULL`, []any{people, id, tx.Now, erase}})
}

func updateReturned(ctx context.Context, tx *db.Tx, people []PersonID) error {
	return runSteps(ctx, tx,
		step{"take people back", `UPDATE person SET left_at = NULL WHERE person_id = ANY($1)`, []any{people}},
		step{"list people back", `UPDATE departure SET returned_at = greatest($2, left_at) WHERE person_id = ANY($1) AND returned_at IS NULL`, []any{people, tx.Now}})
}

func countDepartures(ctx context.Context, tx *db.Tx, day time.Time) (waiting, due int, first time.Time, err error) {
	var soonest *time.Time
	err = tx.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE erase_on <= $1 AND NOT on_hold(person_id)), min(erase_on) FROM departure WHERE returned_at IS NULL`, day).Scan(&waiting, &due, &soonest)
	if soonest != nil {
		first = *soonest
	}
	return waiting, due, first, err
}

func updateKind(ctx context.Context, tx *db.Tx, id ID, kind string) error {
	_, err := tx.Exec(ctx, `UPDATE school SET kind = $2 WHERE school_id = $1`, id, kind)
	return err
}
