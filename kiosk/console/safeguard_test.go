package console

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/events"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
	"inkwell/quota/conduct"
)

// raise has a member of staff flag a pupil, with a note that shows where it is seen.
func (h *house) raise(on, by school.Actor, category, route, note string) int64 {
	h.Helper()
	return dbtest.Value[int64](h.T, h.db, `
		INSERT INTO flag (school_id, person_id, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note)
		VALUES ($1, $2, $3, 'staff', $4, $5, $6, 0, 10, $6::timestamptz + interval '14 days', '{"numbers": {"pages": 140}}', $7) RETURNING flag_id`,
		on.School, on.Person, by.Person, category, route, friday, note)
}

// TestWhoSeesWhichFlag is every role by every route of a flag by own or other school: what each
// page that a role may open says of them, what is exported, what the record of acts and the
// log hold.
func TestWhoSeesWhichFlag(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := schooltest.New(t, h.db, "Hill School")
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.console.conduct, h.console.log = conduct.New(h.db, events.New(h.db, logger), logger), logger
	marks := map[string]string{}
	for _, route := range []string{"automatic", "notice", "person", "safeguarding", "referred"} {
		marks[route] = "mark-of-" + route
		kind := route
		if route == "referred" {
			kind = "person"
		}
		id := h.raise(h.Mia, h.Teacher, "excess", kind, marks[route])
		if route == "referred" {
			if err := h.console.conduct.Refer(t.Context(), h.IT, conduct.FlagID(id), "it worries me"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, phase := range []string{"", "climbed", "named"} {
		climbed, named := phase != "", phase == "named"
		if phase == "climbed" {
			dbtest.Exec(t, h.db, "UPDATE matter SET stage = 3")
		}
		if named { // Cleo reviews Mia's year
			dbtest.Exec(t, h.db, "INSERT INTO reviewer (school_id, year_group, place, person_id) VALUES ($1, 7, 1, $2)", h.School, h.Chief.Person)
		}
		for _, role := range append(school.StaffRoles(), school.Pupil, school.Guest) {
			for _, at := range []*schooltest.Cast{h.Cast, other} {
				actor := at.IT // who has nothing to do with the flags
				actor.Roles = []school.Role{role}
				if at == h.Cast {
					actor.Person, actor.Pseudonym = h.Chief.Person, h.Chief.Pseudonym
				}
				seen := h.everything(actor)
				for route, mark := range marks {
					want := at == h.Cast && (h.maySee(actor, route, climbed) || named && role == school.Teacher && route == "person")
					if got := strings.Contains(seen, mark); got != want {
						t.Errorf("a flag of %s, %s of own school %t, %s: seen %t", route, role, at == h.Cast, phase, got)
					}
				}
			}
		}
	}
	if reviews := h.serve(&h.Teacher, httptest.NewRequest(http.MethodGet, reviewsPath, nil)).Body.String(); strings.Contains(reviews, "mark-of") {
		t.Error("who raised a flag is asked about it")
	}
	head := h.Chief
	head.Roles = []school.Role{school.Head}
	if reviews := h.serve(&head, httptest.NewRequest(http.MethodGet, reviewsPath, nil)).Body.String(); strings.Count(reviews, "mark-of") != 1 || !strings.Contains(reviews, marks["person"]) {
		t.Error("the head is asked about other flags than those that wait for a person")
	}
	if got := log.String(); strings.Contains(got, "mark-of") || strings.Contains(got, "Mia") || strings.Contains(got, "matter") {
		t.Errorf("the log says %s", got)
	}
	audits := dbtest.Value[string](t, h.db, "SELECT coalesce(string_agg(a::text, ' '), '') || coalesce((SELECT string_agg(n::text, ' ') FROM audit_note n), '') FROM audit a")
	if strings.Contains(audits, "mark-of") || strings.Contains(audits, "it worries me") {
		t.Error("the record of acts has a flag's words")
	}
	if dbtest.Value[bool](t, h.db, "SELECT EXISTS (SELECT FROM audit WHERE (act LIKE 'matter%' OR act = 'flag-referred') AND subject IS NOT NULL)") {
		t.Error("the record of acts says whose matter it is")
	}
}

// maySee is what the papers say: the safeguarding lead and deputies alone see theirs, the head what
// has climbed; all others are the head's and IT's.
func (h *house) maySee(a school.Actor, route string, climbed bool) bool {
	switch a.Roles[0] {
	case school.Safeguarding:
		return route == "safeguarding" || route == "referred"
	case school.Head:
		return route != "safeguarding" && route != "referred" || climbed
	case school.IT:
		return route != "safeguarding" && route != "referred"
	}
	return false
}

// everything is all that somebody reads on the pages that they may open, about Mia where a
// page is about somebody.
func (h *house) everything(a school.Actor) string {
	h.Helper()
	var all strings.Builder
	for _, route := range routes {
		method, path := address(route, h.Mia.Person)
		if method != http.MethodGet || route.needs == "" || !a.May(route.needs) || strings.HasPrefix(path, "/staff/roll-out") || strings.HasPrefix(path, "/my/printer") { // of computers, and none here
			continue
		}
		w := h.serve(&a, httptest.NewRequest(method, path, nil))
		if w.Code >= 500 {
			h.Errorf("%s as %s: %d", path, a.Roles[0], w.Code)
		}
		all.WriteString(w.Body.String())
	}
	return all.String()
}

// safeguarded has a held job of Mia's flagged, Ida as the lead and Tom as a deputy.
func (h *house) safeguarded() {
	h.Helper()
	dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = 'safeguarding' WHERE person_id IN ($1, $2)", h.IT.Person, h.Teacher.Person)
	id := h.raise(h.Mia, h.Chief, "safeguarding", "safeguarding", "She printed this and cried")
	dbtest.Exec(h.T, h.db, "UPDATE job SET state = 'held', ended_at = NULL, title = $2, pages = 1, impressions = 1, sheets = 1, price = 1, reason = NULL WHERE person_id = $1", h.Mia.Person, secretTitle)
	dbtest.Exec(h.T, h.db, `UPDATE flag SET evidence = jsonb_build_object('seen', jsonb_build_array('job:' || (SELECT max(job_id) FROM job WHERE person_id = $2))) WHERE flag_id = $1`, id, h.Mia.Person)
}

// TestTheLeadWorksThroughAMatter on the page: acknowledged, sealed, seen with a witness, handed over.
func TestTheLeadWorksThroughAMatter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.safeguarded()
	h.enter("it")
	page := h.get("/staff/safeguarding")
	h.says(page, http.StatusOK, "Mia Okafor", "She printed this and cried", "I look after it", "Keep the document")
	at := "/staff/safeguarding/" + between(t, page.body, `action="/staff/safeguarding/`, "/")
	h.says(h.get(at+"/document"), http.StatusConflict, "not sealed")
	for _, act := range []string{"acknowledge", "seal", "look"} {
		if a := h.post(at+"/"+act, nil); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", act, a.status, a.body)
		}
	}
	h.says(h.post(at+"/acknowledge", nil), http.StatusConflict, "Ida Hall looks after that already")
	h.says(h.post(at+"/witness", nil), http.StatusForbidden, "somebody else")
	h.says(h.post(at+"/burn", nil), http.StatusNotFound)
	h.says(h.get("/staff/safeguarding"), http.StatusOK, "A second person signs in", "Acknowledged", "Document kept until")
	lead := h.browser
	h.browser = h.newBrowser()
	h.enter("teacher")
	h.says(h.get("/staff/safeguarding"), http.StatusOK, "Ida Hall asks to look", "I am the witness")
	if a := h.post(at+"/witness", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.browser = lead
	h.says(h.get("/staff/safeguarding"), http.StatusOK, "You may look together", "Open the document")
	h.says(h.post(at+"/close", url.Values{"to": {" "}}), http.StatusBadRequest, "Say where it went")
	if a := h.post(at+"/close", url.Values{"to": {"CPOMS"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/staff/safeguarding"), http.StatusOK, "Nothing waits")
	if got := h.get("/staff/safeguarding").header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("browsers may keep the page: %q", got)
	}
}

// TestTheLeadKeepsWords, and what is no word is told beside the form.
func TestTheLeadKeepsWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.safeguarded()
	h.enter("it")
	h.says(h.get(wordsPath), http.StatusOK, "No words yet")
	h.says(h.post(wordsPath, url.Values{"word": {"a%"}}), http.StatusBadRequest, "2 to 60 letters", `value="a%"`)
	if a := h.post(wordsPath, url.Values{"word": {"Blue Whale"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	page := h.get(wordsPath)
	h.says(page, http.StatusOK, "blue whale", "1 word")
	h.post(fmt.Sprintf("%s/%s/remove", wordsPath, between(t, page.body, wordsPath+"/", "/remove")), nil)
	h.says(h.get(wordsPath), http.StatusOK, "No words yet")
}

// TestWhoIsToldIsNamedInLines by the head or IT.
func TestWhoIsToldIsNamedInLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'safeguarding' WHERE person_id = $1", h.Teacher.Person)
	h.enter("it")
	for line, say := range map[string]string{"boss teacher": "Write lead, deputy or head", "lead nobody": "nobody with the user name", "lead chief": "have the role safeguarding", "lead teacher not-an-address": "Write an address"} {
		h.says(h.post("/staff/reviews/safeguarding", url.Values{"line": {line}}), http.StatusConflict, say, line)
	}
	if a := h.post("/staff/reviews/safeguarding", url.Values{"line": {"Lead teacher tom@harbour.example\r\n\r\n"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/staff/reviews"), http.StatusOK, "lead teacher tom@harbour.example")
}

// TestAFlagIsReferredFromItsPage and is seen there no more.
func TestAFlagIsReferredFromItsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.raise(h.Mia, h.Teacher, "excess", "person", "Drawings of somebody hurt")
	h.enter("it")
	page := h.page(h.Mia.Person) + "/conduct"
	h.says(h.get(page), http.StatusOK, "Drawings of somebody hurt", "Refer to the safeguarding lead")
	a := h.post(fmt.Sprintf("/staff/flags/%d/refer", id), url.Values{"person": {fmt.Sprint(h.Mia.Person)}, "why": {"please look"}})
	if a.status != http.StatusSeeOther || a.location != page {
		t.Fatalf("%d %q", a.status, a.location)
	}
	h.says(h.get(page), http.StatusOK, "No flags")
	h.clock.Advance(time.Minute)
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'safeguarding' WHERE person_id = $1", h.Teacher.Person)
	h.browser = h.newBrowser()
	h.enter("teacher")
	h.says(h.get("/staff/safeguarding"), http.StatusOK, "Drawings of somebody hurt", "please look")
}
