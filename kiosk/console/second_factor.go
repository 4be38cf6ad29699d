package console

import (
	"html/template"
	"net/http"

	"inkwell/internal/fault"
	"inkwell/internal/signin"
	"inkwell/internal/web"
)

// The second step of a sign-in: a code, or an authenticator app that has to be set up first.
const (
	codePath = "/staff/second-factor"
	appPath  = "/staff/authenticator"
)

// stepPage is what second-factor.html shows.
type stepPage struct {
	Say string // why the code was not taken
}

// secondStep leads to what a session waits for that is half open.
func (c *Console) secondStep(w http.ResponseWriter, r *http.Request, in signin.Entered, to string) {
	switch in.Stage {
	case signin.NeedsCode:
		to = codePath
	case signin.NeedsFactor:
		to = appPath
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// waiting has fn done for a session that waits at the stage; others are led where they belong.
func (c *Console) waiting(w http.ResponseWriter, r *http.Request, stage signin.Stage, fn func()) {
	at, err := c.signIn.Waits(r.Context(), sessionToken(r))
	switch {
	case fault.KindOf(err) == fault.Unauthenticated:
		http.Redirect(w, r, signInPath, http.StatusSeeOther)
	case err != nil:
		c.pages.Error(w, r, err)
	case at != stage:
		c.secondStep(w, r, signin.Entered{Stage: at}, signInPath)
	default:
		fn()
	}
}

func (c *Console) codePage(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.waiting(w, r, signin.NeedsCode, func() { c.pages.Show(w, r, http.StatusOK, "second-factor", stepPage{}) })
}

func (c *Console) takeCode(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.waiting(w, r, signin.NeedsCode, func() {
		in, device, err := c.signIn.Code(r.Context(), sessionToken(r), r.PostFormValue("code"), r.PostFormValue("remember") == "yes")
		if status, say := correctable(err); status != 0 {
			c.pages.Show(w, r, status, "second-factor", stepPage{say})
			return
		}
		if err != nil {
			c.pages.Error(w, r, err)
			return
		}
		keepSession(w, r, in.Token)
		if device != "" {
			keepDevice(w, r, device)
		}
		c.goIn(w, r, in.Token)
	})
}

// goIn leads whoever has just signed in to their pages.
func (c *Console) goIn(w http.ResponseWriter, r *http.Request, token string) {
	a, err := c.signIn.Actor(r.Context(), token)
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, homeOf(a), http.StatusSeeOther)
}

// appPage is what authenticator.html shows.
type appPageData struct {
	visitor // of whoever is in already; its Person is 0 before
	Secret  string
	Code    template.HTML // QR
	Action  string        // where the code of the app goes
	Say     string
}

// recoveryPage is what recovery-codes.html shows, once.
type recoveryPage struct {
	visitor
	Codes []string
	To    string // where it goes on
}

func (c *Console) appPage(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.waiting(w, r, signin.NeedsFactor, func() { c.showApp(w, r, visitor{}, http.StatusOK, "") })
}

func (c *Console) confirmApp(w http.ResponseWriter, r *http.Request, _ visitor) {
	c.waiting(w, r, signin.NeedsFactor, func() { c.confirm(w, r, visitor{}) })
}

func (c *Console) ownAppPage(w http.ResponseWriter, r *http.Request, v visitor) {
	c.showApp(w, r, v, http.StatusOK, "")
}

func (c *Console) showApp(w http.ResponseWriter, r *http.Request, v visitor, status int, say string) {
	e, err := c.signIn.Enrol(r.Context(), sessionToken(r))
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	page := appPageData{visitor: v, Secret: inFours(e.Secret), Action: appPath, Say: say}
	if v.Person != 0 {
		page.Action = youPath + "/authenticator/confirm"
	}
	if page.Code, err = web.QR(e.Address); err != nil {
		c.pages.Error(w, r, err)
		return
	}
	c.pages.Show(w, r, status, "authenticator", page)
}

// confirm takes the first code of an app, and shows the recovery codes.
func (c *Console) confirm(w http.ResponseWriter, r *http.Request, v visitor) {
	in, codes, err := c.signIn.Confirm(r.Context(), sessionToken(r), r.PostFormValue("code"))
	if status, say := correctable(err); status != 0 {
		c.showApp(w, r, v, status, say)
		return
	}
	if err != nil {
		c.pages.Error(w, r, err)
		return
	}
	keepSession(w, r, in.Token)
	c.pages.Show(w, r, http.StatusOK, "recovery-codes", recoveryPage{v, codes, "/staff"})
}

// inFours is a secret as a person can type it.
func inFours(secret string) string {
	var out []byte
	for i := range len(secret) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, secret[i])
	}
	return string(out)
}
