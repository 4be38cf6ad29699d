package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/fault"
	"inkwell/internal/school"
	"inkwell/internal/signin"
	"inkwell/internal/web"
)

// entrance is SignIn under a name that does not hide its method.
type entrance interface{ SignIn }

// doorman lets the given actor in, or nobody.
type doorman struct {
	entrance
	actor *school.Actor
}

func (d doorman) Actor(context.Context, string) (school.Actor, error) {
	if d.actor == nil {
		return school.Actor{}, fault.New(fault.Unauthenticated, "session-over", "")
	}
	return *d.actor, nil
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

// openTo is all that pupils and teachers may open: a route that is not here stays shut
// to them whatever its capability comes to mean.
var openTo = map[string][]string{
	"pupil": {"GET /my", "GET /my/news", "POST /my/upload", "GET /my/jobs/{id}", "POST /my/jobs/{id}/delete", "GET /my/jobs/{id}/pages", "POST /my/jobs/{id}/pages", "GET /my/jobs/{id}/pages/{page}",
		"GET /my/prints", "POST /my/prints/{id}/refund", "GET /my/balance", "POST /my/language", "GET /my/messages", "POST /my/objections", "GET /my/printer", "POST /my/printer", "POST /my/printer/{address}/renew",
		"POST /my/printer/{address}/withdraw", "POST /my/printer/{system}/file", "GET /my/badge", "POST /my/badge/lost", "POST /my/badge/code"}, "nothing": {},
	"teacher": {"GET /staff", "GET /staff/schools", "POST /staff/schools/{place}", "GET /staff/you", "POST /staff/you/sessions/{session}/end", "POST /staff/you/authenticator", "POST /staff/you/authenticator/confirm", "POST /staff/you/recovery-codes", "GET /staff/tutor", "POST /staff/tutor/{id}/badge/lost", "POST /staff/tutor/{id}/badge/found",
		"GET /staff/classes", "GET /staff/classes/{class}", "POST /staff/classes/{class}/give", "POST /staff/classes/{class}/flag", "POST /staff/classes/{class}/pause", "POST /staff/classes/{class}/pause/{order}/end", "GET /staff/classes/{class}/print", "POST /staff/classes/{class}/print", "GET /staff/mine", "GET /staff/mine/{id}/print-room", "POST /staff/mine/{id}/print-room", "POST /staff/mine/{id}/print-room/end", "GET /staff/mine/{id}/pages", "POST /staff/mine/{id}/pages", "GET /staff/mine/{id}/pages/{page}", "POST /staff/mine/{id}/slip", "POST /staff/mine/{id}/slip/end",
		"GET /staff/waiting", "POST /staff/waiting/{id}/approve", "POST /staff/waiting/{id}/return", "GET /staff/rules", "GET /staff/help", "GET /staff/class-usage", "GET /staff/class-usage/table", "POST /staff/class-usage/table", "GET /staff/reviews", "POST /staff/reviews/{objection}", "POST /staff/reviews/flags/{flag}", "POST /staff/reviews/steps/{step}", "GET /staff/reviews/letter/{suspension}", "GET /staff/refunds", "POST /staff/refunds/{id}/grant", "POST /staff/refunds/{id}/decline", "POST /staff/mine/prints/{id}/refund"},
}

// TestEveryRouteForEveryRole: who has the capability gets in, everybody else finds
// nothing, and without a session there is only the way to the sign-in.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.IT
	head.Roles = []school.Role{school.Head}
	h.stand()
	class, _ := h.taught()
	account := dbtest.Value[int64](t, h.db, "SELECT account_id FROM shared_account")
	known := strings.NewReplacer("{class}", fmt.Sprint(class), "{account}", fmt.Sprint(account), "{colleague}", fmt.Sprint(h.Teacher.Person))
	nobody := h.serve(nil, httptest.NewRequest(http.MethodGet, "/staff/nothing", nil))
	for _, route := range routes {
		if route.needs == "" {
			continue
		}
		method, path := address(route, h.Sam.Person)
		path = known.Replace(path)
		if a := h.serve(nil, httptest.NewRequest(method, path, nil)); a.Code != http.StatusSeeOther || a.Header().Get("Location") != signInFor(route.pattern) {
			t.Errorf("%s without a session: %d", route.pattern, a.Code)
		}
		for role, actor := range map[string]school.Actor{"pupil": h.Sam, "teacher": h.Teacher, "it": h.IT, "head": head, "nothing": {School: h.School, Person: h.Sam.Person}} {
			a := h.serve(&actor, httptest.NewRequest(method, path, nil))
			allowed := actor.May(route.needs)
			if may, known := openTo[role]; allowed && known && !slices.Contains(may, route.pattern) {
				t.Errorf("%s: a %s may. If that is meant, add %q to openTo[%q] in routes_test.go.", route.pattern, role, route.pattern, role)
			}
			if !allowed && (a.Code != http.StatusNotFound || a.Body.String() != nobody.Body.String()) {
				t.Errorf("%s as %s: %d, and not what is shown where nothing is", route.pattern, role, a.Code)
			}
			if allowed && (a.Code == http.StatusNotFound && a.Body.String() == nobody.Body.String() || a.Code >= 500) {
				t.Errorf("%s as %s: %d %s", route.pattern, role, a.Code, a.Body)
			}
		}
	}
}

// serve answers one request as if the actor had a session.
func (h *house) serve(actor *school.Actor, r *http.Request) *httptest.ResponseRecorder {
	h.Helper()
	c := *h.console
	c.signIn = doorman{h.signIn, actor}
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
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

// TestOpenRoutes are the ones meant to be, and a new one is a decision.
func TestOpenRoutes(t *testing.T) {
	t.Parallel()
	var open []string
	for _, r := range routes {
		if r.needs == "" {
			open = append(open, r.pattern)
		}
	}
	want := "GET /staff/sign-in, POST /staff/sign-in, GET /staff/second-factor, POST /staff/second-factor, GET /staff/authenticator, POST /staff/authenticator, POST /staff/sign-out, GET /staff/invitation/{token}, POST /staff/invitation/{token}, GET /staff/invitation/{token}/sso, GET /staff/sso, GET /staff/sso/callback, GET /my/sign-in, POST /my/sign-in, GET /my/sso, POST /my/sign-out, GET /staff/static/{digest}/{name}"
	if got := strings.Join(open, ", "); got != want {
		t.Errorf("open: %s", got)
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
