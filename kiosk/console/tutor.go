package console

import (
	"context"
	"net/http"

	"inkwell/internal/db"
	"inkwell/internal/school"
)

// tutorPath is the page of a tutor's own registration class.
const tutorPath = "/staff/tutor"

// tutorPage is what tutor.html shows.
type tutorPage struct {
	visitor
	Pupils []tutee
}

// tutee is a pupil of the class.
type tutee struct {
	ID         school.PersonID
	Name, User string
	Badge      badge
}

// tutorPage shows the pupils of the registration class that the visitor teaches.
func (c *Console) tutorPage(w http.ResponseWriter, r *http.Request, v visitor) {
	page := tutorPage{visitor: v}
	err := c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) error {
		all, err := school.Tutees(ctx, tx, v.Actor)
		if err != nil {
			return err
		}
		ids := idsOf(all)
		badges, err := school.Badges(ctx, tx, ids)
		for _, p := range all {
			page.Pupils = append(page.Pupils, tutee{p.ID, p.Given + " " + p.Family, p.Username, v.badge(badges[p.ID])})
		}
		return err
	})
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "tutor", page)
}
