package school

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"inkwell/internal/db"
	"inkwell/internal/school/reader"
)

// newBadge is a badge to be kept, with what readers tell that cut it off.
type newBadge struct {
	person PersonID
	digest []byte
	part   string
	length int
	last4  string
	parts  []badgePart
}

type badgePart struct {
	part   string
	digest []byte
}

// foundBadge is a badge in force, the digest it was found by, and its holder at the
// school that was asked for.
type foundBadge struct {
	badge         int64
	digest, found []byte
	lost          bool
	person        Person
}

// badgesByDigest are the badges in force, or (lost) also the lost ones, of people at a
// school that are kept under one of the digests, or (cut) have a part that is. The badge
// may have been issued at another school of the trust: the transaction sees all of them. One that
// its holder linked at a kiosk opens that school alone: it is as good as the code they typed there.
func badgesByDigest(ctx context.Context, tx *db.Tx, school ID, digests [][]byte, cut, lost bool) ([]foundBadge, error) {
	rows, _ := tx.Query(ctx, `
		WITH found AS (
			SELECT b.badge_id, b.person_id, b.digest, b.digest AS by, b.lost FROM badge b
			 WHERE b.digest = ANY($2) AND b.revoked_at IS NULL AND (b.place IS NULL OR b.school_id = $1)
			UNION ALL
			SELECT b.badge_id, b.person_id, b.digest, b.digest, b.lost FROM badge b
			 WHERE $4 AND b.digest = ANY($2) AND b.lost AND (b.place IS NULL OR b.school_id = $1)
			UNION ALL
			SELECT b.badge_id, b.person_id, b.digest, s.digest, b.lost FROM badge_part s JOIN badge b USING (badge_id)
			 WHERE $3 AND s.digest = ANY($2) AND (b.revoked_at IS NULL OR $4 AND b.lost) AND (b.place IS NULL OR b.school_id = $1))
		SELECT `+personColumns+`, f.badge_id, f.digest, f.by, f.lost
		  FROM found f JOIN person h ON h.person_id = f.person_id
		  JOIN person p ON p.individual_id = h.individual_id AND p.school_id = $1 AND p.left_at IS NULL
		 ORDER BY f.badge_id`, school, digests, cut, lost)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f foundBadge, err error) {
		f.person, err = scanPerson(row, &f.badge, &f.digest, &f.found, &f.lost)
		return f, err
	})
}

// badgesAnywhere are the badges in force or lost that are kept under one of the digests,
// without their holders.
func badgesAnywhere(ctx context.Context, tx *db.Tx, digests [][]byte) ([]foundBadge, error) {
	rows, _ := tx.Query(ctx, `
		SELECT badge_id, digest, lost FROM badge WHERE digest = ANY($1) AND revoked_at IS NULL
		UNION ALL
		SELECT badge_id, digest, lost FROM badge WHERE digest = ANY($1) AND lost`, digests)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f foundBadge, err error) {
		return f, row.Scan(&f.badge, &f.digest, &f.lost)
	})
}

// taken is badgeTaken for an error that says that another badge in force is kept under the
// same digest, which the transaction did not see.
func taken(err error) error {
	if is := new(pgconn.PgError); errors.As(err, &is) && is.ConstraintName == "badge_in_force" {
		return badgeTaken
	}
	return err
}

// insertBadges keeps badges. One in force already fails the transaction.
func insertBadges(ctx context.Context, tx *db.Tx, school ID, key string, all []newBadge) error {
	n := len(all)
	persons, digests, parts, lengths, last4 := make([]PersonID, n), make([][]byte, n), make([]string, n), make([]int, n), make([]string, n)
	for i, b := range all {
		persons[i], digests[i], parts[i], lengths[i], last4[i] = b.person, b.digest, b.part, b.length, b.last4
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO badge (school_id, person_id, key_id, digest, issued_at, part, length, last4)
		SELECT $1, b.person, $2, b.digest, $3, b.part, b.length, b.last4
		  FROM unnest($4::bigint[], $5::bytea[], $6::text[], $7::int[], $8::text[]) AS b (person, digest, part, length, last4)`,
		school, key, tx.Now, persons, digests, parts, lengths, last4)
	if err != nil {
		return fmt.Errorf("add badges: %w", taken(err))
	}
	return insertBadgeParts(ctx, tx, all)
}

// insertBadgeParts keeps the parts of badges that are in force.
func insertBadgeParts(ctx context.Context, tx *db.Tx, all []newBadge) error {
	var of, digests [][]byte
	var parts []string
	for _, b := range all {
		for _, p := range b.parts {
			of, parts, digests = append(of, b.digest), append(parts, p.part), append(digests, p.digest)
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO badge_part (badge_id, school_id, part, digest)
		SELECT b.badge_id, b.school_id, n.part, n.digest
		  FROM unnest($1::bytea[], $2::text[], $3::bytea[]) AS n (whole, part, digest)
		  JOIN badge b ON b.digest = n.whole AND b.revoked_at IS NULL`, of, parts, digests)
	if err != nil {
		return fmt.Errorf("add parts of badges: %w", err)
	}
	return nil
}

// replaceBadge keeps a badge under another digest, unless it has changed since, or
// another badge is kept so already.
func replaceBadge(ctx context.Context, tx *db.Tx, id int64, was []byte, key string, b newBadge) error {
	tag, err := tx.Exec(ctx, `
		UPDATE badge SET key_id = $3, digest = $4, part = $5, length = $6, last4 = $7
		 WHERE badge_id = $1 AND digest = $2 AND revoked_at IS NULL
		   AND NOT EXISTS (SELECT FROM badge o WHERE o.digest = $4 AND o.revoked_at IS NULL)`,
		id, was, key, b.digest, b.part, b.length, b.last4)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM badge_part WHERE badge_id = $1`, id); err != nil {
		return err
	}
	return insertBadgeParts(ctx, tx, []newBadge{b})
}

// profileAt is how a station's reader writes numbers, or the school's, or automatic.
func profileAt(ctx context.Context, tx *db.Tx, school ID, station string) (reader.Profile, error) {
	var form string
	err := tx.QueryRow(ctx, `
		SELECT form FROM reader_profile WHERE school_id = $1 AND station IN ('', $2)
		 ORDER BY station DESC LIMIT 1`, school, station).Scan(&form) // '' sorts first
	if errors.Is(err, pgx.ErrNoRows) {
		return reader.Profile{}, nil
	}
	if err != nil {
		return reader.Profile{}, fmt.Errorf("read profile of reader: %w", err)
	}
	return reader.Parse(form)
}

func readersOf(ctx context.Context, tx *db.Tx, school ID) ([]Reader, error) {
	rows, _ := tx.Query(ctx, `SELECT station, form FROM reader_profile WHERE school_id = $1 ORDER BY station`, school)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Reader, err error) {
		var form string
		if err = row.Scan(&r.Station, &form); err == nil {
			r.Profile, err = reader.Parse(form)
		}
		return r, err
	})
}

func setReader(ctx context.Context, tx *db.Tx, school ID, r Reader) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO reader_profile (school_id, station, form) VALUES ($1, $2, $3)
		ON CONFLICT (school_id, station) DO UPDATE SET form = EXCLUDED.form`, school, r.Station, r.Profile.String())
	return err
}

func deleteReader(ctx context.Context, tx *db.Tx, school ID, station string) error {
	_, err := tx.Exec(ctx, `DELETE FROM reader_profile WHERE school_id = $1 AND station = $2`, school, station)
	return err
}

// ofSchool are the badges in force of the people who are at school $1.
const ofSchool = `
	ofschool AS (
		SELECT b.badge_id, b.digest, b.part, b.key_id, coalesce(b.last4, '?') AS last4, p.person_id
		  FROM person p JOIN person h ON h.individual_id = p.individual_id JOIN badge b ON b.person_id = h.person_id
		 WHERE p.school_id = $1 AND p.left_at IS NULL AND b.revoked_at IS NULL)`

// collisions are the badges of different people at a school that look the same in a
// part, each group by their last four characters.
func collisions(ctx context.Context, tx *db.Tx, school ID, part reader.Part) ([][]string, error) {
	rows, _ := tx.Query(ctx, `
		WITH `+ofSchool+`,
		seen AS (
			SELECT o.badge_id, o.person_id, o.last4, s.digest FROM ofschool o JOIN badge_part s USING (badge_id) WHERE s.part = $2
			UNION ALL
			SELECT o.badge_id, o.person_id, o.last4, o.digest FROM ofschool o WHERE o.part = $2)
		SELECT array_agg(last4 ORDER BY badge_id) FROM seen
		 GROUP BY digest HAVING count(DISTINCT person_id) > 1 ORDER BY min(badge_id)`, school, part)
	return pgx.CollectRows(rows, pgx.RowTo[[]string])
}

// badgesWithout counts the badges at a school of which the part is not known under a key.
func badgesWithout(ctx context.Context, tx *db.Tx, school ID, part reader.Part, key string) (n int, err error) {
	err = tx.QueryRow(ctx, `
		WITH `+ofSchool+`
		SELECT count(*) FROM ofschool o
		 WHERE o.key_id <> $3 OR (o.part IS DISTINCT FROM $2
		   AND NOT EXISTS (SELECT FROM badge_part s WHERE s.badge_id = o.badge_id AND s.part = $2))`, school, part, key).Scan(&n)
	return n, err
}

func countBadges(ctx context.Context, tx *db.Tx, school ID) (n int, err error) {
	err = tx.QueryRow(ctx, `WITH `+ofSchool+` SELECT count(*) FROM ofschool`, school).Scan(&n)
	return n, err
}

func badgesOf(ctx context.Context, tx *db.Tx, p PersonID) ([]Badge, error) {
	rows, _ := tx.Query(ctx, `
		SELECT b.badge_id, coalesce(b.last4, ''), b.issued_at
		  FROM person p JOIN person h ON h.individual_id = p.individual_id JOIN badge b ON b.person_id = h.person_id
		 WHERE p.person_id = $1 AND b.revoked_at IS NULL ORDER BY b.badge_id`, p)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Badge, err error) {
		return b, row.Scan(&b.ID, &b.Last4, &b.Issued)
	})
}

func revokeBadge(ctx context.Context, tx *db.Tx, p PersonID, id BadgeID) (found bool, err error) {
	tag, err := tx.Exec(ctx, `
		UPDATE badge SET revoked_at = coalesce(revoked_at, greatest(issued_at, $3)), lost = false
		 WHERE badge_id = $1 AND (revoked_at IS NULL OR lost) AND person_id IN (
			SELECT h.person_id FROM person p JOIN person h ON h.individual_id = p.individual_id WHERE p.person_id = $2)`, id, p, tx.Now)
	return tag.RowsAffected() == 1, err
}

func placeBadge(ctx context.Context, tx *db.Tx, digest []byte, place string) error {
	_, err := tx.Exec(ctx, `UPDATE badge SET place = $2 WHERE digest = $1 AND revoked_at IS NULL`, digest, place)
	return err
}

// countEnrolled counts the badges that were linked at kiosks since, also those that are
// not good any more: of a person, and at one kiosk of their school.
func countEnrolled(ctx context.Context, tx *db.Tx, p Person, place string, since time.Time) (person, kiosk int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM badge WHERE place IS NOT NULL AND issued_at > $4 AND `+ofTheSameHuman+`),
		       (SELECT count(*) FROM badge WHERE school_id = $2 AND place = $3 AND issued_at > $4)`, p.ID, p.School, place, since).Scan(&person, &kiosk)
	return person, kiosk, err
}

func newestEnrolled(ctx context.Context, tx *db.Tx, p PersonID, since time.Time) (last4 string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT last4 FROM badge WHERE person_id = $1 AND place IS NOT NULL AND revoked_at IS NULL AND issued_at > $2
		 ORDER BY issued_at DESC LIMIT 1`, p, since).Scan(&last4)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return last4, err
}
