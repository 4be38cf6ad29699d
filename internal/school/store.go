package school

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/db"
	"inkwell/internal/fault"
)

const personColumns = `
	p.person_id, p.school_id, p.pseudonym, p.username, p.given_name, p.family_name, coalesce(p.year_group, 0),
	coalesce(p.password_hash, ''), p.credential_version, p.badge_version, p.left_at IS NOT NULL,
	ARRAY(SELECT r.role FROM person_role r WHERE r.person_id = p.person_id AND r.school_id = p.school_id ORDER BY r.role)`

func scanPerson(row pgx.Row, more ...any) (p Person, err error) {
	dest := []any{&p.ID, &p.School, &p.Pseudonym, &p.Username, &p.Given, &p.Family, &p.Year, &p.passwordHash, &p.Version, &p.badges, &p.Left, &p.Roles}
	return p, row.Scan(append(dest, more...)...)
}

func person(ctx context.Context, tx *db.Tx, where string, args ...any) (Person, error) {
	p, err := scanPerson(tx.QueryRow(ctx, "SELECT "+personColumns+" FROM person p WHERE "+where, args...))
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, unknownPerson
	}
	return p, err
}

// folded is a text of SQL as it is searched for: without case, accents and what joins parts of a name.
func folded(text string) string {
	return `translate(regexp_replace(normalize(lower(` + text + `), NFKD), '[\u0300-\u036F\u2018\u2019''\u0060.-]', '', 'g'), 'łøđı', 'lodi')` //nolint:misspell // SQL's
}

func people(ctx context.Context, tx *db.Tx, where string, limit int, args ...any) ([]Person, error) {
	rows, _ := tx.Query(ctx, fmt.Sprintf("SELECT %s FROM person p WHERE %s ORDER BY p.username LIMIT %d", personColumns, where, limit), args...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Person, error) { return scanPerson(row) })
}

func insertPeople(ctx context.Context, tx *db.Tx, school ID, all []Newcomer) ([]PersonID, error) {
	n := len(all)
	username, given, family, hash, role := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	year := make([]int, n)
	for i, p := range all {
		username[i], given[i], family[i], hash[i], role[i], year[i] = normalName(p.Username), p.Given, p.Family, p.PasswordHash, string(p.Role), p.Year
	}
	rows, _ := tx.Query(ctx, `
		WITH added AS (
			INSERT INTO person (school_id, username, given_name, family_name, year_group, password_hash)
			SELECT $1, u, g, f, nullif(y, 0), nullif(h, '')
			  FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[]) AS n (u, g, f, y, h)
			RETURNING person_id, username),
		roles AS (
			INSERT INTO person_role (person_id, school_id, role)
			SELECT a.person_id, $1, n.r FROM added a JOIN unnest($2::text[], $7::text[]) AS n (u, r) ON n.u = a.username)
		SELECT a.person_id FROM added a JOIN unnest($2::text[]) WITH ORDINALITY AS n (u, place) ON n.u = a.username
		 ORDER BY n.place`,
		school, username, given, family, year, hash, role)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[PersonID])
	if err != nil {
		return nil, fmt.Errorf("add people: %w", err)
	}
	return ids, nil
}

// newCode is a code to be kept. alone is its digest if it may stand without a name.
type newCode struct {
	person PersonID
	hash   string
	alone  []byte
}

// updatePassword ends the sessions of all that the human is, also at other schools where the transaction sees them.
func updatePassword(ctx context.Context, tx *db.Tx, id PersonID, hash string) error {
	_, err := tx.Exec(ctx, `
		UPDATE person SET password_hash = CASE WHEN person_id = $1 THEN $2 ELSE password_hash END, credential_version = credential_version + 1 WHERE `+ofTheSameHuman, id, hash)
	return err
}

func countGuesses(ctx context.Context, tx *db.Tx, school ID, place string, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM guess WHERE school_id = $1 AND place = $2 AND at > $3`, school, place, since).Scan(&n)
	return n, err
}

func insertGuess(ctx context.Context, tx *db.Tx, school ID, person PersonID, place string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO guess (school_id, place, person_id, at) VALUES ($1, $2, nullif($3::bigint, 0), $4)`, school, place, person, tx.Now)
	return err
}

func insertSchool(ctx context.Context, tx *db.Tx, name, zone string) (id ID, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO school (name, time_zone) VALUES ($1, $2) RETURNING school_id`, name, zone).Scan(&id)
	return id, err
}

func schools(ctx context.Context, tx *db.Tx) ([]School, error) {
	rows, _ := tx.Query(ctx, `SELECT school_id, name, time_zone FROM school ORDER BY school_id`)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (School, error) { return scanSchool(row) })
}

func schoolByID(ctx context.Context, tx *db.Tx, id ID) (School, error) {
	return scanSchool(tx.QueryRow(ctx, `SELECT school_id, name, time_zone FROM school WHERE school_id = $1`, id))
}

func scanSchool(row pgx.Row) (s School, err error) {
	var zone string
	if err = row.Scan(&s.ID, &s.Name, &zone); err == nil {
		s.Zone, err = ZoneNamed(zone)
	}
	return s, err
}

// idsByUsername are all who are at the school, by user name, and not those who have left.
func idsByUsername(ctx context.Context, tx *db.Tx, school ID) (map[string]PersonID, error) {
	rows, _ := tx.Query(ctx, `SELECT username, person_id FROM person WHERE school_id = $1 AND left_at IS NULL`, school)
	all := map[string]PersonID{}
	var name string
	var id PersonID
	_, err := pgx.ForEachRow(rows, []any{&name, &id}, func() error { all[name] = id; return nil })
	return all, err
}

// insertSelf makes somebody a person of another school. One human is one person there at most.
func insertSelf(ctx context.Context, tx *db.Tx, p Person, at ID, username string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO person (school_id, individual_id, username, given_name, family_name)
		SELECT $2, individual_id, $3, given_name, family_name FROM person WHERE person_id = $1`, p.ID, at, username)
	return once(err)
}

// updateOpenedBy says that what opens one account opens another.
func updateOpenedBy(ctx context.Context, tx *db.Tx, there, by PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE person SET opened_by = (SELECT coalesce(h.opened_by, h.person_id) FROM person h WHERE h.person_id = $2) WHERE person_id = $1`, there, by)
	return err
}

// updateSelf says that a person of another school is the same human.
func updateSelf(ctx context.Context, tx *db.Tx, p Person, there PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE person SET individual_id = (SELECT h.individual_id FROM person h WHERE h.person_id = $1) WHERE person_id = $2`, p.ID, there)
	return once(err)
}

// once tells that somebody is at a school already, under another name.
func once(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "23505" { // unique_violation
		return fault.New(fault.Conflict, "already-elsewhere", "They are at that school already, under another user name.").Because(err)
	}
	return err
}

func insertRole(ctx context.Context, tx *db.Tx, p Person, role Role) error {
	_, err := tx.Exec(ctx, `INSERT INTO person_role (person_id, school_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, p.ID, p.School, role)
	return err
}
