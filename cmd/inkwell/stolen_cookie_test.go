package main

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// thief is somebody with a cookie and nothing else.
type thief struct {
	*demo
	client *http.Client
}

// request sends a form, or asks for a page without one, with a cookie of that name and value.
func (th thief) request(path, name, cookie string, form url.Values) (status int, body string, set *http.Cookie) {
	th.t.Helper()
	method, text := http.MethodGet, ""
	if form != nil {
		method, text = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(th.t.Context(), method, "https://"+th.web+path, strings.NewReader(text))
	if err != nil {
		th.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: name, Value: cookie}) // #nosec G124 -- it is sent, not set
	}
	a, err := th.client.Do(r)
	if err != nil {
		th.t.Fatal(err)
	}
	defer a.Body.Close()
	said, err := io.ReadAll(a.Body)
	if err != nil {
		th.t.Fatal(err)
	}
	for _, c := range a.Cookies() {
		if c.Name == ownCookie {
			set = c
		}
	}
	return a.StatusCode, string(said), set
}

const ownCookie = "__Host-inkwell"

// enter signs somebody in, in a browser that has the cookie already, and returns the session's.
func (th thief) enter(path, username, password, before string) string {
	th.t.Helper()
	status, _, set := th.request(path, ownCookie, before, url.Values{"username": {username}, "password": {password}})
	if status != http.StatusSeeOther || set == nil || set.Value == "" {
		th.t.Fatalf("%s is not let in: %d", username, status)
	}
	return set.Value
}

// opens says whether a cookie opens a page, and that it opens no act where it does not.
func (th thief) opens(path, name, cookie string) bool {
	th.t.Helper()
	status, _, _ := th.request(path, name, cookie, nil)
	if status != http.StatusOK {
		for _, act := range []string{"/staff/you/recovery-codes", "/my/badge/code"} {
			if status, _, _ := th.request(act, name, cookie, url.Values{}); status != http.StatusSeeOther {
				th.t.Errorf("POST %s with a dead cookie: %d", act, status)
			}
		}
	}
	return status == http.StatusOK
}

// dead fails for a cookie that still opens a page.
func (th thief) dead(what, path, cookie string) {
	th.t.Helper()
	if th.opens(path, ownCookie, cookie) {
		th.t.Errorf("%s: the cookie still opens %s", what, path)
	}
}

// TestCookiesOfOthers, on a server over TLS: a cookie that somebody put into a browser is never the session that begins
// there, and one that was stolen opens nothing from the moment that its owner signs out, has a new password, is shut out,
// leaves, or has lost the class or the role that it was for.
func TestCookiesOfOthers(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	th := thief{s, &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // its certificate was made a moment ago
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	sql := func(text string, args ...any) {
		t.Helper()
		s.super(func(ctx context.Context, c *pgx.Conn) error { _, err := c.Exec(ctx, text, args...); return err })
	}
	const page, mine = "/staff/you", "/my"

	teacher, other := demoTeacher(1), demoTeacher(2)
	planted := strings.Repeat("A", 43)
	if token := th.enter("/staff/sign-in", teacher, demoPassword, planted); token == planted {
		t.Error("a cookie made up is the session")
	}
	th.dead("made up", page, planted)
	attackers := th.enter("/staff/sign-in", other, demoPassword, "")
	victims := th.enter("/staff/sign-in", teacher, demoPassword, attackers)
	if victims == attackers || !th.opens(page, ownCookie, victims) {
		t.Error("the session is the one that was there before")
	}
	th.dead("planted before the sign-in", page, attackers)
	pupils := th.enter("/my/sign-in", "pupil0001", demoPassword, victims)
	th.dead("of staff, before a pupil's sign-in", page, victims)
	if !th.opens(mine, ownCookie, pupils) {
		t.Error("a pupil is not in")
	}
	for _, name := range []string{"inkwell", "__Secure-inkwell", "__Host-inkwell-device", "__Host-inkwell-sso"} {
		if th.opens(mine, name, pupils) {
			t.Errorf("the session is taken by the name %s", name)
		}
	}

	for path, who := range map[string][2]string{"/staff": {teacher, page}, "/my": {"pupil0001", mine}} {
		token := th.enter(path+"/sign-in", who[0], demoPassword, "")
		if status, _, set := th.request(path+"/sign-out", ownCookie, token, url.Values{}); status != http.StatusSeeOther || set == nil || set.MaxAge >= 0 {
			t.Errorf("%s/sign-out is %d, and the cookie %v", path, status, set)
		}
		th.dead("signed out", who[1], token)
	}

	token := th.enter("/staff/sign-in", teacher, demoPassword, "")
	link := strings.Fields(s.inkwell("staff", "add", teacher, "--role", "teacher"))[0]
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	const changed = "quiet orchard 77 lamps"
	if status, said, _ := th.request(at.Path, "", "", url.Values{"password": {changed}, "again": {changed}}); status != http.StatusSeeOther {
		t.Fatalf("a new password: %d %s", status, said)
	}
	th.dead("a new password", page, token)

	id := rows[string](s, "SELECT person_id::text FROM person WHERE username = $1", teacher)
	it := th.enter("/staff/sign-in", rows[string](s, "SELECT username FROM person JOIN person_role USING (person_id) WHERE role = 'it' ORDER BY person_id LIMIT 1"), demoPassword, "")
	for _, end := range []string{"sign-out", "bar"} {
		token = th.enter("/staff/sign-in", teacher, changed, "")
		if status, said, _ := th.request("/staff/sign-ins/"+id+"/"+end, ownCookie, it, url.Values{}); status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", end, status, said)
		}
		th.dead(end, page, token)
	}

	token = th.enter("/staff/sign-in", other, demoPassword, "")
	_, said, _ := th.request("/staff/classes", ownCookie, token, nil)
	class := rows[string](s, "SELECT min(class_id)::text FROM enrolment JOIN person USING (person_id) WHERE username = $1 AND role = 'teacher' AND valid_to > now()", other)
	if !th.opens("/staff/classes/"+class, ownCookie, token) {
		t.Fatalf("a teacher's class %s does not open: %s", class, said)
	}
	sql("UPDATE enrolment SET valid_from = valid_from - 2, valid_to = current_date - 1 FROM person p WHERE p.person_id = enrolment.person_id AND username = $1 AND class_id = $2", other, class)
	for _, path := range []string{"", "/print"} {
		if status, _, _ := th.request("/staff/classes/"+class+path, ownCookie, token, nil); status != http.StatusNotFound {
			t.Errorf("the class is lost, and %s is %d", path, status)
		}
	}
	for _, act := range []string{"give", "pause", "flag", "print"} {
		if status, _, _ := th.request("/staff/classes/"+class+"/"+act, ownCookie, token, url.Values{"amount": {"1"}, "person": {"1"}, "minutes": {"10"}, "category": {"excess"}}); status < 400 || status >= 500 {
			t.Errorf("the class is lost, and its %s is %d", act, status)
		}
	}
	role := func(to string) {
		t.Helper()
		sql("UPDATE person_role SET role = $1 FROM person p WHERE p.person_id = person_role.person_id AND username = $2", to, other)
	}
	role("reception")
	if status, _, _ := th.request("/staff/classes", ownCookie, token, nil); status != http.StatusNotFound {
		t.Errorf("the role is lost, and its page is %d", status)
	}
	role("guest")
	th.dead("a guest now", page, token)
	pupils = th.enter("/my/sign-in", "pupil0002", demoPassword, "")
	sql("UPDATE person SET left_at = now() WHERE username = 'pupil0002'")
	th.dead("left", mine, pupils)
}
