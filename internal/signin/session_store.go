package signin

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// session is a row of it.
type session struct {
	id       SessionID
	digest   []byte
	school   school.ID
	person   school.PersonID
	by       school.PersonID // whose credentials began it: the person's own, or those of an account of theirs that opens this one
	version  int
	started  time.Time
	seen     time.Time
	ends     time.Time
	proven   time.Time
	stage    Stage
	way      Way
	factored bool // by a second factor, or by who did so elsewhere
	browser  string
}

// whose are the accounts that a session is of: its person's, and the one that it began by.
func (s session) whose() []school.PersonID { return []school.PersonID{s.person, s.by} }

const sessionColumns = `session_id, digest, school_id, person_id, by_person_id, credential_version, started_at, seen_at, ends_at, proven_at, stage, way, factored, browser`

func insertSession(ctx context.Context, tx *db.Tx, s session) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO session (digest, school_id, person_id, by_person_id, credential_version, started_at, seen_at, ends_at, proven_at, stage, way, factored, browser)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12)`,
		s.digest, s.school, s.person, s.by, s.version, tx.Now, s.ends, s.proven, s.stage, s.way, s.factored, s.browser)
	return err
}

// openSession finds a session that has not been ended; whether its time is up is
// the caller's to say.
func openSession(ctx context.Context, tx *db.Tx, digest []byte) (s session, found bool, err error) {
	return scanSession(tx.QueryRow(ctx, `SELECT `+sessionColumns+` FROM session WHERE digest = $1 AND ended_at IS NULL`, digest))
}

// holdSession is openSession that others wait for.
func holdSession(ctx context.Context, tx *db.Tx, digest []byte) (s session, found bool, err error) {
	return scanSession(tx.QueryRow(ctx, `SELECT `+sessionColumns+` FROM session WHERE digest = $1 AND ended_at IS NULL FOR UPDATE`, digest))
}

func endSession(ctx context.Context, tx *db.Tx, digest []byte) (s session, found bool, err error) {
	return scanSession(tx.QueryRow(ctx, `
		UPDATE session SET ended_at = $2 WHERE digest = $1 AND ended_at IS NULL RETURNING `+sessionColumns, digest, tx.Now))
}

// endSessions ends the sessions of people and those at other schools that began by what proves them: one, or all for 0, but not
// the one that is kept.
func endSessions(ctx context.Context, tx *db.Tx, people []school.PersonID, id SessionID, kept []byte) (int, error) {
	done, err := tx.Exec(ctx, `
		UPDATE session SET ended_at = $2
		 WHERE (person_id = ANY ($1) OR by_person_id = ANY ($1)) AND ended_at IS NULL AND ($3 = 0 OR session_id = $3) AND digest IS DISTINCT FROM $4`,
		people, tx.Now, id, kept)
	return int(done.RowsAffected()), err
}

// sessionsOf are the open sessions that endSessions ends, the one used last first.
func sessionsOf(ctx context.Context, tx *db.Tx, people []school.PersonID, idle time.Duration) ([]session, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+sessionColumns+` FROM session s
		 WHERE (person_id = ANY ($1) OR by_person_id = ANY ($1)) AND ended_at IS NULL AND stage = 'open' AND ends_at > $2 AND seen_at > $3
		   AND credential_version = (SELECT p.credential_version FROM person p WHERE p.person_id = s.person_id)
		 ORDER BY seen_at DESC, session_id LIMIT 100`, people, tx.Now, tx.Now.Add(-idle))
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (session, error) {
		s, _, err := scanSession(row)
		return s, err
	})
}

func touchSession(ctx context.Context, tx *db.Tx, digest []byte) error {
	_, err := tx.Exec(ctx, `UPDATE session SET seen_at = $2 WHERE digest = $1 AND seen_at < $2`, digest, tx.Now)
	return err
}

// proveSession gives a session a new token after its person has proven again who they are.
func proveSession(ctx context.Context, tx *db.Tx, old, digest []byte, factored bool) error {
	_, err := tx.Exec(ctx, `
		UPDATE session SET digest = $2, proven_at = $3, seen_at = $3, factored = factored OR $4 WHERE digest = $1`, old, digest, tx.Now, factored)
	return err
}

func scanSession(row pgx.Row) (s session, found bool, err error) {
	err = row.Scan(&s.id, &s.digest, &s.school, &s.person, &s.by, &s.version, &s.started, &s.seen, &s.ends, &s.proven, &s.stage, &s.way, &s.factored, &s.browser)
	if errors.Is(err, pgx.ErrNoRows) {
		return session{}, false, nil
	}
	return s, err == nil, err
}
