package console

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/words"
	"inkwell/quota"
	"inkwell/release"
)

// TestWhatDecidedAboutAJob: its owner reads who pays, how much, and what a kiosk says of it; staff read the same of a job
// that is named, which is on record; a title shows to neither.
func TestWhatDecidedAboutAJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	waits := h.sams()
	h.enterMy("sam")
	own, staffs := fmt.Sprintf("%s/%d", myJobsPath, waits), fmt.Sprintf("%s/%d", jobPath, waits)
	h.says(h.get(myPath), http.StatusOK, `href="`+own+`"`)
	page := h.get(own)
	h.says(page, http.StatusOK, "Nothing holds it back", "No rule holds it back.", "12 pages on 12 sheets", "Would be paid by your own pages", "Now")
	if strings.Contains(page.body, secretTitle) {
		t.Error("the page shows the title")
	}
	dbtest.Exec(t, h.db, "UPDATE job SET impressions = 120, pages = 120, price = 120 WHERE job_id = $1", waits)
	h.says(h.get(own), http.StatusOK, "What a kiosk says now", strings.ReplaceAll(words.Brief["not-enough"], "'", "&#39;"), "wants a teacher&#39;s yes", "120 pages")
	if a := h.get(staffs); a.status != http.StatusNotFound {
		t.Errorf("a pupil at the staff's page: %d", a.status)
	}
	missing := h.get(myJobsPath + "/9999")
	mias := dbtest.Value[release.JobID](t, h.db, "SELECT max(job_id) FROM job WHERE person_id = $1", h.Mia.Person)
	if a := h.get(fmt.Sprintf("%s/%d", myJobsPath, mias)); a.status != http.StatusNotFound || a.body != missing.body {
		t.Errorf("another's job: %d", a.status)
	}

	h.needsYes(h.Sam, 72, 0, 1)
	asked := dbtest.Value[release.JobID](t, h.db, "SELECT max(job_id) FROM approval")
	dbtest.Exec(t, h.db, "UPDATE approval SET answer = 'approved', answered_at = $1, answered_by = $2", friday, h.Teacher.Person)
	h.says(h.get(fmt.Sprintf("%s/%d", myJobsPath, asked)), http.StatusOK, "A teacher&#39;s yes: approved by ")

	h.browser = h.newBrowser()
	h.enter("it")
	h.says(h.get(staffs), http.StatusOK, "Sam Bell", "What a kiosk says now", "Would be paid by the pages of its owner", h.page(h.Sam.Person))
	if got := dbtest.Value[string](t, h.db, "SELECT string_agg(object, ' ') FROM audit WHERE act = 'job-explained' AND actor = $1 AND subject = $2", h.IT.Pseudonym, h.Sam.Pseudonym); got != fmt.Sprintf("job:%d", waits) {
		t.Errorf("on record is %q", got)
	}
	h.says(h.get(h.page(h.Sam.Person)), http.StatusOK, `href="`+staffs+`"`)
}

// TestDecisionsInWords: who pays, and what else is told, of what was decided then and would be now.
func TestDecisionsInWords(t *testing.T) {
	t.Parallel()
	price := []string{"4 sides at 1 page: 4 pages", "duplex: -1 page"}
	staff, pupil := visitor{Actor: school.Actor{}, Now: friday}, visitor{Now: friday, Own: true}
	d := release.Decided{At: friday, Printer: "Library", Say: "No rule holds it back.", Cost: quota.Page.Say(3), Price: price, Payer: "Art department", Released: "T. Reid", Spared: "exemption 4 lets it pass rule 1"}
	row := staff.whyRow(d)
	if row.Payer != "Art department" || len(row.Price) != 2 || strings.Join(row.More, "; ") != "Exemption 4 lets it pass rule 1; Released by T. Reid" {
		t.Errorf("%+v", row)
	}
	d.Payer, d.Price = "", price[:1]
	if row := pupil.whyRow(d); row.Payer != "your own pages" || row.Price != nil {
		t.Errorf("%+v", row)
	}
}
