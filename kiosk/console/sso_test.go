package console

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/sealed"
	"inkwell/internal/signin"
	"inkwell/internal/sso"
	"inkwell/internal/sso/ssotest"
)

// singleSignOn has the house's staff sign in at a real provider.
func (h *house) singleSignOn() *ssotest.Provider {
	h.Helper()
	p := ssotest.Start(h.T, h.server.URL+ssoPath+"/callback")
	file := filepath.Join(h.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(ssotest.Secret), 0o600); err != nil {
		h.Fatal(err)
	}
	var err error
	h.console.sso, err = sso.New(sso.Options{
		Issuer: p.Issuer, ClientID: ssotest.ClientID, SecretFile: file, Name: "School account", Redirect: h.server.URL + ssoPath + "/callback",
		Key: sealed.Key{ID: "0a0b0c0d", Secret: bytes.Repeat([]byte{3}, 32)},
	})
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// through goes to the provider from a link of ours, signs in there, and comes back.
func (h *house) through(p *ssotest.Provider, link, username string) answer {
	h.Helper()
	a := h.get(link)
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, p.Issuer) {
		h.Fatalf("%s leads to %q (%d)", link, a.location, a.status)
	}
	if set := strings.Join(a.header["Set-Cookie"], "\n"); !strings.Contains(set, "HttpOnly; SameSite=Lax") {
		h.Errorf("cookie %q", set)
	}
	back := p.SignIn(a.location, username)
	return h.get(back.RequestURI())
}

// TestSingleSignOn: an invitation binds the account once; from then on that account opens the pages
// of that person, another opens none, and whoever leaves or is shut out is out.
func TestSingleSignOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.singleSignOn()
	h.says(h.get("/staff/sign-in"), http.StatusOK, "Sign in with School account", `href="/staff/sso"`)
	h.says(h.through(p, ssoPath, ssotest.One), http.StatusForbidden, "Inkwell does not yet")

	invite := func(username string, role school.Role) string {
		token, err := h.signIn.AddStaff(t.Context(), signin.Staff{School: h.School, Username: username, Given: "Una", Family: "Frost", Role: role})
		if err != nil {
			t.Fatal(err)
		}
		return "/staff/invitation/" + token
	}
	link := invite("una", school.IT)
	h.says(h.get(link), http.StatusOK, "Use School account from now on", link+"/sso")
	dbtest.Exec(t, h.db, "UPDATE school SET factor_roles = '{it}'") // asked for there, and not here
	h.says(h.through(p, link+"/sso", ssotest.One), http.StatusOK, "You are in", `http-equiv="refresh"`)
	h.says(h.get("/staff"), http.StatusOK, "Una Frost")
	h.says(h.get(link), http.StatusNotFound, "has been used")
	h.says(h.get(youPath), http.StatusOK, "You sign in where your school does")
	before := h.cookies()[0].Value

	h.says(h.through(p, ssoPath, ssotest.One), http.StatusOK, "You are in")
	if h.cookies()[0].Value == before {
		t.Error("the token is the same")
	}
	if _, err := h.signIn.Actor(t.Context(), before); err == nil {
		t.Error("the session before lives on")
	}
	h.says(h.through(p, ssoPath, ssotest.Two), http.StatusForbidden, "Inkwell does not yet")
	h.says(h.through(p, invite("vic", school.Head)+"/sso", ssotest.One), http.StatusConflict, "somebody else")
	h.says(h.through(p, invite("una", school.IT)+"/sso", ssotest.Two), http.StatusOK, "You are in")
	h.says(h.through(p, ssoPath, ssotest.One), http.StatusForbidden, "Inkwell does not yet")

	una := dbtest.Value[school.PersonID](t, h.db, "SELECT person_id FROM person WHERE username = 'una'")
	if err := h.signIn.Bar(t.Context(), h.Chief, h.School, una, true); err != nil {
		t.Fatal(err)
	}
	if a := h.get("/staff"); a.location != signInPath {
		t.Errorf("shut out, and yet %d", a.status)
	}
	h.says(h.through(p, ssoPath, ssotest.Two), http.StatusForbidden, "Inkwell does not yet")
	if got := h.acts(); strings.Count(got, "staff-sso-bound") != 2 {
		t.Errorf("audit has %s", got)
	}
}

// TestAWayBackThatNobodyBegan opens nothing, and neither does a sign-on that is not set up.
func TestAWayBackThatNobodyBegan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{ssoPath, ssoPath + "/callback?code=x&state=y"} {
		h.says(h.get(path), http.StatusNotFound)
	}
	h.console.sso = away{}
	r := httptest.NewRequest(http.MethodGet, ssoPath, nil)
	w := httptest.NewRecorder()
	h.console.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "can&#39;t be reached") {
		t.Errorf("a provider that is away: %d %s", w.Code, w.Body)
	}
	p := h.singleSignOn()
	h.says(h.get(ssoPath+"/callback?code=x&state=y"), http.StatusForbidden, "began in another window")
	victim := h.get(ssoPath)
	way := p.SignIn(victim.location, ssotest.One)
	h.browser = h.newBrowser()
	h.says(h.get(way.RequestURI()), http.StatusForbidden, "began in another window")
	_ = h.post("/staff/sign-in", url.Values{"username": {"it"}, "password": {schooltest.Password}})
	h.says(h.get("/staff"), http.StatusOK, "Today")
}

// away is a provider that does not answer.
type away struct{ SSO }

func (away) Name() string { return "School account" }

func (away) Begin(context.Context, sso.Carried, bool) (string, string, error) {
	return "", "", fault.New(fault.Unavailable, "sso-away", "The school's own sign-in can't be reached.")
}
