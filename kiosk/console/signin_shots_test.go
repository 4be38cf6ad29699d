package console

import (
	"fmt"
	"os"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
	"inkwell/internal/signin/signintest"
	"inkwell/internal/web/webtest"
)

// TestTheWayInInARealBrowser goes the whole way in with a second factor, and looks at each page
// on it: with axe, for its width, and, where INKWELL_SHOTS names a folder, at all sizes and in both
// schemes.
func TestTheWayInInARealBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.console.sso = away{}
	p := webtest.Start(t).Page(t)
	look := func(name string) { h.look(p, "signin-"+name) }
	token, err := h.signIn.AddStaff(t.Context(), signin.Staff{School: h.School, Username: "una", Given: "Una", Family: "Frost", Role: school.IT})
	if err != nil {
		t.Fatal(err)
	}
	p.Open(h.server.URL + "/staff/invitation/" + token)
	p.Seen("Choose a password")
	look("invitation")
	dbtest.Exec(t, h.db, "UPDATE school SET factor_roles = '{it,head,safeguarding}'")
	p.Open(h.server.URL + "/staff")
	look("sign-in")
	signInAs(p, "it", "wrong")
	p.Seen("We can't sign you in")
	look("wrong")
	signInAs(p, "it", schooltest.Password)
	p.Seen("Set up your authenticator app")
	p.Eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	look("authenticator")
	secret := p.Says(`document.querySelector(".app__key").textContent.replaceAll(" ", "")`)
	p.Fill("#code", signintest.Code(t, secret, h.clock.Now()))
	p.Click(".door .button--go")
	p.Seen("Your recovery codes")
	look("recovery")
	p.Click(".button--go")
	p.Seen("Nothing is red")
	h.clock.Advance(20 * time.Minute)
	p.Open(h.server.URL + youPath)
	p.Seen("10 recovery codes")
	look("you")
	p.Click(`[action$="/recovery-codes"] button`)
	p.Seen("Is it still you")
	look("fresh")
	p.Fill("#code", signintest.Code(t, secret, h.clock.Now()))
	p.Click(".door .button--go")
	p.Seen("Your recovery codes")
	p.Open(h.server.URL + colleaguesPath)
	p.Seen("Who must have a second factor")
	p.Eval(`document.querySelector(".acts").open = true`)
	look("colleagues")
	p.Click(".leave button")
	signInAs(p, "it", schooltest.Password)
	p.Seen("Your code")
	look("code")
	h.clock.Advance(time.Minute)
	p.Fill("#code", signintest.Code(t, secret, h.clock.Now()))
	p.Click(".door .button--go")
	p.Seen("Ida Hall")
	p.Unhurt()
}

// look holds axe against a page as a phone shows it.
func (h *house) look(p *webtest.Page, name string) {
	h.Helper()
	p.Size(390, 844)
	p.Axe()
	h.shoot(p, name+"-390-light.png", 390)
	if os.Getenv("INKWELL_SHOTS") == "" {
		return
	}
	for _, width := range []int64{390, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			p.Size(width, 844)
			p.Scheme(scheme)
			p.Axe()
			h.shoot(p, fmt.Sprintf("%s-%d-%s.png", name, width, scheme), width)
		}
	}
	p.Scheme("light")
}
