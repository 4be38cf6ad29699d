package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
)

// TestAFlagFromAClassIsDecided: a teacher flags a pupil of theirs, and IT, where nobody else is named,
// decides with one click and a reason.
func TestAFlagFromAClassIsDecided(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, other := h.taught()
	h.enter("teacher")
	h.says(h.get(classPath(own)), http.StatusOK, "Flag a pupil", "the pupil can read it", "safeguarding lead only", "Behaviour")
	form := url.Values{"person": {fmt.Sprint(h.Sam.Person)}, "category": {"behaviour"}, "note": {" "}}
	h.says(h.post(classPath(own)+"/flag", form), http.StatusBadRequest, "Write what happened", fmt.Sprintf(`<option value="%d" selected>`, h.Sam.Person))
	form.Set("note", "threw <b>paper")
	form.Set("person", fmt.Sprint(h.IT.Person))
	h.says(h.post(classPath(own)+"/flag", form), http.StatusForbidden, "Choose a pupil of a class that you teach now", "threw &lt;b&gt;paper")
	form.Set("person", fmt.Sprint(h.Sam.Person))
	a := h.post(classPath(own)+"/flag", form)
	if a.status != http.StatusSeeOther || a.location != classPath(own)+"?flagged" {
		t.Fatalf("%d %s %s", a.status, a.location, a.body)
	}
	h.says(h.get(a.location), http.StatusOK, "Recorded.")
	if a := h.get(classPath(other)); strings.Contains(a.body, "Flag a pupil") {
		t.Error("another's class can be flagged")
	}
	if a := h.get("/staff/reviews"); strings.Contains(a.body, "threw") {
		t.Error("who raised it is asked about it")
	}

	h.browser = h.newBrowser()
	h.enter("it")
	page := h.get("/staff/reviews")
	h.says(page, http.StatusOK, "Flags that wait for somebody", "Sam Bell", "threw &lt;b&gt;paper", "Tom Reid", "Behaviour", `Reviews <span class="nav__count">1<`)
	path := "/staff/reviews/flags/" + between(t, page.body, `action="/staff/reviews/flags/`, `"`)
	h.says(h.post(path, url.Values{"outcome": {"upheld"}}), http.StatusBadRequest, "Write your reason")
	h.says(h.post(path, url.Values{"outcome": {"hanged"}, "why": {"because"}}), http.StatusBadRequest, "Choose to uphold", ">because</textarea>")
	h.says(h.post("/staff/reviews/flags/x", url.Values{"outcome": {"upheld"}, "why": {"x"}}), http.StatusConflict, "no such flag")
	if a := h.post(path, url.Values{"outcome": {"dismissed"}, "why": {"It was a paper aeroplane for physics."}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.post(path, url.Values{"outcome": {"upheld"}, "why": {"x"}}), http.StatusConflict, "closed already")
	h.says(h.get("/staff/reviews"), http.StatusOK, "Nobody waits for your answer")
	h.says(h.get(h.page(h.Sam.Person)+"/conduct"), http.StatusOK, "Dismissed", "aeroplane")
}

// TestAFlagFromAPersonsPage is recorded, and its form says what it refuses.
func TestAFlagFromAPersonsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	page := h.page(h.Sam.Person)
	h.says(h.get(page), http.StatusOK, "Flag Sam Bell", "the pupil can read it")
	h.says(h.post(page+"/flag", url.Values{"category": {"other"}, "note": {"took toner"}}), http.StatusBadRequest, "Choose one of the categories", ">took toner</textarea>")
	a := h.post(page+"/flag", url.Values{"category": {"safeguarding"}, "note": {"what he printed worries me"}})
	h.says(h.get(a.location), http.StatusOK, "Recorded.")
	if strings.Contains(h.acts(), "flag") || strings.Contains(h.get("/staff/reviews").body, "worries me") || dbtest.Value[int](t, h.db, "SELECT count(*) FROM matter") != 1 {
		t.Error("a matter of safeguarding goes to others than the lead")
	}
	if a := h.get(h.page(h.Teacher.Person)); strings.Contains(a.body, "/flag") {
		t.Error("a teacher's page offers to flag them")
	}
	h.says(h.post("/staff/people/999999/flag", url.Values{"category": {"behaviour"}, "note": {"x"}}), http.StatusNotFound)
}
