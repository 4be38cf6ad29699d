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
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/sealed"
	"inkwell/internal/signin"
	"inkwell/internal/sso"
	"inkwell/internal/sso/ssotest"
	"inkwell/internal/web/webtest"
)

// singleSignOn has the house's staff sign in at a real provider.
func (h *house) singleSignOn() *ssotest.Provider {
	h.Helper()
	p := ssotest.Start(h.T, h.server.URL+ssoPath+"/callback")
	h.way(p, sso.Options{})
	return p
}

// way has the house lead to a provider.
func (h *house) way(p *ssotest.Provider, o sso.Options) {
	h.Helper()
	file := filepath.Join(h.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(ssotest.Secret), 0o600); err != nil {
		h.Fatal(err)
	}
	var err error
	o.Issuer, o.ClientID, o.SecretFile, o.Name, o.Redirect = p.Issuer, ssotest.ClientID, file, "School account", h.server.URL+ssoPath+"/callback"
	o.Key = sealed.Key{ID: "0a0b0c0d", Secret: bytes.Repeat([]byte{3}, 32)}
	h.console.sso, err = sso.New(o)
	if err != nil {
		h.Fatal(err)
	}
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

// TestPupilsBySingleSignOn: a pupil whose user name is the account's comes in to their own page and no further, by the
// subject from then on; nobody else does, and whoever comes to be staff is out until they are bound as such.
func TestPupilsBySingleSignOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if a := h.get(mySSOPath); a.status != http.StatusNotFound || strings.Contains(h.get(mySignInPath).body, mySSOPath) {
		t.Errorf("it is offered where it is not set: %d", a.status)
	}
	p := h.singleSignOn()
	if a := h.get(mySSOPath); a.status != http.StatusNotFound {
		t.Errorf("it is offered where it is the staff's alone: %d", a.status)
	}
	h.addresses(p)
	h.says(h.get(mySignInPath), http.StatusOK, "Sign in with School account", `href="/my/sso"`)
	local, _, _ := strings.Cut(ssotest.Address, "@")
	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusForbidden, "has no pupil of that name", "My printing")

	rename := func(id school.PersonID, to string) {
		dbtest.Exec(t, h.db, "UPDATE person SET username = $2 WHERE person_id = $1", id, to)
	}
	rename(h.Teacher.Person, local)
	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusForbidden, "has no pupil of that name")
	rename(h.Teacher.Person, "teacher")
	other := schooltest.New(t, h.db, "Hill School")
	rename(h.Sam.Person, local)
	rename(other.Sam.Person, ssotest.Address)
	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusForbidden, "has no pupil of that name")
	rename(other.Sam.Person, "another")
	for whose, sql := range map[string]string{"staff's": "SELECT $1::bigint", "a leaver's": "UPDATE person SET left_at = now() WHERE person_id = $1"} {
		rename(other.Teacher.Person, ssotest.Address)
		dbtest.Exec(t, h.db, sql, other.Teacher.Person)
		if a := h.through(p, mySSOPath, ssotest.One); a.status != http.StatusForbidden {
			t.Errorf("the address is %s of another school, and opens a pupil's page: %d", whose, a.status)
		}
	}
	rename(other.Teacher.Person, "another-teacher")

	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusOK, "You are in", `content="0; url=/my"`)
	h.says(h.get(myPath), http.StatusOK, "Hi Sam", secretTitle)
	if page := h.get(myBadgePath); page.status != http.StatusOK || strings.Contains(page.body, `type="password"`) {
		t.Errorf("a password is wanted of somebody who signs in elsewhere: %d", page.status)
	}
	h.clock.Advance(20 * time.Minute)
	h.says(h.post(myBadgePath+"/code", nil), http.StatusForbidden, "Is it still you", "Sign in with School account once more")
	h.says(h.through(p, mySSOPath+"?again=yes", ssotest.One), http.StatusOK, "You are in")
	h.says(h.post(myBadgePath+"/code", nil), http.StatusOK, "Your new code, shown only now")
	nothing := webtest.Nowhere(h.get("/staff/nothing").body)
	for _, route := range routes {
		method, path := address(route, h.Sam.Person)
		if route.needs == "" || route.needs == school.OwnPage || !strings.HasPrefix(method, http.MethodGet) {
			continue
		}
		if a := h.get(path); a.status != http.StatusNotFound || webtest.Nowhere(a.body) != nothing {
			t.Errorf("%s opens to a pupil: %d", path, a.status)
		}
	}
	h.says(h.through(p, ssoPath, ssotest.One), http.StatusForbidden, "Inkwell does not yet", "Staff sign-in")
	rename(h.Sam.Person, "sam") // the subject is what counts from now on
	rename(h.Mia.Person, local)
	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusOK, "You are in")
	h.says(h.get(myPath), http.StatusOK, "Hi Sam")
	rename(h.Mia.Person, "mia")
	if got := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'pupil-sso-bound' AND subject = $1", h.Sam.Pseudonym); got != 1 {
		t.Errorf("bound %d times", got)
	}

	dbtest.Exec(t, h.db, "INSERT INTO person_role (person_id, school_id, role) VALUES ($1, $2, 'assistant')", h.Sam.Person, h.School)
	for path, to := range map[string]string{"/staff": signInPath, "/staff/mine": signInPath, myPath: mySignInPath} {
		if a := h.get(path); a.status != http.StatusSeeOther || a.location != to {
			t.Errorf("once they are staff, %s is %d %s", path, a.status, a.location)
		}
	}
	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusForbidden, "has no pupil of that name")
	h.says(h.through(p, ssoPath, ssotest.One), http.StatusForbidden, "Inkwell does not yet")
	dbtest.Exec(t, h.db, "DELETE FROM person_role WHERE person_id = $1 AND role = 'assistant'", h.Sam.Person)
	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusOK, "You are in")
	dbtest.Exec(t, h.db, "UPDATE person SET left_at = $2 WHERE person_id = $1", h.Sam.Person, friday)
	if a := h.get(myPath); a.location != mySignInPath {
		t.Errorf("whoever has left is in: %d", a.status)
	}
	h.says(h.through(p, mySSOPath, ssotest.One), http.StatusForbidden, "has no pupil of that name")
}

// addresses has pupils sign in at the provider, by the addresses of its people.
func (h *house) addresses(p *ssotest.Provider) {
	h.Helper()
	_, domain, _ := strings.Cut(ssotest.Address, "@")
	h.way(p, sso.Options{Domain: domain, Pupils: true})
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

func (away) Pupils() bool { return false }

func (away) Begin(context.Context, sso.Carried, bool) (string, string, error) {
	return "", "", fault.New(fault.Unavailable, "sso-away", "The school's own sign-in can't be reached.")
}
