package school

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
)

func agreementObject(id AgreementID) string { return "agreement:" + strconv.Itoa(int(id)) }

const agreementColumns = `a.agreement_id, a.school_id, a.version, a.audience, a.clauses, a.parent, a.starts_on, a.blocks_on`

// agreementFields is where a row of agreementColumns goes; blocks may be null.
func agreementFields(a *Agreement, blocks **time.Time) []any {
	return []any{&a.ID, &a.School, &a.Version, &a.Audience, &a.Clauses, &a.Parent, &a.Starts, blocks}
}

func agreements(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Agreement, error) {
	rows, _ := tx.Query(ctx, `SELECT `+agreementColumns+` FROM agreement a WHERE `+where+` ORDER BY a.starts_on DESC, a.audience`, args...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Agreement, err error) {
		var blocks *time.Time
		if err = row.Scan(agreementFields(&a, &blocks)...); blocks != nil {
			a.Blocks = *blocks
		}
		return a, err
	})
}

func agreementThere(ctx context.Context, tx *db.Tx, a Agreement) (there bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM agreement WHERE school_id = $1 AND (version = $2 OR audience = $3 AND starts_on = $4))`,
		a.School, a.Version, a.Audience, a.Starts).Scan(&there)
	return there, err
}

func insertAgreement(ctx context.Context, tx *db.Tx, a Agreement) (id AgreementID, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO agreement (school_id, version, audience, clauses, parent, starts_on, blocks_on, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING agreement_id`,
		a.School, a.Version, a.Audience, a.Clauses, a.Parent, a.Starts, dayOrNull(a.Blocks), tx.Now).Scan(&id)
	return id, err
}

func updateBlocks(ctx context.Context, tx *db.Tx, id AgreementID, day time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE agreement SET blocks_on = $2 WHERE agreement_id = $1`, id, dayOrNull(day))
	return err
}

func dayOrNull(day time.Time) *time.Time {
	if day.IsZero() {
		return nil
	}
	return &day
}

// recorded is a form that was new.
type recorded struct {
	pseudonym Pseudonym
	by        Signatory
	agreed    bool
}

// insertSignatures keeps the forms that say something new. Two forms of one signatory
// in the same list: the later one counts.
func insertSignatures(ctx context.Context, tx *db.Tx, a Agreement, by Pseudonym, forms []Signature) ([]recorded, error) {
	insert := `
		INSERT INTO signature (school_id, agreement_id, person_id, signatory, answers, signed_on, recorded_at, recorded_by)
		SELECT $1, $2, p.person_id, $4, $5, $6, $7, nullif($8, '')::uuid
		  FROM person p
		 WHERE p.person_id = $3 AND p.school_id = $1
		   AND NOT EXISTS (SELECT FROM (
		       SELECT s.answers, s.signed_on FROM signature s
		        WHERE s.person_id = $3 AND s.agreement_id = $2 AND s.signatory = $4
		        ORDER BY s.signature_id DESC LIMIT 1) AS last
		       WHERE last.answers = $5 AND last.signed_on = $6)
		RETURNING (SELECT pseudonym FROM person WHERE person_id = $3)`
	if err := allHere(ctx, tx, a.School, forms); err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	var fresh []recorded
	for _, f := range forms {
		answers := f.Answers
		if answers == nil {
			answers = []bool{}
		}
		batch.Queue(insert, a.School, a.ID, f.Person, f.By, answers, f.On, tx.Now, by).Query(func(rows pgx.Rows) error {
			who, err := pgx.CollectRows(rows, pgx.RowTo[Pseudonym])
			for _, p := range who {
				fresh = append(fresh, recorded{p, f.By, f.Agreed()})
			}
			return err
		})
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("record signatures: %w", err)
	}
	return fresh, nil
}

// allHere refuses forms of people who are not at the school.
func allHere(ctx context.Context, tx *db.Tx, id ID, forms []Signature) error {
	people := make([]PersonID, len(forms))
	for i, f := range forms {
		people[i] = f.Person
	}
	var all bool
	err := tx.QueryRow(ctx, `
		SELECT count(*) = (SELECT count(DISTINCT n) FROM unnest($2::bigint[]) AS n)
		  FROM person WHERE school_id = $1 AND person_id = ANY ($2)`, id, people).Scan(&all)
	if err == nil && !all {
		return unknownPerson
	}
	return err
}

// askConsents finds out nothing about people of schools without an agreement: every release asks.
func askConsents(tx *db.Tx, people []PersonID) db.Answer[map[PersonID]Consent] {
	return db.Ask(tx, func(rows pgx.Rows) (map[PersonID]Consent, error) { return consentsAmong(rows, people) }, `
		SELECT p.person_id, has_signed(p.person_id, a), coalesce(a.blocks_on <= today.day, false), `+agreementColumns+`
		  FROM (SELECT p.person_id, p.school_id, c.time_zone FROM person p JOIN school c USING (school_id)
		         WHERE p.person_id = ANY ($1) AND EXISTS (SELECT FROM agreement n WHERE n.school_id = p.school_id) OFFSET 0) AS p
		 CROSS JOIN LATERAL (SELECT ($2::timestamptz AT TIME ZONE p.time_zone)::date AS day) AS today
		 CROSS JOIN LATERAL agreement_for(p.person_id, p.school_id, today.day) AS a
		 WHERE a.agreement_id IS NOT NULL`, people, tx.Now)
}

func consentsAmong(rows pgx.Rows, people []PersonID) (map[PersonID]Consent, error) {
	all := make(map[PersonID]Consent, len(people))
	for _, p := range people {
		all[p] = Consent{Signed: true}
	}
	var p PersonID
	var c Consent
	var due bool
	var blocks *time.Time
	_, err := pgx.ForEachRow(rows, append([]any{&p, &c.Signed, &due}, agreementFields(&c.Agreement, &blocks)...), func() error {
		c.Bars = due && !c.Signed
		c.Agreement.Blocks = time.Time{}
		if blocks != nil {
			c.Agreement.Blocks = *blocks
		}
		all[p] = c
		return nil
	})
	return all, err
}

func signatures(ctx context.Context, tx *db.Tx, person PersonID) ([]Signature, error) {
	rows, _ := tx.Query(ctx, `
		SELECT agreement_id, person_id, signatory, answers, signed_on, recorded_at, coalesce(recorded_by::text, '')
		  FROM signature WHERE person_id = $1 ORDER BY signature_id DESC`, person)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Signature, err error) {
		return s, row.Scan(&s.Agreement, &s.Person, &s.By, &s.Answers, &s.On, &s.Recorded, &s.Recorder)
	})
}

func unsigned(ctx context.Context, tx *db.Tx, id ID, day time.Time, limit int) ([]Person, int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+personColumns+`, count(*) OVER ()
		  FROM person p
		 CROSS JOIN LATERAL agreement_for(p.person_id, p.school_id, $2) AS a
		 WHERE p.school_id = $1 AND p.left_at IS NULL AND a.agreement_id IS NOT NULL AND NOT has_signed(p.person_id, a)
		 ORDER BY p.year_group NULLS LAST, p.family_name, p.given_name, p.person_id LIMIT $3`, id, day, limit)
	total := 0
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Person, error) { return scanPerson(row, &total) })
	return all, total, err
}
