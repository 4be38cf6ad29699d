package console

import (
	"context"
	"net/http"

	"inkwell/internal/door"
	"inkwell/internal/fault"
)

// signInPage is what sign-in.html shows.
type signInPage struct {
	Username string
	Say      string // why it did not work, or ""
	Ready    bool   // a password has just been chosen
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request, _ visitor) {
	if _, err := c.signIn.Actor(r.Context(), sessionToken(r)); err == nil {
		http.Redirect(w, r, "/staff", http.StatusSeeOther)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "sign-in", signInPage{Ready: r.FormValue("ready") != ""})
}

func (c *Console) doSignIn(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.enter(w, r, entry{"sign-in", "/staff", c.signIn.SignIn})
}

// entry is a way in: its page, where it leads, and who may.
type entry struct {
	page, to string
	signIn   func(ctx context.Context, username, password, place string) (token string, err error)
}

func (c *Console) enter(w http.ResponseWriter, r *http.Request, by entry) {
	username := r.PostFormValue("username")
	token, err := by.signIn(r.Context(), username, r.PostFormValue("password"), placeOf(r))
	if status, say := correctable(err); status != 0 {
		c.pages.Show(w, r, status, by.page, signInPage{Username: username, Say: say})
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	// Whoever left a session in this browser before has no use of the new one.
	if a, err := c.signIn.Actor(r.Context(), sessionToken(r)); err == nil {
		c.desk.ForgetPictures(a.Person)
	}
	if err := c.signIn.SignOut(r.Context(), sessionToken(r)); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	keepSession(w, r, token)
	http.Redirect(w, r, by.to, http.StatusSeeOther)
}

func (c *Console) doSignOut(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.leave(w, r, "/staff/sign-in")
}

func (c *Console) leave(w http.ResponseWriter, r *http.Request, to string) {
	if err := c.signIn.SignOut(r.Context(), sessionToken(r)); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	dropSession(w, r)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// placeOf is where wrong passwords are counted: an address, so that nobody can
// pause the sign-in for everybody.
func placeOf(r *http.Request) string { return "staff:" + door.Sender(r).String() }

// correctable is the status and sentence of a refusal that is told beside the form
// it is about; status 0 for any other outcome.
func correctable(err error) (status int, say string) {
	if err == nil {
		return 0, ""
	}
	f := fault.As(err)
	switch f.Kind {
	case fault.Invalid:
		status = http.StatusBadRequest
	case fault.Unauthenticated, fault.Forbidden:
		status = http.StatusForbidden
	case fault.Conflict:
		status = http.StatusConflict
	case fault.TooMany:
		status = http.StatusTooManyRequests
	}
	return status, f.Say
}
