package quota

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// About is what went into a person's own accounts and out of them, the oldest first, what they alone are allowed, and what they were given each time. What a colleague wrote of a top-up
// stands in the record of acts.
func About(ctx context.Context, tx *db.Tx, p school.Person) ([]sheet.Part, error) {
	rows, err := school.Told(ctx, tx, `
		SELECT to_char(t.at, 'YYYY-MM-DD HH24:MI'), t.kind, CASE WHEN a.purse = 'pages' THEN 'to print with' ELSE a.purse END,
		       (CASE WHEN t.to_account = a.account_id THEN t.amount ELSE -t.amount END)::text
		  FROM account a JOIN transfer t ON a.account_id IN (t.from_account, t.to_account)
		 WHERE a.person_id = $1 ORDER BY t.transfer_id LIMIT 100000`, p.ID)
	if err != nil {
		return nil, err
	}
	own, err := school.Told(ctx, tx, `SELECT pages::text, colour::text FROM allowance WHERE person_id = $1`, p.ID)
	if err != nil {
		return nil, err
	}
	given, err := school.Told(ctx, tx, `
		SELECT per, starts_on::text, pages::text, to_char(given_at, 'YYYY-MM-DD HH24:MI') FROM allowance_given WHERE person_id = $1 ORDER BY given_at, per`, p.ID)
	return []sheet.Part{{Name: "account", Title: "Your account", Columns: []string{"When (UTC)", "What", "Of", "Units"}, Rows: rows},
		{Name: "own-allowance", Title: "An allowance of your own", Columns: []string{"Each time", "Of it in colour"}, Rows: own},
		{Name: "given", Title: "What you were given", Columns: []string{"For the", "From", "Units", "Given (UTC)"}, Rows: given}}, err
}
