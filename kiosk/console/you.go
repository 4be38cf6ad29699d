package console

import (
	"net/http"

	"inkwell/internal/signin"
)

// youPath is a person's own way in: sessions, second factor, recovery codes.
const youPath = "/staff/you"

// youPage is what you.html shows.
type youPage struct {
	visitor
	signin.Own
	Rows []sessionRow
	SSO  bool // of the session that asks: the second factor is asked for elsewhere
}

// sessionRow is a place where the visitor is signed in.
type sessionRow struct {
	ID                signin.SessionID
	Browser           string
	Began, Seen, Ends string
	This              bool
}

func (c *Console) youPage(w http.ResponseWriter, r *http.Request, v visitor) {
	own, err := c.signIn.Own(r.Context(), sessionToken(r))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := youPage{visitor: v, Own: own, SSO: own.Way == signin.BySSO}
	for _, s := range own.Sessions {
		page.Rows = append(page.Rows, sessionRow{s.ID, s.Browser, moment(s.Began, v.Now), moment(s.Seen, v.Now), moment(s.Ends, v.Now), s.This})
	}
	c.pages.Show(w, r, http.StatusOK, "you", page)
}

// endOwnSession ends one of the visitor's sessions; number 0 is all others.
func (c *Console) endOwnSession(w http.ResponseWriter, r *http.Request, _ visitor) {
	if err := c.signIn.EndOwn(r.Context(), sessionToken(r), numberIn[signin.SessionID](r, "session")); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, youPath, http.StatusSeeOther)
}

func (c *Console) newRecoveryCodes(w http.ResponseWriter, r *http.Request, v visitor) {
	codes, err := c.signIn.NewRecoveryCodes(r.Context(), sessionToken(r))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "recovery-codes", recoveryPage{v, codes, youPath})
}
