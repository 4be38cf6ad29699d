package console

import (
	"net/http"

	"inkwell/internal/fault"
)

// invitationPage is what invitation.html shows.
type invitationPage struct {
	Username string
	Say      string // why the password was not taken, or ""
	SSO      string // name of the school's single sign-on, or ""
	Link     string // that leads there
}

func (c *Console) invitationPage(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.showInvitation(w, r, http.StatusOK, "")
}

func (c *Console) showInvitation(w http.ResponseWriter, r *http.Request, status int, say string) {
	username, err := c.signIn.Invitation(r.Context(), r.PathValue("token"))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "invitation", invitationPage{username, say, c.ssoName(), "/staff/invitation/" + r.PathValue("token") + "/sso"})
}

func (c *Console) acceptInvitation(w http.ResponseWriter, r *http.Request, _ visitor) {
	password := r.PostFormValue("password")
	var err error = fault.New(fault.Invalid, "passwords-differ", "The two passwords are not the same. Type both again.")
	if password == r.PostFormValue("again") {
		err = c.signIn.Accept(r.Context(), r.PathValue("token"), password)
	}
	if status, say := correctable(err); status != 0 {
		c.showInvitation(w, r, status, say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/staff/sign-in?ready=yes", http.StatusSeeOther)
}
