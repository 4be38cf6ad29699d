package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/signin"
	"inkwell/internal/web"
)

// entrance is SignIn under a name that does not hide its method.
type entrance interface{ SignIn }

// doorman lets in the actor who is at the door of a request, or nobody.
type doorman struct{ entrance }

// atTheDoor is the key of a request's *school.Actor, who may be nil.
type atTheDoor struct{}

func (doorman) Actor(ctx context.Context, _ string) (school.Actor, error) {
	actor := ctx.Value(atTheDoor{}).(*school.Actor)
	if actor == nil {
		return school.Actor{}, fault.New(fault.Unauthenticated, "session-over", "")
	}
	return *actor, nil
}

// Still is the same, for a page that looks by itself.
func (d doorman) Still(ctx context.Context, token string) (school.Actor, error) {
	return d.Actor(ctx, token)
}

// Places are the actor's own school alone.
func (d doorman) Places(ctx context.Context, token string) ([]signin.Place, error) {
	a, err := d.Actor(ctx, token)
	return []signin.Place{{Actor: a, Name: "Harbour Academy", This: true}}, err
}

// Fresh is always so: TestDangerousActsAskAgain shows what is asked otherwise.
func (d doorman) Fresh(context.Context, string) (bool, signin.Asks, error) {
	return true, signin.AsksPassword, nil
}

// address is a request that a route matches, about the person.
func address(r route, person school.PersonID) (method, path string) {
	method, path, _ = strings.Cut(r.pattern, " ")
	return method, strings.NewReplacer("{id}", fmt.Sprint(person), "{token}", "x", "{digest}", "x", "{name}", "x", "{printer}", "1", "{queue}", "1", "{exam}", "1", "{kiosk}", "library", "{screen}", "1", "{page}", "1", "{order}", "1", "{objection}", "1", "{suspension}", "1", "{matter}", "1", "{act}", "seal", "{word}", "1", "{flag}", "1", "{rule}", "1", "{step}", "1", "{to}", "on", "{session}", "1", "{door}", "sign-out", "{address}", "1", "{system}", "apple", "{tariff}", "1", "{request}", "1", "{ticket}", "1").Replace(path)
}

// serve answers one request as if the actor had a session.
func (h *house) serve(actor *school.Actor, r *http.Request) *httptest.ResponseRecorder {
	h.Helper()
	fresh := h.behind.pages != h.console.pages
	h.behind = *h.console
	h.behind.signIn = doorman{h.signIn}
	if fresh { // hundreds of routes take longer than to serve one of them
		h.door = h.behind.Handler()
	}
	w := httptest.NewRecorder()
	h.door.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), atTheDoor{}, actor)))
	h.guarded(r, w.Result())
	return w
}

// guarded fails for an answer without the headers that every one has, with a cookie that a script or
// another site could use, or that leads somewhere else.
func (h *house) guarded(r *http.Request, a *http.Response) {
	h.Helper()
	for name, want := range map[string]string{"Content-Security-Policy": web.Policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"} {
		if a.Header.Get(name) != want {
			h.Errorf("%s %s: %s is %q", r.Method, r.URL, name, a.Header.Get(name))
		}
	}
	if kept := a.Header.Get("Cache-Control"); kept != "no-store" && !strings.HasPrefix(r.URL.Path, staticPrefix) {
		h.Errorf("%s %s: browsers keep it: %q", r.Method, r.URL, kept)
	}
	for _, c := range a.Cookies() {
		if !c.HttpOnly || c.Path != "/" || c.SameSite != http.SameSiteStrictMode && c.SameSite != http.SameSiteLaxMode {
			h.Errorf("%s %s: the cookie %v", r.Method, r.URL, c)
		}
	}
	if to := a.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n")) {
		h.Errorf("%s %s leads to %q", r.Method, r.URL, to)
	}
}

func TestUnregisteredIsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, request := range []string{
		"GET /", "GET /staff/", "GET /staff/admin", "POST /staff", "PUT /staff/people", "DELETE /staff/people/1", "GET /staff/people/1/suspend",
		"GET /staff/sign-out", "GET /staff/people/1/jobs", "POST /staff/people/1", "GET /kiosk/library", "GET /staff/../staff/admin",
	} {
		method, path, _ := strings.Cut(request, " ")
		for _, actor := range []*school.Actor{nil, &h.IT} {
			w := h.serve(actor, httptest.NewRequest(method, path, nil))
			if w.Code == http.StatusTemporaryRedirect || w.Code == http.StatusMovedPermanently {
				continue // to the clean form of the address, which is asked for anew
			}
			if w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", request, w.Code)
			}
		}
	}
}

// TestEveryChangeFromAnotherSiteIsRefused, whoever's browser it is.
func TestEveryChangeFromAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	everything := h.IT
	everything.Roles = []school.Role{school.IT, school.Head, school.Teacher}
	changing := 0
	for _, route := range routes {
		method, path := address(route, h.Sam.Person)
		if method == http.MethodGet {
			continue
		}
		changing++
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.test"} {
			r := httptest.NewRequest(method, path, strings.NewReader("until=2026-11-27T08:00&reason=x"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header, value)
			if w := h.serve(&everything, r); w.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %d", route.pattern, header, w.Code)
			}
		}
	}
	if changing < 8 || h.acts() != "" {
		t.Errorf("%d changing routes; audit has %q", changing, h.acts())
	}
}

// TestEveryPageWithoutDatabase is an error page that says nothing of why.
func TestEveryPageWithoutDatabase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.db.Close()
	for _, route := range routes {
		method, path := address(route, h.Sam.Person)
		if strings.Contains(path, "static") || strings.Contains(path, "/sso") || strings.HasSuffix(path, "/sign-in") && method == http.MethodGet {
			continue // they need none
		}
		form := map[string][]string{"username": {"it"}, "password": {"x"}, "again": {"x"}, "until": {"2026-11-27T08:00"}, "reason": {"x"}}
		a := h.do(h.request(method, strings.Replace(path, "/x", "/"+strings.Repeat("A", 43), 1), form))
		if a.status < 500 || strings.Contains(a.body, "closed pool") {
			t.Errorf("%s: %d %s", route.pattern, a.status, a.body)
		}
	}
}

func TestHugeFormIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.post("/staff/sign-in", map[string][]string{"username": {strings.Repeat("a", formLimit)}})
	h.says(a, http.StatusBadRequest, "We could not read that form")
}

func TestNewNeedsAllItsParts(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}); err == nil {
		t.Error("made staff pages of nothing")
	}
}

// TestEveryRoleHasAFirstScreen of its own kind, or the first part that it may open; and a
// menu with nothing that it may not.
func TestEveryRoleHasAFirstScreen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	firsts := map[school.Role]string{
		school.Teacher: "My class now", school.Assistant: "/staff/mine", school.Cover: "My class now", school.Reception: "/staff/people", school.IT: "<h1>Today</h1>",
		school.Provider: livePath, school.PrintRoom: roomPath, school.Exams: "/staff/exams", school.Safeguarding: "/staff/safeguarding", school.Head: "<h1>To decide</h1>", school.COO: "/staff/trust",
		school.Finance: "Accounted for by nobody", school.DataProtection: "/staff/requests", school.Auditor: "/staff/audit",
	}
	for _, role := range school.StaffRoles() {
		who := h.IT
		who.Roles = []school.Role{role}
		a := h.serve(&who, httptest.NewRequest(http.MethodGet, "/staff", nil))
		if want := firsts[role]; !who.May(school.UseConsole) {
			if a.Code != http.StatusNotFound {
				t.Errorf("%s: %d", role, a.Code)
			}
			continue
		} else if want == "" || a.Header().Get("Location") != want && !strings.Contains(a.Body.String(), want) {
			t.Errorf("%s comes to %d %s\n%s", role, a.Code, a.Header().Get("Location"), a.Body)
		}
		for _, p := range partsFor(who, "/staff") {
			if page := h.serve(&who, httptest.NewRequest(http.MethodGet, p.Path, nil)); page.Code != http.StatusOK && page.Code != http.StatusSeeOther {
				t.Errorf("%s: the menu leads to %s, which is %d", role, p.Path, page.Code)
			}
		}
	}
}

// TestEveryPartHasAPlaceInTheMenu, and everything that a role looks at first is a part.
func TestEveryPartHasAPlaceInTheMenu(t *testing.T) {
	t.Parallel()
	for _, p := range parts {
		if !slices.Contains(groups, p.group) || p.help() == "" {
			t.Errorf("%s is in no group, or nothing says what it is for", p.Path)
		}
	}
	for _, f := range firsts {
		if firstHelp[f.word] == "" {
			t.Errorf("nothing says what %s is for", f.word)
		}
	}
	for _, l := range leads {
		who := school.Actor{Roles: []school.Role{l.role}, Proof: school.BySession}
		for _, path := range l.paths {
			if !slices.ContainsFunc(partsFor(who, ""), func(p part) bool { return p.Path == path }) {
				t.Errorf("%s looks at %s first, and may not open it", l.role, path)
			}
		}
	}
}
