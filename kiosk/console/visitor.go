package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// visitor is the member of staff who asks for a page, and the moment of asking in
// their school's time.
type visitor struct {
	school.Actor
	Name       string
	SchoolName string
	Now        time.Time
	InPeople   bool // which part of the pages this is: people, ...
	InRollOut  bool // ... roll-out, or today
}

// visitor is whom the request's session stands for; fault.Unauthenticated without one.
func (c *Console) visitor(r *http.Request) (visitor, error) {
	a, err := c.signIn.Actor(r.Context(), sessionToken(r))
	if err != nil {
		return visitor{}, err
	}
	v := visitor{Actor: a, InPeople: strings.HasPrefix(r.URL.Path, "/staff/people"), InRollOut: strings.HasPrefix(r.URL.Path, "/staff/roll-out")}
	err = c.db.InTx(r.Context(), db.InSchool(a.School), func(ctx context.Context, tx *db.Tx) error {
		sc, err := school.ByID(ctx, tx, a.School)
		if err != nil {
			return err
		}
		p, err := school.PersonByID(ctx, tx, a.Person)
		v.SchoolName, v.Name, v.Now = sc.Name, p.Given+" "+p.Family, tx.Now.In(sc.Zone)
		return err
	})
	return v, err
}

// InToday says whether this is the first page.
func (v visitor) InToday() bool { return !v.InPeople && !v.InRollOut }

// MayRollOut says whether to offer it.
func (v visitor) MayRollOut() bool { return v.May(school.ManageFace) }

// MaySuspend says whether to offer it.
func (v visitor) MaySuspend() bool { return v.May(school.Suspend) }
