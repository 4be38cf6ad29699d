package console

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/internal/signin"
)

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if a := h.get("/staff"); a.status != http.StatusSeeOther || a.location != "/staff/sign-in" {
		t.Errorf("without a session: %d to %s", a.status, a.location)
	}
	h.says(h.get("/staff/sign-in"), http.StatusOK, "Staff sign-in", `autocomplete="current-password"`)
	h.enter("it")
	h.says(h.get("/staff"), http.StatusOK, "Today", "Harbour Academy", "Ida Hall")
	if a := h.get("/staff/sign-in"); a.location != "/staff" {
		t.Errorf("signed in already: %d to %q", a.status, a.location)
	}
	before := h.cookies()
	if a := h.post("/staff/sign-out", nil); a.location != "/staff/sign-in" {
		t.Errorf("signing out: %d to %q", a.status, a.location)
	}
	if len(h.cookies()) != 0 {
		t.Error("the cookie stays")
	}
	r := h.request(http.MethodGet, "/staff", nil)
	r.AddCookie(before[0])
	if a := h.do(r); a.location != "/staff/sign-in" {
		t.Errorf("a copy of the cookie still opens: %d", a.status)
	}
}

func (h *house) cookies() []*http.Cookie {
	u, err := url.Parse(h.server.URL)
	if err != nil {
		h.Fatal(err)
	}
	return h.browser.Jar.Cookies(u)
}

// TestSignInTellsNoDifference between a wrong password, an unknown name, a pupil and a
// colleague who has no pages here.
func TestSignInTellsNoDifference(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'guest' WHERE person_id = $1", h.Teacher.Person)
	var first string
	for _, username := range []string{"it", "nobody", "sam", "teacher"} {
		password := schooltest.Password
		if username == "it" {
			password = "wrong"
		}
		a := h.post("/staff/sign-in", url.Values{"username": {username}, "password": {password}})
		h.says(a, http.StatusForbidden, "We can&#39;t sign you in", `value="`+username+`"`)
		body := strings.Replace(a.body, `value="`+username+`"`, "", 1)
		if first == "" {
			first = body
		}
		if body != first || len(h.cookies()) != 0 {
			t.Errorf("%s is told apart", username)
		}
	}
}

// TestANewSessionIsNew: a session that was in the browser before neither becomes the
// new one nor stays.
func TestANewSessionIsNew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("chief")
	old := h.cookies()[0].Value
	h.enter("it")
	if h.cookies()[0].Value == old {
		t.Error("the token is the same")
	}
	if _, err := h.signIn.Actor(t.Context(), old); err == nil {
		t.Error("the old session lives")
	}
}

// TestCookie: over TLS bound to host, path and TLS; plain only where plain is served.
func TestCookie(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := url.Values{"username": {"it"}, "password": {schooltest.Password}}.Encode()
	for _, secure := range []bool{true, false} {
		r := httptest.NewRequest(http.MethodPost, "/staff/sign-in", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		want := "inkwell="
		if secure {
			r.TLS, want = &tls.ConnectionState{}, "__Host-inkwell="
		}
		w := httptest.NewRecorder()
		h.console.Handler().ServeHTTP(w, r)
		got := w.Header().Get("Set-Cookie")
		if !strings.HasPrefix(got, want) || strings.Contains(got, "Secure") != secure ||
			!strings.HasSuffix(strings.Replace(got, "; Secure", "", 1), "; Path=/; HttpOnly; SameSite=Strict") {
			t.Errorf("cookie %q", got)
		}
	}
}

// TestPlainCookieOpensNothingOverTLS: one that another program of this machine's
// name could set.
func TestPlainCookieOpensNothingOverTLS(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	r := httptest.NewRequest(http.MethodGet, "/staff", nil)
	r.TLS = &tls.ConnectionState{}
	r.AddCookie(h.cookies()[0])
	w := httptest.NewRecorder()
	h.console.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		t.Errorf("status %d", w.Code)
	}
}

func TestInvitationPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token, err := h.signIn.AddStaff(t.Context(), signin.Staff{School: h.School, Username: "una", Given: "Una", Family: "Frost", Role: school.IT})
	if err != nil {
		t.Fatal(err)
	}
	path := "/staff/invitation/" + token
	h.says(h.get(path), http.StatusOK, "una", `autocomplete="new-password"`)
	h.says(h.post(path, url.Values{"password": {"four brown boats 9"}, "again": {"four brown boats 8"}}), http.StatusBadRequest, "not the same", "una")
	h.says(h.post(path, url.Values{"password": {"short"}, "again": {"short"}}), http.StatusBadRequest, "at least 10 characters", "una")
	a := h.post(path, url.Values{"password": {"four brown boats 9"}, "again": {"four brown boats 9"}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(a.location), http.StatusOK, "Your password is set")

	used := h.get(path)
	h.says(used, http.StatusNotFound, "has been used or has expired")
	if unknown := h.get("/staff/invitation/" + strings.Repeat("A", 43)); unknown.status != used.status || unknown.body != used.body {
		t.Error("a used link and one that never was are told apart")
	}
	a = h.post("/staff/sign-in", url.Values{"username": {"una"}, "password": {"four brown boats 9"}})
	if a.location != "/staff" {
		t.Errorf("signing in with it: %d %s", a.status, a.body)
	}
}
