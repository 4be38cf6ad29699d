package school

import (
	"context"

	"inkwell/internal/audit"
	"inkwell/internal/db"
)

// ForgetPasswords has what is remembered of passwords kept elsewhere forgotten, right
// ones and wrong ones, on all nodes at once: those of one person of a school, or of all
// when username is blank. Their sign-ins end, too; tries stay counted. It returns how
// many people that are.
func ForgetPasswords(ctx context.Context, tx *db.Tx, school ID, username string) (people int, err error) {
	people, err = raiseVersions(ctx, tx, school, normalName(username))
	if err != nil || people == 0 {
		return people, err
	}
	e := audit.Entry{School: school, Act: "passwords-forgotten", Facts: map[string]any{"people": people}}
	if username != "" {
		p, err := PersonByUsername(ctx, tx, school, username)
		if err != nil {
			return 0, err
		}
		e.Subject = p.Pseudonym
	}
	return people, audit.Record(ctx, tx, e)
}
