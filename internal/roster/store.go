package roster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// lock waits until no other import is under way, on any node.
func lock(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('inkwell.roster'))`)
	return err
}

// readState reads what is known of the schools that an import is about.
func readState(ctx context.Context, tx *db.Tx, r Request) (*state, error) {
	all, err := school.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	s := &state{schools: map[school.ID]school.School{}, identities: map[string]identity{}, places: map[school.PersonID]kept{},
		links: map[school.ClassID]link{}, open: map[member]school.Enrolment{}}
	for _, one := range all {
		if r.School == 0 || one.ID == r.School {
			s.schools[one.ID] = one
			s.day = one.Day(tx.Now)
		}
	}
	ids := slices.Sorted(maps.Keys(s.schools))
	if s.linked, err = schoolLinks(ctx, tx, r.Roster.Source); err != nil {
		return nil, err
	}
	for _, named := range r.Roster.Schools {
		i := slices.IndexFunc(all, func(one school.School) bool { return named.Named && strings.EqualFold(one.Name, named.Name) })
		if i >= 0 {
			s.linked[named.ID] = all[i].ID
		}
	}
	if err := s.readIdentities(ctx, tx, r.Roster.Source); err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	if s.people, err = school.Entries(ctx, tx, ids); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	if err := s.readPlaces(ctx, tx, ids); err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	if s.classes, err = school.ClassEntries(ctx, tx, ids); err != nil {
		return nil, fmt.Errorf("read classes: %w", err)
	}
	if err := s.readLinks(ctx, tx, ids); err != nil {
		return nil, fmt.Errorf("read classes' ids: %w", err)
	}
	err = school.OpenEnrolments(ctx, tx, ids, s.day, func(e school.Enrolment) { s.open[member{e.Class, e.Person}] = e })
	if err != nil {
		return nil, fmt.Errorf("read enrolments: %w", err)
	}
	return s, nil
}

func (s *state) readIdentities(ctx context.Context, tx *db.Tx, source string) error {
	rows, _ := tx.Query(ctx, `SELECT sourced_id, individual_id, upn_digest FROM roster_identity WHERE source = $1`, source)
	var id string
	var who school.IndividualID
	var upn []byte
	_, err := pgx.ForEachRow(rows, []any{&id, &who, &upn}, func() error {
		s.identities[id] = identity{who, string(upn)}
		return nil
	})
	return err
}

func (s *state) readPlaces(ctx context.Context, tx *db.Tx, ids []school.ID) error {
	rows, _ := tx.Query(ctx, `SELECT person_id, source, roles FROM roster_place WHERE school_id = ANY($1)`, ids)
	var id school.PersonID
	var k kept
	_, err := pgx.ForEachRow(rows, []any{&id, &k.source, &k.roles}, func() error {
		s.places[id] = kept{k.source, slices.Clone(k.roles)}
		return nil
	})
	return err
}

func (s *state) readLinks(ctx context.Context, tx *db.Tx, ids []school.ID) error {
	rows, _ := tx.Query(ctx, `SELECT class_id, source, sourced_id FROM roster_class WHERE school_id = ANY($1)`, ids)
	var id school.ClassID
	var l link
	_, err := pgx.ForEachRow(rows, []any{&id, &l.source, &l.id}, func() error { s.links[id] = l; return nil })
	return err
}

// schoolLinks are the source's schools by its ids.
func schoolLinks(ctx context.Context, tx *db.Tx, source string) (map[string]school.ID, error) {
	rows, _ := tx.Query(ctx, `SELECT sourced_id, school_id FROM roster_school WHERE source = $1`, source)
	all := map[string]school.ID{}
	var name string
	var id school.ID
	_, err := pgx.ForEachRow(rows, []any{&name, &id}, func() error { all[name] = id; return nil })
	return all, err
}

func insertSchoolLink(ctx context.Context, tx *db.Tx, source, sourced string, id school.ID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO roster_school (source, sourced_id, school_id) VALUES ($1, $2, $3)
		    ON CONFLICT (source, school_id) DO UPDATE SET sourced_id = excluded.sourced_id`, source, sourced, id)
	return err
}

// updateIdentities gives humans their new ids, which mean nobody yet.
func updateIdentities(ctx context.Context, tx *db.Tx, source string, all []relinked) error {
	if len(all) == 0 {
		return nil
	}
	olds, ids := make([]string, len(all)), make([]string, len(all))
	for i, r := range all {
		olds[i], ids[i] = r.old, r.id
	}
	_, err := tx.Exec(ctx, `
		UPDATE roster_identity i SET sourced_id = n.id
		  FROM unnest($2::text[], $3::text[]) AS n (old, id) WHERE i.source = $1 AND i.sourced_id = n.old`, source, olds, ids)
	if err != nil {
		return fmt.Errorf("relink: %w", err)
	}
	return nil
}

func upsertIdentities(ctx context.Context, tx *db.Tx, source string, all []*someone) error {
	for some := range slices.Chunk(all, 20_000) {
		ids, who, upn := make([]string, len(some)), make([]school.IndividualID, len(some)), make([][]byte, len(some))
		for i, w := range some {
			ids[i], who[i] = w.ID, w.individual
			if w.UPN != nil {
				upn[i] = []byte(w.UPN[0])
			}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO roster_identity (source, sourced_id, individual_id, upn_digest)
			SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bytea[])
			    ON CONFLICT (source, sourced_id) DO UPDATE SET upn_digest = excluded.upn_digest`, source, ids, who, upn)
		if err != nil {
			return fmt.Errorf("keep identities: %w", err)
		}
	}
	return nil
}

func upsertPlaces(ctx context.Context, tx *db.Tx, source string, all []keeping) error {
	for some := range slices.Chunk(all, 20_000) {
		people, schools, roles := make([]school.PersonID, len(some)), make([]school.ID, len(some)), make([]string, len(some))
		for i, k := range some {
			people[i], schools[i], roles[i] = k.person, k.school, arrayOf(k.roles)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO roster_place (person_id, school_id, source, roles)
			SELECT n.p, n.s, $1, n.r::text[] FROM unnest($2::bigint[], $3::integer[], $4::text[]) AS n (p, s, r)
			    ON CONFLICT (person_id) DO UPDATE SET roles = excluded.roles, source = excluded.source`, source, people, schools, roles)
		if err != nil {
			return fmt.Errorf("keep places: %w", err)
		}
	}
	return nil
}

// arrayOf is a text[] as text: roles are our own words.
func arrayOf(roles []school.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return "{" + strings.Join(words, ",") + "}"
}

func upsertClassLinks(ctx context.Context, tx *db.Tx, source string, all []*group) error {
	classes, schools, ids := make([]school.ClassID, len(all)), make([]school.ID, len(all)), make([]string, len(all))
	for i, g := range all {
		classes[i], schools[i], ids[i] = g.is.ID, g.is.School, g.ID
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO roster_class (class_id, school_id, source, sourced_id)
		SELECT n.c, n.s, $1, n.id FROM unnest($2::bigint[], $3::integer[], $4::text[]) AS n (c, s, id)
		    ON CONFLICT (class_id) DO UPDATE SET source = excluded.source, sourced_id = excluded.sourced_id`, source, classes, schools, ids)
	if err != nil {
		return fmt.Errorf("keep classes' ids: %w", err)
	}
	return nil
}

// reasonsKept is how many reasons stay with a run.
const reasonsKept = 100

func insertRun(ctx context.Context, tx *db.Tx, r Request, result Result) error {
	counts, err := json.Marshal(result.Counts)
	if err != nil {
		return err
	}
	reasons := append(append([]string{}, result.Stops...), result.Bad.Lines(reasonsKept)...)
	_, err = tx.Exec(ctx, `
		INSERT INTO roster_run (at, source, by, origin, digest, outcome, counts, bad_rows, reasons)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.Now, r.Roster.Source, r.By, firstOf(r.Origin, 1000), r.Digest[:], result.Outcome, counts, len(result.Bad), reasons)
	return err
}

// insertRefusal keeps that a source's files could not even be read.
func insertRefusal(ctx context.Context, tx *db.Tx, source, by, origin string, digest [digestBytes]byte, reason string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO roster_run (at, source, by, origin, digest, outcome, bad_rows, reasons)
		VALUES ($1, $2, $3, $4, $5, 'refused', 0, $6)`, tx.Now, source, by, firstOf(origin, 1000), digest[:], []string{firstOf(reason, 1000)})
	return err
}

// lastRun is what was last done with what a source put in one place, or a zero Run.
func lastRun(ctx context.Context, tx *db.Tx, source, origin string) (r Run, err error) {
	var digest []byte
	err = tx.QueryRow(ctx, `SELECT at, digest, outcome FROM roster_run WHERE source = $1 AND origin = $2 ORDER BY run_id DESC LIMIT 1`, source, origin).Scan(&r.At, &digest, &r.Outcome)
	if errors.Is(err, pgx.ErrNoRows) {
		return Run{}, nil
	}
	copy(r.Digest[:], digest)
	return r, err
}

func runs(ctx context.Context, tx *db.Tx, limit int) ([]Run, error) {
	rows, _ := tx.Query(ctx, `
		SELECT at, source, by, origin, digest, outcome, counts, bad_rows, reasons FROM roster_run ORDER BY run_id DESC LIMIT $1`, limit)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Run, err error) {
		var digest []byte
		err = row.Scan(&r.At, &r.Source, &r.By, &r.Origin, &digest, &r.Outcome, &r.Counts, &r.BadRows, &r.Reasons)
		copy(r.Digest[:], digest)
		return r, err
	})
}

func sources(ctx context.Context, tx *db.Tx) ([]SourceCount, error) {
	rows, _ := tx.Query(ctx, `
		SELECT l.source, count(*), count(DISTINCT l.school_id)
		  FROM roster_place l JOIN person p USING (person_id) WHERE p.left_at IS NULL GROUP BY 1 ORDER BY 1`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[SourceCount])
}

func countByHand(ctx context.Context, tx *db.Tx) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM person p WHERE left_at IS NULL AND NOT EXISTS (SELECT FROM roster_place l WHERE l.person_id = p.person_id)`).Scan(&n)
	return n, err
}

func swapIdentities(ctx context.Context, tx *db.Tx, source, old, id string) (found bool, err error) {
	tag, err := tx.Exec(ctx, `UPDATE roster_identity SET sourced_id = '~relink' WHERE source = $1 AND sourced_id = $2`, source, old)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	if _, err = tx.Exec(ctx, `UPDATE roster_identity SET sourced_id = $3 WHERE source = $1 AND sourced_id = $2`, source, id, old); err != nil {
		return true, err
	}
	_, err = tx.Exec(ctx, `UPDATE roster_identity SET sourced_id = $2 WHERE source = $1 AND sourced_id = '~relink'`, source, id)
	return true, err
}

func pseudonymsOf(ctx context.Context, tx *db.Tx, source, id string) (all []placeOf, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.school_id, p.pseudonym FROM roster_identity i JOIN person p USING (individual_id)
		 WHERE i.source = $1 AND i.sourced_id = $2 ORDER BY 1`, source, id)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[placeOf])
}

func mappings(ctx context.Context, tx *db.Tx) ([]Mapping, error) {
	rows, _ := tx.Query(ctx, `SELECT name, role, columns FROM roster_mapping ORDER BY name`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Mapping])
}

func upsertMapping(ctx context.Context, tx *db.Tx, m Mapping, now time.Time) error {
	columns, err := json.Marshal(m.Columns)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO roster_mapping (name, role, columns, made_at) VALUES ($1, $2, $3, $4)
		    ON CONFLICT (name) DO UPDATE SET role = excluded.role, columns = excluded.columns, made_at = excluded.made_at`, m.Name, m.Role, columns, now)
	return err
}

func deleteMapping(ctx context.Context, tx *db.Tx, name string) (found bool, err error) {
	tag, err := tx.Exec(ctx, `DELETE FROM roster_mapping WHERE name = $1`, name)
	return tag.RowsAffected() == 1, err
}
