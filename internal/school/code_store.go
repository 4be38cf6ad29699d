package school

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

// lockGate makes tries at a school wait for one another.
func lockGate(ctx context.Context, tx *db.Tx, school ID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO proof_setting (school_id) VALUES ($1)
		ON CONFLICT (school_id) DO UPDATE SET school_id = EXCLUDED.school_id`, school)
	if err != nil {
		return fmt.Errorf("lock codes: %w", err)
	}
	return nil
}

func readGate(ctx context.Context, tx *db.Tx, school ID, place string, name []byte) (g gate, err error) {
	var last *time.Time
	err = tx.QueryRow(ctx, `
		WITH tries AS (
			SELECT place, name, at, cleared FROM code_try
			 WHERE school_id = $1 AND at > $4::timestamptz - $5::interval)
		SELECT count(*) FILTER (WHERE at > coalesce((SELECT resumed_at FROM proof_setting WHERE school_id = $1), '-infinity')),
		       count(*) FILTER (WHERE place = $2 AND at > $4::timestamptz - $6::interval),
		       count(*) FILTER (WHERE place = $2 AND name = $3 AND NOT cleared AND at > $4::timestamptz - $7::interval),
		       max(at)  FILTER (WHERE place = $2 AND name = $3 AND NOT cleared)
		  FROM tries`, school, place, name, tx.Now, schoolWindow, guessWindow, nameWindow).Scan(&g.school, &g.kiosk, &g.name, &last)
	if err != nil {
		return g, fmt.Errorf("count wrong codes: %w", err)
	}
	if last != nil {
		g.last = *last
	}
	return g, nil
}

// insertCodeTry counts a wrong code, and forgets those that count for nothing any more.
func insertCodeTry(ctx context.Context, tx *db.Tx, school ID, place string, name []byte) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		WITH old AS (DELETE FROM code_try WHERE school_id = $1 AND at < $4::timestamptz - 2 * $5::interval)
		INSERT INTO code_try (school_id, place, name, at) VALUES ($1, $2, $3, $4) RETURNING try_id`,
		school, place, name, tx.Now, schoolWindow).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("count wrong code: %w", err)
	}
	return id, nil
}

func deleteCodeTry(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM code_try WHERE try_id = $1`, id)
	return err
}

func clearTries(ctx context.Context, tx *db.Tx, school ID, name []byte) error {
	_, err := tx.Exec(ctx, `UPDATE code_try SET cleared = true WHERE school_id = $1 AND name = $2 AND NOT cleared`, school, name)
	return err
}

func resumeGate(ctx context.Context, tx *db.Tx, school ID) error {
	_, err := tx.Exec(ctx, `UPDATE proof_setting SET resumed_at = $2 WHERE school_id = $1`, school, tx.Now)
	return err
}

// codeOf is nobody's code when nobody of that name has one.
func codeOf(ctx context.Context, tx *db.Tx, school ID, username string) (ownCode, error) {
	return codeWhere(ctx, tx, school, "p.username = $2", username)
}

// codeByDigests is the code alone that has one of the digests.
func codeByDigests(ctx context.Context, tx *db.Tx, school ID, digests [][]byte) (ownCode, error) {
	return codeWhere(ctx, tx, school, "c.school_id = $1 AND c.alone = ANY($2)", digests)
}

func codeWhere(ctx context.Context, tx *db.Tx, school ID, where string, arg any) (own ownCode, err error) {
	own.person, err = scanPerson(tx.QueryRow(ctx, `
		SELECT `+personColumns+`, c.hash, c.key_id
		  FROM person p JOIN code c USING (person_id)
		 WHERE p.school_id = $1 AND p.left_at IS NULL AND `+where, school, arg), &own.hash, &own.key)
	if errors.Is(err, pgx.ErrNoRows) {
		return ownCode{}, nil
	}
	return own, err
}

func rehashCode(ctx context.Context, tx *db.Tx, own ownCode, key, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE code SET key_id = $3, hash = $4 WHERE person_id = $1 AND hash = $2`, own.person.ID, own.hash, key, hash)
	return err
}

// putCodes gives people codes in place of those they had.
func putCodes(ctx context.Context, tx *db.Tx, school ID, key string, all []newCode) error {
	persons, hashes, alone := make([]PersonID, len(all)), make([]string, len(all)), make([][]byte, len(all))
	for i, c := range all {
		persons[i], hashes[i], alone[i] = c.person, c.hash, c.alone
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO code (school_id, person_id, key_id, hash, alone, set_at)
		SELECT $1, c.person, $2, c.hash, c.alone, $3 FROM unnest($4::bigint[], $5::text[], $6::bytea[]) AS c (person, hash, alone)
		ON CONFLICT (person_id) DO UPDATE SET key_id = EXCLUDED.key_id, hash = EXCLUDED.hash, alone = EXCLUDED.alone, set_at = EXCLUDED.set_at`,
		school, key, tx.Now, persons, hashes, alone)
	if err != nil {
		return fmt.Errorf("set codes: %w", err)
	}
	return nil
}

func readProofs(ctx context.Context, tx *db.Tx, school ID) (p Proofs, err error) {
	err = tx.QueryRow(ctx, `SELECT code_alone, staff_code, enrol FROM proof_setting WHERE school_id = $1`, school).Scan(&p.CodeAlone, &p.StaffCode, &p.Enrol)
	if errors.Is(err, pgx.ErrNoRows) {
		return Proofs{StaffCode: true}, nil
	}
	return p, err
}

func setProofs(ctx context.Context, tx *db.Tx, school ID, p Proofs) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO proof_setting (school_id, code_alone, staff_code, enrol) VALUES ($1, $2, $3, $4)
		ON CONFLICT (school_id) DO UPDATE SET code_alone = EXCLUDED.code_alone, staff_code = EXCLUDED.staff_code, enrol = EXCLUDED.enrol`,
		school, p.CodeAlone, p.StaffCode, p.Enrol)
	return err
}

// schoolKind is what the school is, such as "primary", and how many people are at it.
func schoolKind(ctx context.Context, tx *db.Tx, school ID) (kind string, people int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT kind, (SELECT count(*) FROM person WHERE school_id = $1 AND left_at IS NULL) FROM school WHERE school_id = $1`, school).Scan(&kind, &people)
	return kind, people, err
}

func peopleForSlips(ctx context.Context, tx *db.Tx, school ID, class string, year int) ([]Person, error) {
	const most = 10_000
	if class == "" {
		return people(ctx, tx, "p.school_id = $1 AND p.left_at IS NULL AND p.year_group = $2", most, school, year)
	}
	return people(ctx, tx, `p.school_id = $1 AND p.left_at IS NULL AND p.person_id IN (
		SELECT e.person_id FROM enrolment e JOIN class c USING (class_id)
		 WHERE c.school_id = $1 AND c.name = $2 AND e.role = 'pupil' AND e.valid_from <= $3::timestamptz::date AND e.valid_to > $3::timestamptz::date)`,
		most, school, class, tx.Now)
}
