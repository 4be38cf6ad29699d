package console

import (
	"net/http"
	"slices"

	"inkwell/internal/school"
	"inkwell/internal/signin"
)

// colleaguesPath is staff's ways in, for IT.
const colleaguesPath = "/staff/sign-ins"

// colleaguesPage is what colleagues.html shows.
type colleaguesPage struct {
	visitor
	People []colleagueRow
	Roles  []roleChoice
	Bare   int // may manage the school's people, and sign in with a password alone
}

// colleagueRow is a member of staff who may sign in.
type colleagueRow struct {
	signin.Colleague
	Role string
	Self bool
}

// roleChoice is a role that may be wanted to have a second factor.
type roleChoice struct {
	Role   school.Role
	Word   string
	Wanted bool
}

func (c *Console) colleaguesPage(w http.ResponseWriter, r *http.Request, v visitor) {
	all, err := c.signIn.Colleagues(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	wanted, err := c.signIn.FactorRoles(r.Context(), v.School)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := colleaguesPage{visitor: v}
	for _, one := range all {
		row := colleagueRow{Colleague: one, Self: one.Person == v.Person}
		for _, role := range one.Roles {
			if row.Role != "" {
				row.Role += ", "
			}
			row.Role += roleWords[role]
		}
		if !one.Factor && !one.Must && slices.Contains(one.Roles, school.IT) {
			page.Bare++
		}
		page.People = append(page.People, row)
	}
	for _, role := range school.StaffRoles() {
		page.Roles = append(page.Roles, roleChoice{role, roleWords[role], slices.Contains(wanted, role)})
	}
	c.pages.Show(w, r, http.StatusOK, "colleagues", page)
}

func (c *Console) wantFactor(w http.ResponseWriter, r *http.Request, v visitor) {
	var roles []school.Role
	for _, role := range r.PostForm["role"] {
		roles = append(roles, school.Role(role))
	}
	c.atDoor(w, r, c.signIn.WantFactor(r.Context(), v.Actor, v.School, roles))
}

// actOnColleague does what the last part of the address says to a colleague's way in.
func (c *Console) actOnColleague(w http.ResponseWriter, r *http.Request, v visitor) {
	who := numberIn[school.PersonID](r, "colleague")
	act := map[string]func() error{
		"reset-factor": func() error { return c.signIn.ResetFactor(r.Context(), v.Actor, v.School, who) },
		"sign-out":     func() error { return c.signIn.EndSessions(r.Context(), v.Actor, v.School, who) },
		"bar":          func() error { return c.signIn.Bar(r.Context(), v.Actor, v.School, who, true) },
		"unbar":        func() error { return c.signIn.Bar(r.Context(), v.Actor, v.School, who, false) },
	}[r.PathValue("door")]
	if act == nil {
		c.nothing(w, r)
		return
	}
	c.atDoor(w, r, act())
}

func (c *Console) atDoor(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, colleaguesPath, http.StatusSeeOther)
}
