package signin

import (
	"context"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// About is how somebody signs in to the pages, and where they did: sessions and remembered devices, which are
// forgotten 30 days after their end. No secret is in it; the name of an account elsewhere is, since it is theirs.
func About(ctx context.Context, tx *db.Tx, p school.Person) ([]sheet.Part, error) {
	parts := []sheet.Part{
		{Name: "sign-ins", Title: "Where you signed in to the pages", Columns: []string{"Began (UTC)", "Last used", "Ended", "Browser", "By", "Second factor"}},
		{Name: "sign-in", Title: "How you sign in to the pages", Columns: []string{"What", "Since (UTC)", "Until"}},
	}
	for i, statement := range []string{`
		SELECT to_char(started_at, 'YYYY-MM-DD HH24:MI'), to_char(seen_at, 'YYYY-MM-DD HH24:MI'), to_char(least(ended_at, ends_at), 'YYYY-MM-DD HH24:MI'), browser,
		       CASE way WHEN 'sso' THEN 'single sign-on' ELSE 'password' END, CASE WHEN factored THEN 'yes' ELSE 'no' END
		  FROM session WHERE person_id = $1 ORDER BY started_at, session_id`, `
		SELECT what, to_char(since, 'YYYY-MM-DD HH24:MI'), to_char(until, 'YYYY-MM-DD HH24:MI')
		  FROM (SELECT 'Authenticator app' AS what, confirmed_at AS since, NULL::timestamptz AS until FROM staff_account WHERE person_id = $1 AND confirmed_at IS NOT NULL
		        UNION ALL SELECT 'Last sign-in', entered_at, NULL FROM staff_account WHERE person_id = $1 AND entered_at IS NOT NULL
		        UNION ALL SELECT CASE WHEN e.end_reason IS NULL THEN 'Access reviewed: kept' ELSE 'Access reviewed: to end, because ' || e.end_reason END, v.signed_at, NULL
		                    FROM access_review_entry e JOIN access_review v USING (review_id) WHERE e.person_id = $1
		        UNION ALL SELECT 'Kept from signing in', barred_at, NULL FROM staff_account WHERE person_id = $1 AND barred_at IS NOT NULL
		        UNION ALL SELECT 'Opened by the account at ' || s.name, NULL, NULL FROM person p JOIN person o ON o.person_id = p.opened_by JOIN school s ON s.school_id = o.school_id WHERE p.person_id = $1
		        UNION ALL SELECT 'Remembered browser', known_at, least(ended_at, ends_at) FROM known_device WHERE person_id = $1
		        UNION ALL SELECT 'Recovery code', made_at, used_at FROM recovery_code WHERE person_id = $1
		        UNION ALL SELECT 'Invitation', made_at, coalesce(used_at, expires_at) FROM invitation WHERE person_id = $1
		        UNION ALL SELECT 'Account ' || subject || ' at ' || issuer, bound_at, ended_at FROM sso_identity WHERE person_id = $1) AS t ORDER BY since, what`} {
		var err error
		if parts[i].Rows, err = school.Told(ctx, tx, statement, p.ID); err != nil {
			return nil, err
		}
	}
	return parts, nil
}
