package console

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/texttest"
)

// planted are the texts of people that pages show, and how long each may be.
var planted = []struct {
	table, column, key string
	most               int
}{
	{"person", "given_name", "person_id", 90}, {"person", "family_name", "person_id", 90}, {"class", "name", "class_id", 60}, {"printer", "name", "printer_id", 60}, {"printer", "room", "printer_id", 60},
	{"suspension", "reason", "suspension_id", 200}, {"shared_account", "name", "account_id", 60}, {"school", "name", "school_id", 80},
}

// skeleton is what a page is made of but its text: elements, the names of their attributes, and
// the addresses they lead to.
func skeleton(t *testing.T, page string) (all []string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			slices.Sort(all) // names come in their own order
			return all
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken, html.CommentToken:
			token := z.Token()
			line := token.Type.String() + " " + token.DataAtom.String()
			for _, a := range token.Attr {
				line += " " + a.Key
				if a.Key == "href" || a.Key == "src" || a.Key == "action" {
					line += "=" + a.Val
				}
			}
			all = append(all, line)
		}
	}
}

// TestTextStaysText: 500 payloads in every text that people give leave every page that shows it
// made of the same parts, and every table without a formula.
func TestTextStaysText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	class, _ := h.taught()
	if err := h.console.conduct.Suspend(t.Context(), h.IT, h.Sam.Person, friday.AddDate(0, 0, 3), "x"); err != nil {
		t.Fatal(err)
	}
	all := h.IT
	all.Roles = []school.Role{school.IT, school.Head, school.Safeguarding, school.Finance, school.Reception}
	teacher := h.Teacher
	visits := []struct {
		as   *school.Actor
		path string
	}{
		{&all, "/staff"}, {&all, "/staff/people?q=extra"}, {&all, h.page(h.Sam.Person)}, {&all, rightsPath}, {&all, accountsPath}, {&all, printersPath}, {&all, usagePath},
		{&all, reviewsPath}, {&all, colleaguesPath}, {&all, youPath}, {&all, "/staff/calendar"}, {&all, rightsPath + "/steps.csv"}, {&all, usagePath + "/table"},
		{&teacher, classesPath}, {&teacher, fmt.Sprintf("%s/%d", classesPath, class)}, {&teacher, classUsagePath},
	}
	h.enrolMany(class)
	h.plant([]string{"plain text"})
	calm := map[string][]string{}
	look := func(as *school.Actor, path string) *httptest.ResponseRecorder {
		w := h.serve(as, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code >= 500 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return w
	}
	for _, v := range visits {
		calm[v.path] = skeleton(t, look(v.as, v.path).Body.String())
	}
	rest := texttest.Kept()
	if len(rest) < 500 {
		t.Fatalf("only %d payloads", len(rest))
	}
	shown := 0
	for some := range slices.Chunk(rest, 100) {
		h.plant(some)
		for _, v := range visits {
			w := look(v.as, v.path)
			if strings.Contains(w.Body.String(), "&lt;script") {
				shown++
			}
			if strings.Contains(w.Header().Get("Content-Type"), "csv") {
				noFormula(t, v.path, w.Body.String())
			} else if got := skeleton(t, w.Body.String()); !slices.Equal(got, calm[v.path]) {
				t.Errorf("%s is made of other parts with %q", v.path, some)
			}
		}
	}
	if shown < 20 {
		t.Errorf("%d pages showed any of it", shown)
	}
}

// enrolMany adds pupils to a class, so that one page shows many texts.
func (h *house) enrolMany(class school.ClassID) {
	h.Helper()
	dbtest.Exec(h.T, h.db, `
		WITH p AS (INSERT INTO person (school_id, username, given_name, family_name, year_group)
		           SELECT $1, 'extra' || n, 'a', 'b', 9 FROM generate_series(100, 149) n RETURNING person_id),
		     r AS (INSERT INTO person_role (person_id, school_id, role) SELECT person_id, $1, 'pupil' FROM p)
		INSERT INTO enrolment (class_id, person_id, school_id, role, valid_from, valid_to) SELECT $2, person_id, $1, 'pupil', $3::date - 30, $3::date + 30 FROM p`, h.School, class, friday)
}

// plant gives every row of people's texts a payload of its own, in turn.
func (h *house) plant(all []string) {
	h.Helper()
	for i, p := range planted {
		dbtest.Exec(h.T, h.db, fmt.Sprintf(`UPDATE %[1]s SET %[2]s = left(($1::text[])[1 + (%[3]s + $2) %% array_length($1::text[], 1)], %[4]d) || ' ' || %[3]s`,
			p.table, p.column, p.key, p.most), all, 50*i)
	}
}

// noFormula fails for a cell that a spreadsheet would calculate.
func noFormula(t *testing.T, path, table string) {
	t.Helper()
	rows := csv.NewReader(strings.NewReader(table))
	rows.FieldsPerRecord = -1
	all, err := rows.ReadAll()
	if err != nil {
		t.Errorf("%s is no table: %v", path, err)
	}
	for _, row := range all {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") && len(cell) > 1 {
				t.Errorf("%s has the formula %q", path, cell)
			}
		}
	}
}

// TestWhatIsTypedStaysText: what a form or an address carries comes back as text alone.
func TestWhatIsTypedStaysText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	show := func(q string) []string {
		return skeleton(t, h.serve(&h.IT, httptest.NewRequest(http.MethodGet, "/staff/people?q="+url.QueryEscape(q), nil)).Body.String())
	}
	calm := show("zzzz")
	for i, p := range texttest.Kept() {
		if i%7 != 0 {
			continue
		}
		if got := show("zzzz" + p); !slices.Equal(got, calm) {
			t.Errorf("a search for %q makes a page of other parts", p)
		}
	}
}
