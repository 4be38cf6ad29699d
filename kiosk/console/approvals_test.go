package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// needsYes adds a held job that waits for a teacher's yes.
func (h *house) needsYes(owner school.Actor, pages, colour, copies int) (id release.ApprovalID) {
	h.Helper()
	h.job(owner, release.Held, pages, 10*time.Minute)
	dbtest.Exec(h.T, h.db, `
		UPDATE job SET ticket = jsonb_build_object('copies', $1::int), pages = impressions / $1, sheets = (impressions + 1) / 2, colour_impressions = $2
		 WHERE job_id = (SELECT max(job_id) FROM job)`, copies, colour)
	return dbtest.Value[release.ApprovalID](h.T, h.db, `
		INSERT INTO approval (school_id, job_id, person_id, rule, impressions, copies, sheets, colour, media, asked_at)
		SELECT school_id, job_id, person_id, 1, impressions, $1, sheets, $2, 'iso_a4_210x297mm', $3 FROM job ORDER BY job_id DESC LIMIT 1 RETURNING approval_id`,
		copies, colour, friday.Add(-5*time.Minute))
}

// artClass puts Sam into a class of the teacher's.
func (h *house) artClass() {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		return school.AddClasses(ctx, tx, h.School, []school.Class{{Name: "11A/Ar", Pupils: []school.PersonID{h.Sam.Person}, Teachers: []school.PersonID{h.Teacher.Person},
			From: friday.AddDate(0, -1, 0), To: friday.AddDate(0, 1, 0)}})
	})
}

// A teacher answers the pupils they teach, and no others, in one click.
func TestATeacherAnswersTheirPupils(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.artClass()
	sams, mias := h.needsYes(h.Sam, 72, 0, 1), h.needsYes(h.Mia, 128, 12, 2)
	h.enter("teacher")
	page := h.get("/staff/waiting")
	h.says(page, http.StatusOK, "Waiting for you <span class=\"nav__count\">1<", "Sam Bell", "Year 11 · 11A/Ar", "72 pages, 36 sheets", "10:19", "Large jobs", "Yes, print it")
	if strings.Contains(page.body, "Mia") {
		t.Error("a pupil of somebody else's is shown")
	}
	at := func(id release.ApprovalID, act string) string { return fmt.Sprintf("/staff/waiting/%d/%s", id, act) }
	h.says(h.post(at(mias, "approve"), url.Values{}), http.StatusConflict, "answered, deleted or changed already")
	h.says(h.post(at(sams, "return"), url.Values{"why": {" "}}), http.StatusConflict, "Say in up to 200 letters")
	if a := h.post(at(sams, "return"), url.Values{"why": {"Fewer pages, please."}}); a.status != http.StatusSeeOther || a.location != "/staff/waiting" {
		t.Errorf("%d, %s", a.status, a.location)
	}
	h.says(h.get("/staff/waiting"), http.StatusOK, "Nobody waits")
	h.post("/staff/sign-out", nil)
	h.enter("it")
	h.says(h.get("/staff/waiting"), http.StatusOK, "Mia Okafor", "128 pages, 64 sheets, 2 copies", "12 pages")
	h.post(at(mias, "approve"), url.Values{})
	h.says(h.get("/staff/waiting"), http.StatusOK, "Nobody waits")
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(answer || coalesce(' ' || reason, ''), ', ' ORDER BY approval_id) FROM approval"); got != "returned Fewer pages, please., approved" {
		t.Errorf("answers: %s", got)
	}
}

// exempts adds an exemption that the head made and one that IT entered.
func (h *house) exempts() {
	h.Helper()
	head := h.Chief
	head.Roles = []school.Role{school.Head}
	h.in(func(ctx context.Context, tx *db.Tx) error {
		if _, err := quota.Exempt(ctx, tx, head, quota.Exemption{Person: h.Sam.Person, Reason: "Art show in the hall: two large posters a week.", Ends: friday.AddDate(0, 1, 0)}); err != nil {
			return err
		}
		_, err := quota.Exempt(ctx, tx, h.IT, quota.Exemption{Rule: 1, Person: h.Mia.Person, Reason: "Large print, as agreed with her parents.", Ends: friday.AddDate(0, 6, 0)})
		return err
	})
}

// Rules stand as a table; who is let off is for officers, one of whom records what another
// made.
func TestExemptionsOnTheRulesPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE person_role SET role = 'head' WHERE person_id = $1", h.Chief.Person)
	h.exempts()
	h.enter("teacher")
	page := h.get("/staff/rules")
	h.says(page, http.StatusOK, "These are the defaults", "Large jobs", "more than 60 pages", "needs a teacher&#39;s yes", "asks &#34;Really?&#34;")
	if strings.Contains(page.body, "Let off") || strings.Contains(page.body, "sam") {
		t.Error("a teacher sees who is let off")
	}
	h.post("/staff/sign-out", nil)
	h.enter("it")
	page = h.get("/staff/rules")
	h.says(page, http.StatusOK, "open, in force", "open, not yet in force", "Large print", "chief")
	if strings.Contains(page.body, "/record") {
		t.Error("IT is offered to record")
	}
	form := url.Values{"whom": {"nobody"}, "rule": {"2"}, "until": {"2026-12-18"}, "reason": {"Mocks"}}
	h.says(h.post("/staff/rules/exemptions", form), http.StatusConflict, "no such class", `value="nobody"`, "Mocks", `<option value="2" selected>`)
	form.Set("whom", "mia")
	if a := h.post("/staff/rules/exemptions", form); a.status != http.StatusSeeOther {
		t.Fatal(a.body)
	}
	h.says(h.get("/staff/rules"), http.StatusOK, "rule 2, Really?", "Mocks", "Sat 19 December, 00:00")
	h.post("/staff/sign-out", nil)
	h.enter("chief")
	page = h.get("/staff/rules")
	if n := strings.Count(page.body, "/record\""); n != 2 { // not her own
		t.Errorf("%d can be recorded", n)
	}
	h.says(h.post("/staff/rules/exemptions/1/record", nil), http.StatusConflict, "A second officer does")
	h.post("/staff/rules/exemptions/2/record", nil)
	h.post("/staff/rules/exemptions/3/end", nil)
	h.says(h.get("/staff/rules"), http.StatusOK, ">in force<", ">over<")
}
