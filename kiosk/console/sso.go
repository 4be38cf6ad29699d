package console

import (
	"context"
	"net/http"
	"net/url"

	"inkwell/internal/fault"
	"inkwell/internal/signin"
	"inkwell/internal/sso"
)

// The way to the school's single sign-on and back.
const (
	ssoPath   = "/staff/sso"
	mySSOPath = myPath + "/sso"
	ssoCookie = "inkwell-sso"
	ssoAge    = 10 * 60 // seconds
)

// SSO is the school's single sign-on: sso.Server.
type SSO interface {
	Name() string
	Pupils() bool
	Begin(ctx context.Context, with sso.Carried, again bool) (address, text string, err error)
	Finish(ctx context.Context, text string, back url.Values) (sso.Identity, sso.Carried, error)
}

// ssoName is what the school calls its single sign-on; "" without one.
func (c *Console) ssoName() string {
	if c.sso == nil {
		return ""
	}
	return c.sso.Name()
}

// ownSSOName is ssoName for pupils; "" where they do not sign in there.
func (c *Console) ownSSOName() string {
	if c.sso == nil || !c.sso.Pupils() {
		return ""
	}
	return c.sso.Name()
}

// ssoAt is what the single sign-on is called on a page: a pupil's own, or the staff's.
func (c *Console) ssoAt(own bool) string {
	if own {
		return c.ownSSOName()
	}
	return c.ssoName()
}

// toSSO leads to the provider. It is a link and no form: our pages' policy lets forms lead to our
// own pages alone.
func (c *Console) toSSO(w http.ResponseWriter, r *http.Request, _ visitor) {
	own := r.URL.Path == mySSOPath
	if c.ssoAt(own) == "" {
		c.nothing(w, r)
		return
	}
	address, text, err := c.sso.Begin(r.Context(), sso.Carried{Invitation: r.PathValue("token"), Session: sessionToken(r), Own: own}, r.FormValue("again") != "")
	if err != nil {
		c.notByWay(w, r, own, err)
		return
	}
	cookie := ssoCookieFor(r, text)
	cookie.MaxAge = ssoAge
	http.SetCookie(w, cookie)
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// ssoCookieFor is sent along when the provider leads back, which a strict one would not be.
func ssoCookieFor(r *http.Request, text string) *http.Cookie {
	c := cookieFor(r, ssoCookie, text)
	c.SameSite = http.SameSiteLaxMode
	return c
}

// fromSSO takes whom the provider vouches for in: by an invitation, or as who they are already.
// It answers with a page that leads on by itself: a redirect would still be the provider's doing,
// and the browser would not send the session's cookie with it.
func (c *Console) fromSSO(w http.ResponseWriter, r *http.Request, _ visitor) {
	if c.sso == nil {
		c.nothing(w, r)
		return
	}
	gone := ssoCookieFor(r, "")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	who, carried, err := c.sso.Finish(r.Context(), cookieOf(r, ssoCookie), r.URL.Query())
	if err != nil {
		c.notByWay(w, r, carried.Own, err)
		return
	}
	in, err := c.vouched(r, who, carried)
	if err == nil {
		err = c.signIn.SignOut(r.Context(), carried.Session)
	}
	if err != nil {
		c.notByWay(w, r, carried.Own, err)
		return
	}
	keepSession(w, r, in.Token)
	to := "/staff"
	if carried.Own {
		to = myPath
	}
	c.pages.Show(w, r, http.StatusOK, "sso", ssoPage{to})
}

// ssoPage is what sso.html shows: where it leads on.
type ssoPage struct{ To string }

func (c *Console) vouched(r *http.Request, who sso.Identity, carried sso.Carried) (signin.Entered, error) {
	if carried.Own && c.ownSSOName() == "" {
		return signin.Entered{}, fault.New(fault.Forbidden, "sso-staff-alone", "Pupils do not sign in that way here. Sign in with your printing password.")
	}
	o := signin.Outside{Issuer: who.Issuer, Subject: who.Subject, At: who.At, Again: who.Again, Address: who.Address, Browser: browserOf(r)}
	if carried.Own {
		return c.signIn.SignInOwnOutside(r.Context(), o)
	}
	if carried.Invitation != "" {
		return c.signIn.AcceptOutside(r.Context(), carried.Invitation, o)
	}
	return c.signIn.SignInOutside(r.Context(), o)
}

// notByWay says on the sign-in page, a pupil's own or the staff's, why it did not work.
func (c *Console) notByWay(w http.ResponseWriter, r *http.Request, own bool, err error) {
	status, say := correctable(err)
	if f := fault.As(err); f.Kind == fault.Unavailable {
		status, say = http.StatusServiceUnavailable, f.Say
	}
	if status == 0 {
		c.pages.Error(w, r, err)
		return
	}
	page := "sign-in"
	if own {
		page = "my-sign-in"
	}
	c.pages.Show(w, r, status, page, signInPage{Say: say, SSO: c.ssoAt(own)})
}
