package school

import (
	"context"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/db"
	"inkwell/internal/sheet"
)

// About is what this package keeps about a person: who they are and what they read kiosks in, their classes, when badges and
// passes were given and ended, forms they signed, exams they are in, visits as a guest, and what they asked for. A legal hold
// is not in it: it may be about an investigation that it must not give away. No badge, code or password is in it: they are kept as
// keyed digests, which tell nothing.
func About(ctx context.Context, tx *db.Tx, p Person) ([]sheet.Part, error) {
	return partsOf(ctx, tx, int64(p.ID), []sheet.Part{
		{Name: "person", Title: "Who you are here", Columns: []string{"User name", "Given name", "Family name", "Year group", "Roles", "Left on", "Language at kiosks", "More time at kiosks"}},
		{Name: "classes", Title: "Classes", Columns: []string{"Class", "As", "From", "Until"}},
		{Name: "badges", Title: "Badges, passes and codes", Columns: []string{"What", "Given", "Ended"}},
		{Name: "agreements", Title: "Agreements", Columns: []string{"Version", "Signed by", "Signed on", "Yes to every question"}},
		{Name: "exams", Title: "Exams that you are in", Columns: []string{"Exam", "From (UTC)", "Until", "Taken back"}},
		{Name: "visits", Title: "Visits as a guest", Columns: []string{"Entered (UTC)", "Last day", "Organisation", "Pages"}},
		{Name: "requests", Title: "What you asked for", Columns: []string{"Came on", "Answer by", "File made (UTC)", "Answered"}},
	}, []string{`
		SELECT username, given_name, family_name, coalesce(year_group::text, ''), (SELECT string_agg(r.role, ', ' ORDER BY r.role) FROM person_role r WHERE r.person_id = p.person_id),
		       to_char(left_at, 'YYYY-MM-DD'), coalesce(nullif(language, ''), 'as the kiosk has it'), CASE WHEN more_time THEN 'yes' ELSE 'no' END
		  FROM person p WHERE person_id = $1`, `
		SELECT c.name, e.role, e.valid_from::text, e.valid_to::text FROM enrolment e JOIN class c USING (class_id) WHERE e.person_id = $1 ORDER BY e.valid_from, c.name`, `
		SELECT what, to_char(issued_at, 'YYYY-MM-DD HH24:MI'), to_char(ended, 'YYYY-MM-DD HH24:MI')
		  FROM (SELECT 'Badge' AS what, issued_at, revoked_at AS ended FROM badge WHERE person_id = $1
		        UNION ALL SELECT 'Day pass', issued_at, least(ended_at, expires_at) FROM pass WHERE person_id = $1
		        UNION ALL SELECT 'Printing address', issued_at, revoked_at FROM address WHERE person_id = $1) AS t ORDER BY issued_at`, `
		SELECT a.version, s.signatory, s.signed_on::text, CASE WHEN s.agreed THEN 'yes' ELSE 'no' END
		  FROM signature s JOIN agreement a USING (agreement_id) WHERE s.person_id = $1 ORDER BY s.recorded_at`, `
		SELECT e.name, to_char(e.begins_at, 'YYYY-MM-DD HH24:MI'), to_char(e.ends_at, 'YYYY-MM-DD HH24:MI'), to_char(e.removed_at, 'YYYY-MM-DD HH24:MI')
		  FROM exam_person x JOIN exam e USING (exam_id) WHERE x.person_id = $1 ORDER BY e.begins_at, e.exam_id`, `
		SELECT to_char(entered_at, 'YYYY-MM-DD HH24:MI'), ends_on::text, organisation, pages::text FROM guest WHERE person_id = $1 ORDER BY entered_at`, `
		SELECT received_on::text, due_on::text, to_char(made_at, 'YYYY-MM-DD HH24:MI'), to_char(answered_at, 'YYYY-MM-DD HH24:MI') FROM data_request WHERE person_id = $1 ORDER BY request_id`})
}

// partsOf fills parts by one statement each, all about a person.
func partsOf(ctx context.Context, tx *db.Tx, person int64, parts []sheet.Part, statements []string) ([]sheet.Part, error) {
	for i := range parts {
		var err error
		if parts[i].Rows, err = Told(ctx, tx, statements[i], person); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// Told are the rows of a statement whose columns are texts, an empty one for nothing.
func Told(ctx context.Context, tx *db.Tx, statement string, args ...any) ([][]string, error) {
	rows, _ := tx.Query(ctx, statement, args...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]string, error) {
		cells := make([]*string, len(row.FieldDescriptions()))
		to := make([]any, len(cells))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := row.Scan(to...); err != nil {
			return nil, err
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			if c != nil {
				texts[i] = *c
			}
		}
		return texts, nil
	})
}

// NamesOfOthers are the given and family names and the user names of everybody at the school but one
// person's own.
func NamesOfOthers(ctx context.Context, tx *db.Tx, p Person) ([]string, error) {
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT w FROM person o, LATERAL unnest(ARRAY[o.given_name, o.family_name, o.username]) AS w
		 WHERE o.school_id = $1 AND o.person_id <> $2 AND length(w) > 1 ORDER BY w`, p.School, p.ID)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
