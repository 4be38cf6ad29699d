package signin

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// mostAccounts bounds a list of accounts.
const mostAccounts = 5000

// accounts are those of a school with one of the roles, by family name.
func accounts(ctx context.Context, tx *db.Tx, id school.ID, roles []school.Role) ([]Account, error) {
	rows, _ := tx.Query(ctx, `
		SELECT p.person_id, p.pseudonym::text, p.username, p.given_name || ' ' || p.family_name,
		       ARRAY(SELECT concat_ws(' ', r.role, to_char(r.given_at AT TIME ZONE s.time_zone, 'YYYY-MM-DD'), CASE WHEN r.given_at IS NOT NULL THEN CASE WHEN g.person_id IS NOT NULL THEN 'sponsor' ELSE r.given_by END END)
		               FROM person_role r WHERE r.person_id = p.person_id AND r.school_id = p.school_id AND r.role = ANY ($2) ORDER BY r.role),
		       array_remove(ARRAY[CASE WHEN p.password_hash IS NOT NULL THEN 'password' END,
		                          CASE WHEN EXISTS (SELECT FROM sso_identity i WHERE i.person_id = p.person_id AND i.ended_at IS NULL AND NOT starts_with(i.issuer, $3)) THEN 'sso' END,
		                          CASE WHEN p.opened_by IS NOT NULL THEN 'elsewhere' END,
		                          CASE WHEN a.sealed IS NOT NULL THEN 'factor' END,
		                          CASE WHEN a.barred_at IS NOT NULL THEN 'barred' END], NULL),
		       a.entered_at, coalesce(a.entered_way, ''), coalesce(a.entered_factored, false),
		       coalesce((SELECT q.given_name || ' ' || q.family_name FROM person q WHERE q.pseudonym = g.sponsor), '')
		  FROM person p JOIN school s USING (school_id)
		  LEFT JOIN staff_account a USING (person_id)
		  LEFT JOIN guest g USING (person_id)
		 WHERE p.school_id = $1 AND p.left_at IS NULL
		   AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.person_id AND r.school_id = p.school_id AND r.role = ANY ($2))
		 ORDER BY p.family_name, p.given_name, p.person_id LIMIT $4`, id, roles, ownPages, mostAccounts)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Account, err error) {
		var held []string
		var entered *time.Time
		err = row.Scan(&a.Person, &a.Pseudonym, &a.Username, &a.Name, &held, &a.Ways, &entered, &a.By, &a.Factored, &a.Sponsor)
		if a.Roles = readAllHeld(held); entered != nil {
			a.Entered = *entered
		}
		return a, err
	})
}

func readAllHeld(texts []string) []Held {
	all := make([]Held, len(texts))
	for i, text := range texts {
		all[i] = readHeld(text)
	}
	return all
}

// alsoIT are the names of the other schools that somebody who runs this one's machines runs, too.
func alsoIT(ctx context.Context, tx *db.Tx, id school.ID) (map[school.PersonID][]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.person_id, array_agg(DISTINCT s.name ORDER BY s.name)
		  FROM person p JOIN person_role r ON r.person_id = p.person_id AND r.role IN ('it', 'provider')
		  JOIN person o ON o.individual_id = p.individual_id AND o.school_id <> p.school_id AND o.left_at IS NULL
		  JOIN person_role t ON t.person_id = o.person_id AND t.role IN ('it', 'provider')
		  JOIN school s ON s.school_id = o.school_id
		 WHERE p.school_id = $1 AND p.left_at IS NULL GROUP BY p.person_id`, id)
	if err != nil {
		return nil, err
	}
	also := map[school.PersonID][]string{}
	var person school.PersonID
	var names []string
	_, err = pgx.ForEachRow(rows, []any{&person, &names}, func() error { also[person] = names; return nil })
	return also, err
}

// updateEntered keeps a member of staff's last sign-in.
func updateEntered(tx *db.Tx, p school.Person, way Way, factored bool) {
	tx.Later(`
		INSERT INTO staff_account (person_id, school_id, entered_at, entered_way, entered_factored) VALUES ($1, $2, $3, $4, $5)
		    ON CONFLICT (person_id) DO UPDATE SET entered_at = greatest(staff_account.entered_at, excluded.entered_at), entered_way = excluded.entered_way, entered_factored = excluded.entered_factored`,
		[]any{p.ID, p.School, tx.Now, way, factored}, nil)
}

func insertReview(ctx context.Context, tx *db.Tx, by school.Actor, digest []byte, all []Entry) (id ReviewID, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO access_review (school_id, signed_at, signed_by, digest) VALUES ($1, $2, $3, $4) RETURNING review_id`,
		by.School, tx.Now, by.Person, digest).Scan(&id)
	if err != nil {
		return 0, err
	}
	for _, e := range all {
		tx.Later(`
			INSERT INTO access_review_entry (review_id, school_id, person_id, roles, ways, entered_on, end_reason) VALUES ($1, $2, $3, $4, $5, nullif($6, '')::date, nullif($7, ''))`,
			[]any{id, by.School, e.Person, heldTexts(e.Roles), append([]string{}, e.Ways...), e.day(), e.Reason}, nil)
	}
	return id, nil
}

// reviews are the latest of a school, without their accounts.
func reviews(ctx context.Context, tx *db.Tx, id school.ID, limit int) ([]Review, error) {
	rows, _ := tx.Query(ctx, `
		SELECT v.review_id, v.signed_at, p.given_name || ' ' || p.family_name, v.digest
		  FROM access_review v JOIN person p ON p.person_id = v.signed_by
		 WHERE v.school_id = $1 ORDER BY v.signed_at DESC, v.review_id DESC LIMIT $2`, id, limit)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Review, err error) {
		var digest []byte
		err = row.Scan(&r.ID, &r.Signed, &r.By, &digest)
		r.Digest = hex.EncodeToString(digest)
		return r, err
	})
}

// stillThere says of an account that was to go, as e, p and a, that nothing was done about it: $2 are the roles that open the pages.
const stillThere = `
	e.end_reason IS NOT NULL AND p.left_at IS NULL AND a.barred_at IS NULL
	AND NOT EXISTS (SELECT FROM unnest(e.roles) AS had WHERE NOT EXISTS (SELECT FROM person_role r WHERE r.person_id = e.person_id AND r.school_id = e.school_id AND r.role = split_part(had, ' ', 1) AND r.role = ANY ($2)))`

// entriesOf are the accounts of a review, by family name.
func entriesOf(ctx context.Context, tx *db.Tx, id ReviewID, roles []school.Role) ([]Entry, error) {
	rows, _ := tx.Query(ctx, `
		SELECT e.person_id, p.pseudonym::text, p.username, p.given_name || ' ' || p.family_name, e.roles, e.ways, e.entered_on, coalesce(e.end_reason, ''), `+stillThere+`
		  FROM access_review_entry e JOIN person p USING (person_id) LEFT JOIN staff_account a USING (person_id)
		 WHERE e.review_id = $1 ORDER BY p.family_name, p.given_name, e.person_id`, id, roles)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		var held []string
		var day *time.Time
		err = row.Scan(&e.Person, &e.Pseudonym, &e.Username, &e.Name, &held, &e.Ways, &day, &e.Reason, &e.Open)
		if e.Roles = readAllHeld(held); day != nil {
			e.EnteredOn = *day
		}
		return e, err
	})
}

// toGo are the accounts that a school's last review wanted gone and that are as they were, with the reasons.
func toGo(ctx context.Context, tx *db.Tx, id school.ID, roles []school.Role) (map[school.PersonID]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT e.person_id, e.end_reason
		  FROM access_review_entry e JOIN person p USING (person_id) LEFT JOIN staff_account a USING (person_id)
		 WHERE e.review_id = (SELECT v.review_id FROM access_review v WHERE v.school_id = $1 ORDER BY v.signed_at DESC, v.review_id DESC LIMIT 1) AND `+stillThere, id, roles)
	if err != nil {
		return nil, err
	}
	all := map[school.PersonID]string{}
	var person school.PersonID
	var why string
	_, err = pgx.ForEachRow(rows, []any{&person, &why}, func() error { all[person] = why; return nil })
	return all, err
}

func dues(ctx context.Context, tx *db.Tx, id school.ID, roles []school.Role) ([]Due, error) {
	rows, _ := tx.Query(ctx, `
		SELECT s.school_id, s.name, s.access_review, v.signed_at,
		       (SELECT count(*) FROM access_review_entry e JOIN person p USING (person_id) LEFT JOIN staff_account a USING (person_id) WHERE e.review_id = v.review_id AND `+stillThere+`)
		  FROM school s LEFT JOIN LATERAL (SELECT review_id, signed_at FROM access_review v WHERE v.school_id = s.school_id ORDER BY signed_at DESC, review_id DESC LIMIT 1) v ON true
		 WHERE ($1 = 0 OR s.school_id = $1)
		   AND EXISTS (SELECT FROM person_role r JOIN person p USING (person_id) WHERE r.school_id = s.school_id AND r.role = ANY ($2) AND p.left_at IS NULL)
		 ORDER BY s.school_id`, id, roles)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Due, err error) {
		var last *time.Time
		err = row.Scan(&d.School, &d.Name, &d.Every, &last, &d.Open)
		if last != nil {
			d.Last = *last
		}
		return d, err
	})
}

func updateReviewEvery(ctx context.Context, tx *db.Tx, id school.ID, every Every) error {
	_, err := tx.Exec(ctx, `UPDATE school SET access_review = $2 WHERE school_id = $1`, id, every)
	return err
}
