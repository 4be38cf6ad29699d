package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"inkwell/internal/school"
	"inkwell/internal/web/webtest"
)

// caller asks the doors of a server.
type caller struct {
	*demo
	client *http.Client
	doors  map[string]string // the beginning of every address behind it
}

func newCaller(s *demo, doors map[string]string) caller {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return caller{s, &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // its certificate was made a moment ago
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Jar:           jar,
	}, doors}
}

// placed are what places of routes are that everyone may name; another is of nothing.
var placed = map[string]string{"{$}": "", "{station}": "library", "{queue}": "print"}

var placeOf = regexp.MustCompile(`\{[a-z$]+\}`)

// ask asks for a route at a door, without a form, and returns what was said.
func (c caller) ask(door string, r listedRoute) (status int, to, body string) {
	c.t.Helper()
	method, path := r.method, placeOf.ReplaceAllStringFunc(r.path, func(place string) string {
		if one, is := placed[place]; is {
			return one
		}
		return "987654321"
	})
	if method == "ANY" {
		method = http.MethodGet
	}
	q, err := http.NewRequestWithContext(c.t.Context(), method, c.doors[door]+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	a, err := c.client.Do(q)
	if err != nil {
		c.t.Fatal(err)
	}
	defer a.Body.Close()
	said, err := io.ReadAll(a.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return a.StatusCode, a.Header.Get("Location"), string(said)
}

// unmoved are the answers of routes to whoever has nothing to show, by who may: a session of staff's changes none of them.
var unmoved = map[string][]int{
	"everyone":                     {200, 204, 303, 307, 403, 404, 422},
	"paired screens":               {400, 422},
	"this machine, in a demo":      {200, 400},
	"whose pages the screen shows": {404},
	"this machine":                 {200},
	"whoever the queue lets in":    {200, 404, 415},
}

// TestEveryDoor asks a server for every route at every door, as nobody, and in one session whose role changes
// with each round: who may gets in, everybody else finds what is nowhere, no door has a route of another, and
// the session opens nothing beside the web door.
func TestEveryDoor(t *testing.T) {
	t.Parallel()
	s := serveDemo(t, "--kiosk-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--redirect-listen", "127.0.0.1:0")
	c := newCaller(s, map[string]string{
		"web": "https://" + s.web, "ipp": "https://" + s.ipp, "kiosk": strings.TrimSuffix("https://"+s.address("kiosks https://"), "/kiosk"),
		"metrics": "http://" + s.address("figures http://"), "redirect": strings.TrimSuffix("http://"+s.address("certificate http://"), "/ca.crt"),
	})
	all := listedRoutes(t)
	if len(all) < 200 {
		t.Fatalf("only %d routes", len(all))
	}
	before := map[string]string{}
	for _, r := range all {
		for door := range c.doors {
			before[door+r.String()] = c.opens(door, r)
		}
	}
	c.enter("/staff/sign-in", demoTeacher(1))
	for _, role := range school.StaffRoles() {
		s.super(func(ctx context.Context, db *pgx.Conn) error {
			_, err := db.Exec(ctx, "UPDATE person_role SET role = $1 FROM person p WHERE p.person_id = person_role.person_id AND username = $2", role, demoTeacher(1))
			return err
		})
		c.mayAll(all, role)
	}
	for _, r := range all {
		for door := range c.doors {
			if door != "web" && c.opens(door, r) != before[door+r.String()] {
				t.Errorf("%s at the door %s is another with a session", r, door)
			}
		}
	}
	c.enter("/my/sign-in", "pupil0001")
	c.mayAll(all, school.Pupil)
}

// enter signs somebody in.
func (c caller) enter(path, username string) {
	c.t.Helper()
	a, err := c.client.PostForm(c.doors["web"]+path, url.Values{"username": {username}, "password": {demoPassword}})
	if err != nil {
		c.t.Fatal(err)
	}
	_ = a.Body.Close()
	if a.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("%s is not let in: %d", username, a.StatusCode)
	}
}

// opens asks for a route at a door as nobody, or with a session that means nothing there, and fails if it opens.
func (c caller) opens(door string, r listedRoute) string {
	c.t.Helper()
	status, to, body := c.ask(door, r)
	who, known := unmoved[r.who]
	switch {
	case door == r.door && known:
		if !slices.Contains(who, status) {
			c.t.Errorf("%s is %d", r, status)
		}
	case door == r.door: // roles: there is the way to the sign-in alone
		if status != http.StatusSeeOther || to != "/"+strings.Split(r.path, "/")[1]+"/sign-in" {
			c.t.Errorf("%s without a session: %d %s", r, status, to)
		}
	case door == "redirect":
		if status != http.StatusTemporaryRedirect || !strings.HasPrefix(to, c.doors["web"]+"/") {
			c.t.Errorf("%s at the door %s: %d %s", r, door, status, to)
		}
	case strings.HasSuffix(r.path, "/{$}") || r.method == "ANY": // each door has its own first page
	case status != http.StatusNotFound && status != http.StatusMethodNotAllowed && (door != "ipp" || status != http.StatusUnsupportedMediaType):
		c.t.Errorf("%s at the door %s: %d", r, door, status)
	}
	if door == "metrics" { // whose figures move
		body = ""
	}
	return fmt.Sprint(status, to, body)
}

// mayAll asks for all that has roles in the session's own, which is to be let in where it is listed and nowhere else.
func (c caller) mayAll(all []listedRoute, role school.Role) {
	c.t.Helper()
	_, _, nothing := c.ask("web", listedRoute{"web", http.MethodGet, "/staff/nothing", ""})
	opened := 0
	for _, r := range all {
		if _, open := unmoved[r.who]; r.door != "web" || open {
			continue
		}
		status, to, body := c.ask("web", r)
		shut := status == http.StatusNotFound && webtest.Nowhere(body) == webtest.Nowhere(nothing)
		switch {
		case status >= 500 || strings.HasSuffix(to, "/sign-in"):
			c.t.Errorf("%s as %s: %d %s", r, role, status, to)
		case !r.may(role) && !shut:
			c.t.Errorf("%s as %s: %d, and not what is shown where nothing is", r, role, status)
		case r.may(role) && shut && !strings.Contains(r.path, "{"):
			c.t.Errorf("%s as %s: there is nothing", r, role)
		case r.may(role):
			opened++
		}
	}
	if opened < 8 {
		c.t.Errorf("only %d routes open to %s", opened, role)
	}
}
