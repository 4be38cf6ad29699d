package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin/signintest"
)

var (
	appKey       = regexp.MustCompile(`class="app__key">([A-Z2-7 ]+)<`)
	recoveryCode = regexp.MustCompile(`<li><code>([A-Z2-7-]{11})</code>`)
)

// secretOn is the key that the page shows to be typed into an app.
func (h *house) secretOn(a answer) string {
	h.Helper()
	found := appKey.FindStringSubmatch(a.body)
	if a.status != http.StatusOK || found == nil || !strings.Contains(a.body, `class="qr"`) {
		h.Fatalf("no key and code on %d %s", a.status, a.body)
	}
	return strings.ReplaceAll(found[1], " ", "")
}

func (h *house) password(username string) answer {
	h.Helper()
	return h.post("/staff/sign-in", url.Values{"username": {username}, "password": {schooltest.Password}})
}

// TestSecondFactorPages: who must have a second factor sets it up before anything opens, signs in
// with it from then on, need not on a device that is known, and gets back in by a recovery code.
func TestSecondFactorPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE school SET factor_roles = '{it}'")
	if a := h.password("it"); a.location != appPath {
		t.Fatalf("led to %q", a.location)
	}
	for _, shut := range []string{"/staff", "/staff/people", youPath, colleaguesPath} {
		if a := h.get(shut); a.location != signInPath {
			t.Errorf("%s is open: %d", shut, a.status)
		}
	}
	if a := h.get(codePath); a.location != appPath {
		t.Errorf("the code's page: %q", a.location)
	}
	secret := h.secretOn(h.get(appPath))
	if again := h.secretOn(h.get(appPath)); again != secret {
		t.Error("the key changes while it is being set up")
	}
	code := func() url.Values { return url.Values{"code": {signintest.Code(t, secret, h.clock.Now())}} }
	h.says(h.post(appPath, url.Values{"code": {"000000"}}), http.StatusForbidden, "That code is not right")
	shown := h.post(appPath, code())
	h.says(shown, http.StatusOK, "Your recovery codes", "shown only now")
	recovery := recoveryCode.FindAllStringSubmatch(shown.body, -1)
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	h.says(h.get("/staff"), http.StatusOK, "Today")
	h.says(h.get(youPath), http.StatusOK, "10 recovery codes", "this one")

	h.clock.Advance(time.Minute)
	h.post("/staff/sign-out", nil)
	if a := h.password("it"); a.location != codePath {
		t.Fatalf("led to %q", a.location)
	}
	if a := h.get("/staff"); a.location != signInPath {
		t.Errorf("half in: %d", a.status)
	}
	h.says(h.get(codePath), http.StatusOK, `autocomplete="one-time-code"`)
	before := h.cookies()[0].Value
	known := code()
	known.Set("remember", "yes")
	a := h.post(codePath, known)
	if a.location != "/staff" || !strings.Contains(strings.Join(a.header["Set-Cookie"], "\n"), "Max-Age=2592000; HttpOnly; SameSite=Strict") {
		t.Fatalf("%d to %q with %q", a.status, a.location, a.header["Set-Cookie"])
	}
	if h.cookies()[0].Value == before {
		t.Error("the session has the token of before the code")
	}
	h.post("/staff/sign-out", nil)
	if a := h.password("it"); a.location != "/staff" {
		t.Errorf("a known device is led to %q", a.location)
	}
	h.browser = h.newBrowser()
	if a := h.password("it"); a.location != codePath {
		t.Fatalf("an unknown device is led to %q", a.location)
	}
	if a := h.post(codePath, url.Values{"code": {recovery[3][1]}}); a.location != "/staff" {
		t.Errorf("with a recovery code: %d", a.status)
	}
}

// TestColleaguesPage: IT sees how staff get in, has a role set up a second factor, and shuts a
// colleague out at once; nobody does it to themselves.
func TestColleaguesPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("teacher")
	teacher := h.browser
	h.browser = h.newBrowser()
	h.enter("it")
	h.says(h.get(colleaguesPath), http.StatusOK, "Tom Reid", "1 browser", "2 of IT sign in with a password alone", "Your own")
	h.post(colleaguesPath+"/factor", url.Values{"role": {"it", "head"}})
	if a := h.get(colleaguesPath); a.location != signInPath {
		t.Errorf("IT without a second factor goes on: %d", a.status)
	}
	dbtest.Exec(t, h.db, "UPDATE school SET factor_roles = '{head}'")
	h.says(h.post(colleaguesPath+"/"+number(h.IT)+"/bar", nil), http.StatusForbidden, "Another administrator")
	h.says(h.post(colleaguesPath+"/"+number(h.Sam)+"/bar", nil), http.StatusNotFound)
	h.says(h.post(colleaguesPath+"/"+number(h.Teacher)+"/promote", nil), http.StatusNotFound)
	h.post(colleaguesPath+"/"+number(h.Teacher)+"/bar", nil)
	it := h.browser
	h.browser = teacher
	if a := h.get(classesPath); a.location != signInPath {
		t.Errorf("shut out, and yet %d", a.status)
	}
	h.browser = it
	h.says(h.get(colleaguesPath), http.StatusOK, "Shut out", "Let in again")
}

func number(a school.Actor) string {
	return strings.TrimPrefix((&house{}).page(a.Person), "/staff/people/")
}

// TestDangerousActsAskAgain: a quarter of an hour after the sign-in each of them asks for the
// password, does nothing, keeps what was typed, and goes on for the right one alone, under a new token.
func TestDangerousActsAskAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.clock.Advance(16 * time.Minute)
	before := h.acts()
	known := strings.NewReplacer("{colleague}", number(h.Teacher), "{account}", "1")
	for _, pattern := range dangerous {
		i := indexOf(pattern)
		if i < 0 {
			t.Fatalf("%s is no route", pattern)
		}
		if !h.IT.May(routes[i].needs) {
			continue
		}
		method, path := address(routes[i], h.Sam.Person)
		if method == http.MethodGet {
			h.says(h.get(path+"?as=csv&by=year"), http.StatusForbidden, "Is it still you", `action="`+path+`?as=csv&amp;by=year"`)
			continue
		}
		h.says(h.do(h.request(method, known.Replace(path), url.Values{"reason": {`"><b>x`}})), http.StatusForbidden,
			"Is it still you", `type="hidden" name="reason" value="&#34;&gt;&lt;b&gt;x"`, `action="`+known.Replace(path)+`"`)
	}
	if h.acts() != before {
		t.Fatalf("and yet it was done: %s", h.acts())
	}
	if a := h.post(usagePath+"/table?as=csv", url.Values{proofPassword: {schooltest.Password}}); a.location != usagePath+"/table?as=csv" {
		t.Fatalf("after a proof: %d %s", a.status, a.location)
	}
	h.says(h.get(usagePath+"/table?as=csv"), http.StatusOK)
	h.clock.Advance(16 * time.Minute)
	form := url.Values{"role": {"head"}, proofPassword: {"wrong"}}
	h.says(h.post(colleaguesPath+"/factor", form), http.StatusForbidden, "That password is not right", `name="role" value="head"`)
	old := h.cookies()[0]
	form.Set(proofPassword, schooltest.Password)
	if a := h.post(colleaguesPath+"/factor", form); a.location != colleaguesPath {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if got := dbtest.Value[[]string](t, h.db, "SELECT factor_roles FROM school"); len(got) != 1 || got[0] != "head" {
		t.Errorf("wanted of %q", got)
	}
	if h.cookies()[0].Value == old.Value {
		t.Error("the token is the same")
	}
	r := h.request(http.MethodGet, "/staff", nil)
	h.browser = h.newBrowser()
	r.AddCookie(old)
	if a := h.do(r); a.location != signInPath {
		t.Errorf("the old token opens: %d", a.status)
	}
}

func indexOf(pattern string) int {
	for i, r := range routes {
		if r.pattern == pattern {
			return i
		}
	}
	return -1
}

// TestOwnSessionsPage: another browser is signed out from here.
func TestOwnSessionsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("teacher")
	other := h.browser
	h.browser = h.newBrowser()
	h.enter("teacher")
	h.says(h.get(youPath), http.StatusOK, "Where you are signed in", "this one", "Set it up")
	if a := h.post(youPath+"/sessions/0/end", nil); a.location != youPath {
		t.Fatalf("%d", a.status)
	}
	h.says(h.get(youPath), http.StatusOK, "this one")
	h.browser = other
	if a := h.get(youPath); a.location != signInPath {
		t.Errorf("the other one is still in: %d", a.status)
	}
}
