package conduct

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/quota/conduct/rule"
)

// openFlag is one that waits for a person.
type openFlag struct {
	Sighting
	Bundle   BundleID
	Number   rule.Number // of its rule; 0 of staff
	Category string
	Title    string // the category's
	Rule     string // its name
}

// waitsFor are the flags that wait for $2's word.
const waitsFor = `
	  FROM flag f JOIN person p USING (person_id)
	 WHERE f.school_id = $1 AND f.closed_at IS NULL AND f.route = 'person' AND p.left_at IS NULL AND ` + firstAsked

// firstAsked says whether a flag's case is with $2: with the head ($3) all, with others those for which they
// are among the first to ask: who is named for the year, else for every other, else the head, else IT.
// The last two are known by what they may see, too ($4). Never with who raised it, or whose it is.
const firstAsked = `f.person_id <> $2 AND f.raised_by IS DISTINCT FROM $2
	   AND ($3 OR EXISTS (
	        SELECT FROM (
	            SELECT v.person_id, v.rank, min(v.rank) OVER () AS first FROM (
	                SELECT person_id, CASE WHEN year_group IS NULL THEN 1 ELSE 0 END AS rank FROM reviewer WHERE school_id = $1 AND (year_group IS NULL OR year_group = p.year_group)
	                UNION ALL SELECT person_id, CASE role WHEN 'head' THEN 2 ELSE 3 END FROM person_role WHERE school_id = $1 AND role IN ('head', 'it')) v
	              JOIN person q ON q.person_id = v.person_id AND q.left_at IS NULL
	             WHERE v.person_id <> f.person_id AND v.person_id IS DISTINCT FROM f.raised_by) w
	         WHERE w.rank = w.first AND w.person_id = $2 AND (w.rank < 2 OR $4)))`

// undecided are those that wait for somebody, the newest first; only one's pile, as old as it or older, where its
// number is not 0.
func undecided(ctx context.Context, tx *db.Tx, a school.Actor, one FlagID) ([]openFlag, error) {
	rows, _ := tx.Query(ctx, `
		SELECT f.flag_id, f.raised_at, f.kind, f.evidence, coalesce(b.given_name || ' ' || b.family_name, ''), coalesce(f.note, ''), f.reported,
		       f.person_id, f.given_name || ' ' || f.family_name, coalesce(f.year_group, -1), coalesce(f.bundle_id, 0), coalesce(f.rule, 0), f.category, coalesce(k ->> 'title', f.category), coalesce(r ->> 'name', '')
		  FROM (SELECT f.*, p.given_name, p.family_name, p.year_group`+waitsFor+`
		           AND ($5 = 0 OR EXISTS (SELECT FROM flag g WHERE g.flag_id = $5 AND f.flag_id <= g.flag_id AND g.bundle_id IS NOT DISTINCT FROM f.bundle_id
		                              AND (g.bundle_id IS NOT NULL OR g.person_id = f.person_id AND g.category = f.category AND g.rule IS NOT DISTINCT FROM f.rule)))
		         ORDER BY f.flag_id DESC LIMIT 2000) f
		  LEFT JOIN conduct_set s ON s.set_id = coalesce(f.set_id, (SELECT max(x.set_id) FROM conduct_set x WHERE x.school_id = $1))
		  LEFT JOIN LATERAL jsonb_array_elements(s.content -> 'rules') r ON (r ->> 'rule')::integer = f.rule
		  LEFT JOIN LATERAL jsonb_array_elements(s.content -> 'categories') k ON k ->> 'name' = f.category
		  LEFT JOIN person b ON b.person_id = f.raised_by
		 ORDER BY f.flag_id DESC`, a.School, a.Person, a.May(school.ReviewAnyone), a.May(school.SeeConduct), one)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f openFlag, err error) {
		err = row.Scan(&f.ID, &f.At, &f.Kind, &f.Evidence, &f.By, &f.Note, &f.Reported, &f.Person, &f.Name, &f.Year, &f.Bundle, &f.Number, &f.Category, &f.Title, &f.Rule)
		return f, err
	})
}

func undecidedCases(ctx context.Context, tx *db.Tx, a school.Actor) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(DISTINCT coalesce(-f.bundle_id, f.person_id))`+waitsFor, a.School, a.Person, a.May(school.ReviewAnyone), a.May(school.SeeConduct)).Scan(&n)
	return n, err
}

// raisedBy says whether a flag waits that somebody raised themselves, as far as they may know of it.
func raisedBy(ctx context.Context, tx *db.Tx, a school.Actor, id FlagID) (own bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM flag WHERE school_id = $1 AND flag_id = $2 AND raised_by = $3 AND closed_at IS NULL AND route = 'person')`, a.School, id, a.Person).Scan(&own)
	return own, err
}

// liftUnfounded ends what rules withdrew from a person for flags of which none is left.
func liftUnfounded(ctx context.Context, tx *db.Tx, by school.Actor, person school.PersonID, dismissed []FlagID, why string) error {
	_, err := tx.Exec(ctx, `
		UPDATE suspension s SET lifted_at = $2, lifted_by = $3, lift_reason = $4
		 WHERE s.person_id = $1 AND s.set_id IS NOT NULL AND s.lifted_at IS NULL AND s.ends_at > $2
		   AND EXISTS (SELECT FROM jsonb_array_elements_text(s.evidence -> 'flags') e WHERE e::bigint = ANY ($5))
		   AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(s.evidence -> 'flags') e JOIN flag f ON f.flag_id = e::bigint WHERE f.outcome IS DISTINCT FROM 'dismissed')`,
		person, tx.Now, by.Pseudonym, why, dismissed)
	return err
}
