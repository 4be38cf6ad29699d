package console

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"inkwell/internal/db"
	"inkwell/internal/school"
	"inkwell/internal/web"
)

// badge is how somebody stands at a station's reader.
type badge struct {
	Words string // such as "1 badge", or "1 badge lost"
	Lost  bool
	Pass  string // until when a pass is good, or ""
}

func badgeOf(ctx context.Context, tx *db.Tx, v visitor, id school.PersonID) (badge, error) {
	if !v.MayIssuePass() {
		return badge{}, nil
	}
	all, err := school.Badges(ctx, tx, []school.PersonID{id})
	return v.badge(all[id]), err
}

// badge says how somebody stands.
func (v visitor) badge(s school.BadgeState) badge {
	b := badge{Words: counted(int64(s.Badges), "badge"), Lost: s.Lost > 0}
	if b.Lost {
		b.Words = counted(int64(s.Lost), "badge") + " reported lost"
	}
	if !s.Pass.IsZero() {
		b.Pass = moment(s.Pass, v.Now)
	}
	return b
}

// passPage is what pass.html shows, once.
type passPage struct {
	visitor
	ID    school.PersonID
	Title string
	User  string
	Until string
	Pages int
	Code  string
	QR    template.HTML
}

// Back is where somebody goes from a pass: to the person's page, or to their own class.
func (p passPage) Back() string {
	if p.May(school.FindPeople) {
		return fmt.Sprintf("/staff/people/%d", p.ID)
	}
	return tutorPath
}

// pass is how a pass is shown to its holder.
func (v visitor) pass(p school.Person, pass school.Pass) (passPage, error) {
	code, err := web.QR(strings.ToUpper(pass.Text)) // capitals make a smaller code
	return passPage{visitor: v, ID: p.ID, Title: p.Given + " " + p.Family, User: p.Username,
		Until: moment(pass.Until, v.Now), Pages: pass.Pages, Code: school.Grouped(pass.Code), QR: code}, err
}

// loseBadge reports a badge lost and shows the pass that stands for it. Asked again it is
// a new pass: nobody can read the old one any more.
func (c *Console) loseBadge(w http.ResponseWriter, r *http.Request, v visitor) {
	pass, err := c.desk.LoseBadge(r.Context(), v.Actor, personID(r))
	var p school.Person
	if err == nil {
		err = c.db.InTx(r.Context(), db.InSchool(v.School), func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = school.PersonAt(ctx, tx, v.School, personID(r))
			return err
		})
	}
	var page passPage
	if err == nil {
		page, err = v.pass(p, pass)
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "pass", page)
}

func (c *Console) findBadge(w http.ResponseWriter, r *http.Request, v visitor) {
	if err := c.desk.FindBadge(r.Context(), v.Actor, personID(r)); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, passPage{visitor: v, ID: personID(r)}.Back(), http.StatusSeeOther)
}
