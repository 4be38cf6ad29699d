package school

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func classEntries(ctx context.Context, tx *db.Tx, schools []ID) ([]ClassEntry, error) {
	rows, _ := tx.Query(ctx, `
		SELECT class_id, school_id, name, kind, coalesce(year_group, -1), coalesce(subject, '')
		  FROM class WHERE school_id = ANY($1) ORDER BY class_id`, schools)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ClassEntry, err error) {
		return c, row.Scan(&c.ID, &c.School, &c.Name, &c.Kind, &c.Year, &c.Subject)
	})
}

func insertClassEntries(ctx context.Context, tx *db.Tx, all []*ClassEntry) error {
	type key struct {
		school ID
		name   string
	}
	return inBatches(all, func(some []*ClassEntry) error {
		by := make(map[key]*ClassEntry, len(some))
		for _, c := range some {
			by[key{c.School, c.Name}] = c
		}
		rows, _ := tx.Query(ctx, `
			INSERT INTO class (school_id, name, kind, year_group, subject)
			SELECT s, n, k, nullif(y, -1), nullif(t, '')
			  FROM unnest($1::integer[], $2::text[], $3::text[], $4::smallint[], $5::text[]) AS c (s, n, k, y, t)
			RETURNING class_id, school_id, name`,
			columnOf(some, func(c *ClassEntry) ID { return c.School }), columnOf(some, func(c *ClassEntry) string { return c.Name }),
			columnOf(some, func(c *ClassEntry) ClassKind { return c.Kind }), columnOf(some, func(c *ClassEntry) int { return c.Year }),
			columnOf(some, func(c *ClassEntry) string { return c.Subject }))
		var id ClassID
		var k key
		_, err := pgx.ForEachRow(rows, []any{&id, &k.school, &k.name}, func() error { by[k].ID = id; return nil })
		if err != nil {
			return fmt.Errorf("add classes: %w", err)
		}
		return nil
	})
}

// updateClassEntries takes new names in two steps, as updateEntries does.
func updateClassEntries(ctx context.Context, tx *db.Tx, all []*ClassEntry) error {
	ids := columnOf(all, func(c *ClassEntry) ClassID { return c.ID })
	names := columnOf(all, func(c *ClassEntry) string { return c.Name })
	kinds, years := columnOf(all, func(c *ClassEntry) ClassKind { return c.Kind }), columnOf(all, func(c *ClassEntry) int { return c.Year })
	return runSteps(ctx, tx, step{"free class names", `
		UPDATE class c SET name = '~' || c.class_id
		  FROM unnest($1::bigint[], $2::text[]) AS n (id, name) WHERE c.class_id = n.id AND c.name <> n.name`, []any{ids, names}}, step{"change classes", `
		UPDATE class c SET name = n.name, kind = n.kind, year_group = nullif(n.y, -1), subject = nullif(n.subject, '')
		  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::text[]) AS n (id, name, kind, y, subject)
		 WHERE c.class_id = n.id`, []any{ids, names, kinds, years, columnOf(all, func(c *ClassEntry) string { return c.Subject })}})
}

func openEnrolments(ctx context.Context, tx *db.Tx, schools []ID, day time.Time, fn func(Enrolment)) error {
	rows, _ := tx.Query(ctx, `
		SELECT class_id, person_id, school_id, role, valid_from, valid_to
		  FROM enrolment WHERE school_id = ANY($1) AND valid_to > $2`, schools, day)
	var e Enrolment
	_, err := pgx.ForEachRow(rows, []any{&e.Class, &e.Person, &e.School, &e.Role, &e.From, &e.To}, func() error { fn(e); return nil })
	return err
}

func upsertEnrolments(ctx context.Context, tx *db.Tx, all []Enrolment, done func(int)) error {
	so := 0
	return inBatches(all, func(some []Enrolment) error {
		classes, people, schools, from, to := enrolmentColumns(some)
		_, err := tx.Exec(ctx, `
			INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to)
			SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::date[], $6::date[])
			    ON CONFLICT (class_id, person_id, valid_from) DO UPDATE SET role = excluded.role, valid_to = excluded.valid_to`,
			classes, people, schools, columnOf(some, func(e Enrolment) Role { return e.Role }), from, to)
		if err != nil {
			return fmt.Errorf("enrol: %w", err)
		}
		if so += len(some); done != nil {
			done(so)
		}
		return nil
	})
}

func endEnrolments(ctx context.Context, tx *db.Tx, all []Enrolment) error {
	return inBatches(all, func(some []Enrolment) error {
		classes, people, _, from, to := enrolmentColumns(some)
		args := []any{classes, people, from, to}
		return runSteps(ctx, tx, step{"take enrolments back", `
			DELETE FROM enrolment e USING unnest($1::bigint[], $2::bigint[], $3::date[], $4::date[]) AS n (c, p, f, t)
			 WHERE e.class_id = n.c AND e.person_id = n.p AND e.valid_from = n.f AND e.valid_from >= n.t`, args}, step{"end enrolments", `
			UPDATE enrolment e SET valid_to = n.t FROM unnest($1::bigint[], $2::bigint[], $3::date[], $4::date[]) AS n (c, p, f, t)
			 WHERE e.class_id = n.c AND e.person_id = n.p AND e.valid_from = n.f AND e.valid_to > n.t`, args})
	})
}

func enrolmentColumns(all []Enrolment) (classes []ClassID, people []PersonID, schools []ID, from, to []time.Time) {
	return columnOf(all, func(e Enrolment) ClassID { return e.Class }), columnOf(all, func(e Enrolment) PersonID { return e.Person }),
		columnOf(all, func(e Enrolment) ID { return e.School }), columnOf(all, func(e Enrolment) time.Time { return e.From }),
		columnOf(all, func(e Enrolment) time.Time { return e.To })
}
