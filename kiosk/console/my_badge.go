package console

import (
	"context"
	"net/http"

	"inkwell/internal/db"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/signin"
)

// Holder knows what people hold: school.Directory.
type Holder interface {
	ReplaceCode(ctx context.Context, a school.Actor, password, place string) (string, error)
	GiveCode(ctx context.Context, a school.Actor) (string, error)
	NewAddress(ctx context.Context, tx *db.Tx, by school.Pseudonym, p school.Person, device string) (string, error)
	Addresses(ctx context.Context, tx *db.Tx, p school.PersonID) ([]school.Address, error)
	RevokeAddress(ctx context.Context, tx *db.Tx, by school.Pseudonym, p school.Person, id school.AddressID) error
	ByAddress(ctx context.Context, id school.ID, token string) (school.Actor, error)
}

// myBadgePage is what my-badge.html shows: a pupil's badge and code.
type myBadgePage struct {
	visitor
	ownStanding
	InForce int    // badges that work
	Lost    int    // and lost ones
	Codes   bool   // they may have a code
	SSO     string // where they signed in, and prove it again for a new one; "" by password
	Code    string // a new one, shown once, or ""
	Say     string // why a badge was not taken for lost
	Wrong   string // why there is no new code

	Languages  []choice // that kiosks can speak to them; fewer than two is no choice
	Spoken     bool     // one was just chosen
	NoLanguage string   // why it was not
}

func (c *Console) myBadgePage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showMyBadge(w, r, v, http.StatusOK, myBadgePage{})
}

func (c *Console) showMyBadge(w http.ResponseWriter, r *http.Request, v visitor, status int, page myBadgePage) {
	o, err := c.desk.Own(r.Context(), v.Actor)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page.visitor, page.ownStanding = v, v.standing(o)
	page.InForce, page.Lost, page.Codes = o.Badges.Badges, o.Badges.Lost, o.Codes
	if _, asks, err := c.signIn.Fresh(r.Context(), sessionToken(r)); err != nil {
		c.pages.Error(w, r, err)
		return
	} else if asks == signin.AsksSSO {
		page.SSO = c.ownSSOName()
	}
	page.Spoken = r.FormValue("spoken") != ""
	if _, page.Languages, err = c.reads(r.Context(), v); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "my-badge", page)
}

// loseMyBadge has the visitor's badges open nothing any more.
func (c *Console) loseMyBadge(w http.ResponseWriter, r *http.Request, v visitor) {
	_, err := c.desk.LoseOwnBadge(r.Context(), v.Actor)
	if status, say := correctable(err); status != 0 {
		c.showMyBadge(w, r, v, status, myBadgePage{Say: say})
		return
	}
	c.backTo(w, r, myBadgePath, err)
}

// newMyCode gives the visitor a new code, and shows it once, against their password; whoever came by single sign-on has
// just proven it there, which the act asks for as each dangerous one does.
func (c *Console) newMyCode(w http.ResponseWriter, r *http.Request, v visitor) {
	_, asks, err := c.signIn.Fresh(r.Context(), sessionToken(r))
	code := ""
	switch {
	case err != nil:
	case asks == signin.AsksSSO:
		code, err = c.holder.GiveCode(r.Context(), v.Actor)
	default:
		code, err = c.holder.ReplaceCode(r.Context(), v.Actor, r.PostFormValue("password"), placeOf(r))
	}
	if fault.KindOf(err) == fault.Unauthenticated && err != nil {
		c.showMyBadge(w, r, v, http.StatusForbidden, myBadgePage{Wrong: "That is not your password. Your code is as it was."})
		return
	}
	if status, say := correctable(err); status != 0 {
		c.showMyBadge(w, r, v, status, myBadgePage{Wrong: say})
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.showMyBadge(w, r, v, http.StatusOK, myBadgePage{Code: school.Grouped(code)})
}
