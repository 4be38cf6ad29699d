package console

import (
	"bytes"
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
)

// statements are texts that end a statement of SQL, or a value in it, where one is put together of text.
var statements = []string{`'`, `"`, `1'--`, `1 OR 1=1`, `1) OR (1=1`, `1; SELECT pg_sleep(9)`, `' UNION SELECT NULL--`, `\`, `%`, `1e9999`, "a\x00b", "\xff", `{}`, `99999999999999999999`}

// queries are what pages read of an address, with a value that they take.
var queries = []string{
	"/staff/people?q=sam", usagePath + "?by=pupil&from=2026-11-01&to=2026-11-30", usagePath + "/table?by=pupil&from=2026-11-01&to=2026-11-30&as=csv",
	classUsagePath + "?class=1&from=2026-11-01&to=2026-11-30", recordPath + "?before=9", rostersPath + "?run=1", "/staff/calendar?day=2026-11-20", "/staff/people/1?flagged=1", "/staff/people/1?of=pages&before=9.9.9",
	"/staff/calendar/close?day=2026-11-27", helpPath + "?from=x", signInPath + "?ready=yes",
}

// overheard has the house's pages log into a buffer.
func (h *house) overheard() *bytes.Buffer {
	h.Helper()
	var log bytes.Buffer
	h.console.log = slog.New(slog.NewJSONHandler(&log, nil))
	pages, err := parsed(h.console.log)
	if err != nil {
		h.Fatal(err)
	}
	h.console.pages = pages
	return &log
}

// TestNoTextIsSQL: what ends a statement elsewhere is text in every part of every address and every
// field of every form here: no page fails, and the log holds no error. INKWELL_PROVE has sqlmap try.
func TestNoTextIsSQL(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.everyThing()
	log := h.overheard()
	everybody := h.IT
	everybody.Roles = school.StaffRoles()
	ask := func(who school.Actor, method, path string, form url.Values) {
		t.Helper()
		r := httptest.NewRequest(method, "/", strings.NewReader(form.Encode()))
		u, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		r.URL, r.RequestURI = u, u.RequestURI()
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if a := h.serve(&who, r); a.Code >= 500 {
			t.Errorf("%s %s %v: %d", method, path, form, a.Code)
		}
	}
	for i, route := range routes {
		method, path, _ := strings.Cut(route.pattern, " ")
		who := everybody
		if isOwn(path) {
			who = h.Sam
		}
		text := statements[i%len(statements)]
		form := url.Values{}
		for name := range filled {
			form.Set(name, text)
		}
		if placeIn.MatchString(path) {
			ask(who, method, placeIn.ReplaceAllLiteralString(path, url.PathEscape(text)), form)
		} else if method == http.MethodPost {
			ask(who, method, path, form)
		}
	}
	for _, q := range queries {
		path, query, _ := strings.Cut(q, "?")
		with, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		for name := range with {
			for _, text := range statements {
				edited := maps.Clone(with)
				edited[name] = []string{text}
				ask(everybody, http.MethodGet, path+"?"+edited.Encode(), nil)
			}
		}
	}
	if strings.Contains(log.String(), `"ERROR"`) {
		t.Errorf("the log: %s", log)
	}
	if os.Getenv("INKWELL_PROVE") != "" {
		h.sqlmap(log)
	} else {
		h.openers()
	}
}

// openers are who opens each of queries, about somebody and something that is there: what answers 404 tries nothing.
func (h *house) openers() map[string]school.Role {
	h.Helper()
	class := dbtest.Value[school.ClassID](h.T, h.db, "SELECT min(class_id) FROM class")
	dbtest.Exec(h.T, h.db, "INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) VALUES ($1, $2, $3, 'teacher', '2026-09-01', '2027-07-01')", class, h.IT.Person, h.School)
	here := strings.NewReplacer("/staff/people/1", h.page(h.Sam.Person), "class=1", fmt.Sprintf("class=%d", class))
	all := map[string]school.Role{}
	for _, q := range queries {
		q = here.Replace(q)
		if h.serve(nil, httptest.NewRequest(http.MethodGet, q, nil)).Code == http.StatusOK {
			all[q] = school.IT
		}
		for _, role := range school.StaffRoles() {
			who := h.IT
			who.Roles = []school.Role{role}
			if all[q] == "" && h.serve(&who, httptest.NewRequest(http.MethodGet, q, nil)).Code == http.StatusOK {
				all[q] = role
			}
		}
		if all[q] == "" {
			h.Errorf("nobody opens %s, so that nothing of it is tried", q)
		}
	}
	return all
}

// sqlmap has the program of that name try what it knows, with somebody's session, on addresses and on
// forms; INKWELL_SQLMAP_LEVEL says how much (1 to 5; 2).
func (h *house) sqlmap(log *bytes.Buffer) {
	h.Helper()
	level := os.Getenv("INKWELL_SQLMAP_LEVEL")
	if level == "" {
		level = "2"
	}
	h.as(school.IT)()
	h.server.Config.Handler = h.console.Handler()
	h.enter("it")
	session := ""
	for _, c := range h.cookies() {
		session += c.Name + "=" + c.Value + "; "
	}
	person := h.server.URL + h.page(h.Sam.Person)
	opener := h.openers()
	runs := [][]string{
		{"-u", person + "*"}, {"-u", person + "/flag", "--data", "category=excess&note=x", "-p", "category,note"},
		{"-u", h.server.URL + "/staff/sign-in", "--data", "username=it&password=x", "-p", "username,password"},
	}
	for _, q := range slices.Sorted(maps.Keys(opener)) {
		runs = append(runs, []string{"-u", h.server.URL + q})
	}
	for i, args := range runs {
		cookie := session
		if strings.HasPrefix(args[1], h.server.URL+signInPath) {
			cookie = ""
		}
		h.as(cmp.Or(opener[strings.TrimPrefix(args[1], h.server.URL)], school.IT))()
		out := filepath.Join(h.TempDir(), fmt.Sprint(i))
		cmd := exec.CommandContext(h.Context(), "sqlmap", append(args, "--batch", "--flush-session", "--dbms=PostgreSQL", "--level="+level, "--risk=1", "--threads=4", "--disable-coloring", "--cookie", cookie, "--drop-set-cookie", "--output-dir", out)...) //nolint:misspell // the flag is so named; #nosec G204 -- arguments of ours
		said, err := cmd.CombinedOutput()
		switch text := string(said); {
		case err != nil || !strings.Contains(text, "do not appear to be injectable") && !strings.Contains(text, "identified the following"): // it says one or the other when it has tried all
			h.Errorf("sqlmap %v did not come to its end: %v\n%s", args, err, said)
		case strings.Contains(text, "identified the following injection point"), strings.Contains(text, "(500)"), strings.Contains(text, "Internal Server Error"):
			h.Errorf("sqlmap %v found something:\n%s", args, said)
		default:
			h.Logf("sqlmap %v: %s", args, text[strings.LastIndex(strings.TrimSpace(text), "\n[")+1:])
		}
	}
	if strings.Contains(log.String(), `"ERROR"`) {
		h.Errorf("the log: %s", log)
	}
}
