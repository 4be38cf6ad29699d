package console

import (
	"context"
	"net/http"

	"inkwell/internal/door"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/signin"
)

// signInPath is the way in for staff.
const signInPath = "/staff/sign-in"

// signInPage is what sign-in.html shows.
type signInPage struct {
	Username string
	Say      string // why it did not work, or ""
	Ready    bool   // a password has just been chosen
	SSO      string // name of the school's single sign-on, or ""
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request, _ visitor) {
	if a, err := c.signIn.Actor(r.Context(), sessionToken(r)); err == nil {
		http.Redirect(w, r, homeOf(a), http.StatusSeeOther)
		return
	}
	c.pages.Show(w, r, http.StatusOK, "sign-in", signInPage{Ready: r.FormValue("ready") != "", SSO: c.ssoName()})
}

func (c *Console) doSignIn(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.enter(w, r, entry{"sign-in", "/staff", c.signIn.SignIn})
}

// entry is a way in: its page, where it leads, and who may.
type entry struct {
	page, to string
	signIn   func(ctx context.Context, t signin.Try) (signin.Entered, error)
}

func (c *Console) enter(w http.ResponseWriter, r *http.Request, by entry) {
	username := r.PostFormValue("username")
	in, err := by.signIn(r.Context(), signin.Try{
		Username: username, Password: r.PostFormValue("password"), Place: placeOf(r), Browser: browserOf(r), Device: deviceToken(r),
	})
	if status, say := correctable(err); status != 0 {
		c.pages.Show(w, r, status, by.page, signInPage{Username: username, Say: say, SSO: c.ssoAt(isOwn(by.to))})
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	if c.forget(w, r) {
		keepSession(w, r, in.Token)
		c.secondStep(w, r, in, by.to)
	}
}

// forget ends the session that was in this browser before: whoever left it has no use of the new one.
func (c *Console) forget(w http.ResponseWriter, r *http.Request) bool {
	if a, err := c.signIn.Actor(r.Context(), sessionToken(r)); err == nil {
		c.desk.ForgetPictures(a.Person)
	}
	if err := c.signIn.SignOut(r.Context(), sessionToken(r)); err != nil {
		c.pages.Error(w, r, err)
		return false
	}
	return true
}

func (c *Console) doSignOut(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.leave(w, r, signInPath)
}

func (c *Console) leave(w http.ResponseWriter, r *http.Request, to string) {
	if err := c.signIn.SignOut(r.Context(), sessionToken(r)); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	dropSession(w, r)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// homeOf is where somebody's pages begin.
func homeOf(a school.Actor) string {
	if a.May(school.UseConsole) {
		return "/staff"
	}
	return myPath
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
