package school

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func insertPass(ctx context.Context, tx *db.Tx, p Person, by Pseudonym, pass Pass, k Keys) (id PassID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO pass (school_id, person_id, key_id, digest, code, pages, issued_at, issued_by, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::uuid, $9) RETURNING pass_id`,
		p.School, p.ID, k.ID, k.digest("pass", []byte(pass.Text)), k.digest("pass-code", passCode(p.ID, pass.Code)), pass.Pages, tx.Now, by, pass.Until).Scan(&id)
	return id, err
}

func endPasses(ctx context.Context, tx *db.Tx, p PersonID) error {
	done, err := tx.Exec(ctx, `UPDATE pass SET ended_at = greatest($2, issued_at) WHERE person_id = $1 AND ended_at IS NULL`, p, tx.Now)
	if err != nil || done.RowsAffected() == 0 {
		return err
	}
	return signOut(ctx, tx, []PersonID{p})
}

// personByPass is a zero Person when no pass in force has one of the digests.
func personByPass(ctx context.Context, tx *db.Tx, school ID, digests [][]byte) (p Person, id PassID, err error) {
	p, err = scanPerson(tx.QueryRow(ctx, `
		SELECT `+personColumns+`, x.pass_id
		  FROM pass x JOIN person p USING (person_id)
		 WHERE x.digest = ANY ($2) AND x.school_id = $1 AND x.ended_at IS NULL AND x.expires_at > $3 AND p.left_at IS NULL`,
		school, digests, tx.Now), &id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, 0, nil
	}
	return p, id, err
}

// passByCode is the pass in force of that person whose code has one of the digests, or 0.
func passByCode(ctx context.Context, tx *db.Tx, p PersonID, codes [][]byte) (id PassID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT pass_id FROM pass WHERE person_id = $1 AND code = ANY ($2) AND ended_at IS NULL AND expires_at > $3`, p, codes, tx.Now).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func askStillGood(tx *db.Tx, a Actor) db.Answer[bool] {
	return db.Ask(tx, db.First(func(row pgx.Row) (good bool, err error) { return good, row.Scan(&good) }), `
		SELECT EXISTS (SELECT FROM person WHERE person_id = $1 AND left_at IS NULL AND ($2 = 0 OR badge_version = $2))
		   AND ($3 = 0 OR EXISTS (SELECT FROM pass WHERE pass_id = $3 AND ended_at IS NULL AND expires_at > $4))`,
		a.Person, a.Badges, a.Pass, tx.Now)
}

// signOut has everybody who signed in at a station as one of these sign in again.
func signOut(ctx context.Context, tx *db.Tx, people []PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE person SET badge_version = badge_version + 1 WHERE person_id = ANY ($1)`, people)
	return err
}

func passLeft(ctx context.Context, tx *db.Tx, id PassID, lock string) (left int, err error) {
	if err = tx.QueryRow(ctx, `SELECT pages FROM pass WHERE pass_id = $1 `+lock, id).Scan(&left); err != nil {
		return 0, err
	}
	var spent int
	err = tx.QueryRow(ctx, `
		SELECT coalesce(sum(CASE state WHEN 'void' THEN 0 WHEN 'settled' THEN printed ELSE impressions END), 0)
		  FROM delivery WHERE pass_id = $1`, id).Scan(&spent)
	return left - spent, err
}

const ofTheSameHuman = `person_id IN (SELECT o.person_id FROM person p JOIN person o USING (individual_id) WHERE p.person_id = $1)`

func loseBadges(ctx context.Context, tx *db.Tx, p Person) (int, error) {
	done, err := tx.Exec(ctx, `UPDATE badge SET revoked_at = greatest($2, issued_at), lost = true, lost_at = $3 WHERE revoked_at IS NULL AND `+ofTheSameHuman, p.ID, tx.Now, p.School)
	return int(done.RowsAffected()), err
}

// findBadges takes the last report back, if it was made at p's school or at one where they are no more. What was lost before that is
// nobody's to find any more.
func findBadges(ctx context.Context, tx *db.Tx, p Person) (int, error) {
	done, err := tx.Exec(ctx, `
		UPDATE badge SET revoked_at = NULL, lost = false
		 WHERE lost AND `+ofTheSameHuman+` AND revoked_at = (SELECT max(revoked_at) FROM badge WHERE lost AND `+ofTheSameHuman+`)
		   AND ($2 = coalesce(lost_at, $2) OR NOT EXISTS (SELECT FROM person WHERE school_id = lost_at AND left_at IS NULL AND `+ofTheSameHuman+`))`, p.ID, p.School)
	if err != nil || done.RowsAffected() == 0 {
		return 0, taken(err)
	}
	_, err = tx.Exec(ctx, `UPDATE badge SET lost = false WHERE lost AND `+ofTheSameHuman, p.ID)
	return int(done.RowsAffected()), err
}

// lostAnywhere says whether a badge of somebody's is lost, wherever it was reported.
func lostAnywhere(ctx context.Context, tx *db.Tx, p PersonID) (is bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM badge WHERE lost AND `+ofTheSameHuman+`)`, p).Scan(&is)
	return is, err
}

func sameHuman(ctx context.Context, tx *db.Tx, p PersonID) ([]PersonID, error) {
	rows, _ := tx.Query(ctx, `SELECT person_id FROM person WHERE `+ofTheSameHuman, p)
	return pgx.CollectRows(rows, pgx.RowTo[PersonID])
}

func badgeStates(ctx context.Context, tx *db.Tx, people []PersonID) (map[PersonID]BadgeState, error) {
	rows, _ := tx.Query(ctx, `
		SELECT n, (SELECT count(*) FROM badge b WHERE b.person_id = n AND b.revoked_at IS NULL),
		       (SELECT count(*) FROM badge b WHERE b.person_id = n AND b.lost),
		       (SELECT max(x.expires_at) FROM pass x WHERE x.person_id = n AND x.ended_at IS NULL AND x.expires_at > $2)
		  FROM unnest($1::bigint[]) AS n`, people, tx.Now)
	all := map[PersonID]BadgeState{}
	var p PersonID
	var s BadgeState
	var until *time.Time
	_, err := pgx.ForEachRow(rows, []any{&p, &s.Badges, &s.Lost, &until}, func() error {
		if s.Pass = (time.Time{}); until != nil {
			s.Pass = *until
		}
		all[p] = s
		return nil
	})
	return all, err
}
