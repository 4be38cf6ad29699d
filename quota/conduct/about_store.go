package conduct

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// About is what rules counted, what was flagged and decided about a person, with reasons, and what they said to it: never
// who flagged or decided, and nothing of safeguarding, which its lead answers for.
func About(ctx context.Context, tx *db.Tx, p school.Person) ([]sheet.Part, error) {
	flags, err := school.Told(ctx, tx, `
		SELECT to_char(f.raised_at, 'YYYY-MM-DD HH24:MI'), f.category, CASE WHEN f.rule IS NULL THEN 'a member of staff' ELSE 'rule ' || f.rule END,
		       f.note, f.outcome, f.closing
		  FROM flag f WHERE f.person_id = $1 AND f.route <> 'safeguarding' AND f.outcome IS DISTINCT FROM 'referred' ORDER BY f.raised_at`, p.ID)
	if err != nil {
		return nil, err
	}
	stops, err := school.Told(ctx, tx, `
		SELECT to_char(s.starts_at, 'YYYY-MM-DD HH24:MI'), to_char(s.ends_at, 'YYYY-MM-DD HH24:MI'), to_char(s.lifted_at, 'YYYY-MM-DD HH24:MI'), s.reason, o.words, o.outcome, o.reason
		  FROM suspension s LEFT JOIN objection o ON o.suspension_id = s.suspension_id WHERE s.person_id = $1
		UNION ALL
		SELECT to_char(t.taken_at, 'YYYY-MM-DD HH24:MI'), to_char(t.ends_at, 'YYYY-MM-DD HH24:MI'), NULL, t.action || ': ' || t.reason, o.words, o.outcome, o.reason
		  FROM step t JOIN flag f USING (flag_id) LEFT JOIN objection o ON o.step_id = t.step_id
		 WHERE t.person_id = $1 AND f.route <> 'safeguarding' AND f.outcome IS DISTINCT FROM 'referred' ORDER BY 1`, p.ID)
	if err != nil {
		return nil, err
	}
	off, err := school.Told(ctx, tx, `
		SELECT to_char(starts_at, 'YYYY-MM-DD HH24:MI'), to_char(least(ended_at, ends_at), 'YYYY-MM-DD HH24:MI'), coalesce('rule ' || rule, 'all rules'), reason
		  FROM exemption WHERE person_id = $1 ORDER BY exemption_id`, p.ID)
	if err != nil {
		return nil, err
	}
	facts, err := school.Told(ctx, tx, `
		SELECT to_char(f.at, 'YYYY-MM-DD HH24:MI'), replace(f.kind, '-', ' '), replace(f.object, ':', ' '),
		       (SELECT string_agg(d.key || ' ' || d.value, ', ' ORDER BY d.key) FROM jsonb_each_text(f.detail) AS d)
		  FROM fact f WHERE f.person_id = $1 AND f.kind <> 'title-word' ORDER BY f.fact_id LIMIT 100000`, p.ID)
	return []sheet.Part{
		{Name: "counted", Title: "What rules count", Columns: []string{"When (UTC)", "What", "Of", "How much"}, Rows: facts},
		{Name: "flags", Title: "What was flagged", Columns: []string{"When (UTC)", "Kind", "By", "Note", "Decided", "Why"}, Rows: flags, Words: []int{3, 5}},
		{Name: "decisions", Title: "Printing withdrawn, and other steps", Columns: []string{"From (UTC)", "Until", "Given back", "Reason", "You said", "Answer", "Why"}, Rows: stops, Words: []int{3, 4, 6}},
		{Name: "exemptions", Title: "Rules that did not apply to you", Columns: []string{"From (UTC)", "Until", "Of", "Reason"}, Rows: off, Words: []int{3}},
	}, err
}

// KeptBack are the objects in the record of acts of flags about a person that safeguarding has: those were
// ordinary ones until somebody referred them, and what was done with them then is on record.
func KeptBack(ctx context.Context, tx *db.Tx, p school.Person) (map[string]bool, error) {
	rows, err := school.Told(ctx, tx, `
		SELECT 'flag:' || flag_id FROM flag WHERE person_id = $1 AND (route = 'safeguarding' OR outcome = 'referred')`, p.ID)
	all := map[string]bool{}
	for _, row := range rows {
		all[row[0]] = true
	}
	return all, err
}
