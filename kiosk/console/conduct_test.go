package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
)

// enterMy signs a pupil in to their own page.
func (h *house) enterMy(username string) {
	h.Helper()
	a := h.post("/my/sign-in", url.Values{"username": {username}, "password": {schooltest.Password}})
	if a.status != http.StatusSeeOther || a.location != "/my" {
		h.Fatalf("signing in came to %d, %s", a.status, a.body)
	}
}

// TestAPupilObjectsOnTheirOwnPage and reads the answer there; the reviewer answers with one
// click and a reason.
func TestAPupilObjectsOnTheirOwnPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.console.conduct.Suspend(t.Context(), h.Chief, h.Sam.Person, friday.AddDate(0, 0, 3), "<b>took the toner"); err != nil {
		t.Fatal(err)
	}
	h.enterMy("sam")
	h.says(h.get("/my"), http.StatusOK, "You can't print just now", `href="/my/messages"`)
	page := h.get("/my/messages")
	h.says(page, http.StatusOK, "Printing withdrawn", "&lt;b&gt;took the toner", "Mon 23 November, 10:24", "Cleo Shaw", "Ask for a review")
	key := between(t, page.body, `name="case" value="`, `"`)
	h.says(h.post("/my/objections", url.Values{"case": {key}, "words": {" "}}), http.StatusBadRequest, "why you disagree")
	h.says(h.post("/my/objections", url.Values{"case": {"w999"}, "words": {"x"}}), http.StatusConflict, "nothing here to object to")
	if a := h.post("/my/objections", url.Values{"case": {key}, "words": {"It was <i>Mia"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/my/messages"), http.StatusOK, "Ida Hall is looking at it", "It was &lt;i&gt;Mia")
	if a := h.get("/staff/people"); a.status != http.StatusNotFound {
		t.Errorf("a pupil's session opens the staff pages: %d", a.status)
	}

	h.browser = h.newBrowser()
	h.enter("it")
	reviews := h.get("/staff/reviews")
	h.says(reviews, http.StatusOK, "Sam Bell", "It was &lt;i&gt;Mia", "Lift it", "Confirm it", "Shorten", "Nobody is named")
	id := between(t, reviews.body, `action="/staff/reviews/`, `"`)
	h.says(h.post("/staff/reviews/"+id, url.Values{"verdict": {"lifted"}}), http.StatusConflict, "Write the reason")
	h.says(h.post("/staff/reviews/"+id, url.Values{"verdict": {"shortened"}, "why": {"less"}, "until": {"2026-12-24T08:00"}}), http.StatusConflict, "before the present one", ">less</textarea>")
	h.says(h.post("/staff/reviews/"+id, url.Values{"verdict": {"hanged"}, "why": {"x"}}), http.StatusConflict, "Choose to confirm")
	letter := between(t, reviews.body, "/staff/reviews/letter/", `"`)
	h.says(h.get("/staff/reviews/letter/"+letter), http.StatusOK, "Dear parent or carer of Sam Bell", "took the toner", "Ida Hall is looking at it")
	if a := h.post("/staff/reviews/"+id, url.Values{"verdict": {"lifted"}, "why": {"It was not Sam."}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/staff/reviews"), http.StatusOK, "Nobody waits for your answer")
	h.says(h.get(h.page(h.Sam.Person)+"/conduct"), http.StatusOK, "Given back", "It was not Sam.", "No flags")

	h.browser = h.newBrowser()
	h.enterMy("sam")
	h.says(h.get("/my/messages"), http.StatusOK, "Lifted.", "It was not Sam.", "Given back")
}

// TestOnlyPupilsHaveAnOwnPage, and only by their password.
func TestOnlyPupilsHaveAnOwnPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.says(h.post("/my/sign-in", url.Values{"username": {"sam"}, "password": {"wrong"}}), http.StatusForbidden, "We can&#39;t sign you in", `value="sam"`)
	h.says(h.post("/my/sign-in", url.Values{"username": {"it"}, "password": {schooltest.Password}}), http.StatusForbidden, "We can&#39;t sign you in")
	h.says(h.post("/staff/sign-in", url.Values{"username": {"sam"}, "password": {schooltest.Password}}), http.StatusForbidden)
	h.enterMy("mia")
	h.says(h.get("/my/messages"), http.StatusOK, "All is well", "Mia Okafor")
	if a := h.post("/my/sign-out", nil); a.location != "/my/sign-in" {
		t.Errorf("signing out leads to %q", a.location)
	}
	if a := h.get("/my"); a.location != "/my/sign-in" {
		t.Errorf("without a session: %d %q", a.status, a.location)
	}
}

// TestReviewersAreNamedByTheirUserNames.
func TestReviewersAreNamedByTheirUserNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.post("/staff/reviews", url.Values{"year": {"11"}, "names": {"teacher, nobody"}}), http.StatusConflict, "nobody with the user name")
	h.says(h.post("/staff/reviews", url.Values{"year": {"11"}, "names": {"mia"}}), http.StatusConflict, "A reviewer is a teacher")
	if a := h.post("/staff/reviews", url.Values{"year": {"11"}, "names": {"teacher, CHIEF"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get("/staff/reviews"), http.StatusOK, "Year 11", "Tom Reid, then Cleo Shaw")
}

// TestStepsGoToTheBehaviourSystem as a table that no spreadsheet runs.
func TestStepsGoToTheBehaviourSystem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.console.conduct.Suspend(t.Context(), h.Chief, h.Sam.Person, friday.AddDate(0, 0, 3), "=cmd|took the toner"); err != nil {
		t.Fatal(err)
	}
	h.enter("it")
	a := h.get("/staff/rights/steps.csv")
	h.says(a, http.StatusOK, "begins,ends,username", "sam,Sam Bell,11,withdrawal,'=cmd|took the toner,Cleo Shaw")
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") || !strings.Contains(h.acts(), "conduct-exported") {
		t.Errorf("%v, audit has %s", a.header, h.acts())
	}
}

// TestATeacherReadsNoLetterThatIsNotTheirs.
func TestATeacherReadsNoLetterThatIsNotTheirs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.console.conduct.Suspend(t.Context(), h.Chief, h.Sam.Person, friday.AddDate(0, 0, 3), "took the toner"); err != nil {
		t.Fatal(err)
	}
	h.enter("teacher")
	id := dbtest.Value[string](t, h.db, "SELECT suspension_id::text FROM suspension")
	for _, path := range []string{id, "999", "x"} {
		if a := h.get("/staff/reviews/letter/" + path); a.status != http.StatusNotFound || strings.Contains(a.body, "toner") {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}
