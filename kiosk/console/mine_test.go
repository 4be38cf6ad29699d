package console

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/quota"
	"inkwell/release"
)

// lesson gives the teacher pages and a job that waits, and the library a kiosk.
func (h *house) lesson() (job release.JobID) {
	h.Helper()
	h.in(func(ctx context.Context, tx *db.Tx) error {
		library := dbtest.Value[release.PrinterID](h.T, h.db, "SELECT printer_id FROM printer WHERE name = 'Library'")
		if err := release.AddStation(ctx, tx, h.School, "library", "Library", library); err != nil {
			return err
		}
		_, err := quota.Give(ctx, tx, h.School, "", []quota.Grant{{Person: h.Teacher.Person, Amount: 200, Key: "teacher"}})
		return err
	})
	h.job(h.Teacher, release.Held, 30, 12*time.Minute)
	return dbtest.Value[release.JobID](h.T, h.db, "SELECT max(job_id) FROM job")
}

// TestMyJobs: a teacher signs in, sees their own jobs by title and nobody else's, makes a
// slip that works, ends one, and reads what a runner did.
func TestMyJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job := h.lesson()
	h.enter("teacher")
	h.says(h.get("/staff"), http.StatusOK, "No class of yours just now", `href="/staff/mine"`)
	page := h.get("/staff/mine")
	h.says(page, http.StatusOK, secretTitle, "30 pages", "sent 10:12", "kept until Sat 21 November, 10:12", "Library")
	if strings.Count(page.body, secretTitle) != strings.Count(page.body, "mine__job")*5 || strings.Contains(page.body, "Sixth form") {
		t.Errorf("the page has others' jobs, or a printer without a kiosk: %s", page.body)
	}
	at := regexp.MustCompile(`<option value="(\d+)"`).FindStringSubmatch(page.body)
	path := "/staff/mine/" + regexp.MustCompile(`/staff/mine/(\d+)/slip`).FindStringSubmatch(page.body)[1] + "/slip"
	h.says(h.post(path, nil), http.StatusConflict, "Choose the printer")
	slip := h.post(path, url.Values{"printer": {at[1]}})
	if strings.Contains(slip.body, secretTitle) {
		t.Error("the slip has the title on it")
	}
	h.says(slip, http.StatusOK, "30 pages for T. Reid", "Library printer", "until 10:44", "<svg", "<dd>slip</dd>")
	if strings.Contains(slip.body, "200") || slip.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the slip tells a balance, or is kept: %v", slip.header)
	}
	code := regexp.MustCompile(`<dd>(\d{4})\x{a0}(\d{4})</dd>`).FindStringSubmatch(slip.body)
	if code == nil {
		t.Fatal("the slip has no code")
	}
	desk := h.console.desk.(*release.Desk)
	st, err := desk.Station(t.Context(), "library")
	if err != nil {
		t.Fatal(err)
	}
	v, err := desk.SignIn(t.Context(), st, release.Key{Name: "slip", Code: code[1] + code[2]})
	if err != nil || v.Actor.Proof != school.BySlip || v.Slip == nil || v.Slip.Job != job {
		t.Fatalf("the code gives %+v, %v", v, err)
	}
	h.says(h.get("/staff/mine"), http.StatusOK, "for the Library printer, until 10:44", "End slip")
	if end := h.post(path+"/end", nil); end.status != http.StatusSeeOther {
		t.Errorf("ended: %d %s", end.status, end.body)
	}
	h.says(h.post(path+"/end", nil), http.StatusConflict, "There is no open slip")

	h.says(h.post(path, url.Values{"printer": {at[1]}}), http.StatusOK, "Library printer")
	for want, sql := range map[string]string{
		"Collected by slip at the Library kiosk, 10:24":   "UPDATE job SET state = 'done', title = NULL, printed = 30, ended_at = $1",
		"20 pages collected by slip at the Library kiosk": "UPDATE job SET state = 'held', printed = 20, ended_at = NULL, submitted_at = least(submitted_at, $1)",
	} {
		dbtest.Exec(t, h.db, "DELETE FROM delivery")
		dbtest.Exec(t, h.db, "UPDATE slip SET used_at = $1 WHERE ended_at IS NULL", friday)
		dbtest.Exec(t, h.db, sql+" WHERE job_id = $2", friday, job)
		dbtest.Exec(t, h.db, `
			INSERT INTO delivery (school_id, job_id, person_id, printer_id, station_id, slip_id, state, token, first_page, copies, impressions, amount, not_before, printed, charged, reserved_at, ended_at)
			SELECT j.school_id, j.job_id, j.person_id, t.printer_id, t.station_id, s.slip_id, 'settled', md5('x'), 1, 1, 30, 30, $1, j.printed, j.printed, $1, $1
			  FROM job j JOIN slip s USING (job_id), station t WHERE s.used_at IS NOT NULL`, friday)
		h.says(h.get("/staff/mine"), http.StatusOK, want)
	}
	if got := h.acts(); got != "staff-signed-in slip-made slip-ended slip-made" {
		t.Errorf("audit has %s", got)
	}
}

// TestSupplyStaffHaveJobsToo, with the password of their slip from reception.
func TestSupplyStaffHaveJobsToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in, _, err := h.console.desk.AdmitGuest(t.Context(), h.IT, school.Visit{Given: "Ann", Family: "Lee", Username: "supply3", Ends: dayOf(friday), Pages: 50})
	if err != nil {
		t.Fatal(err)
	}
	a := h.post("/staff/sign-in", url.Values{"username": {"supply3"}, "password": {in.Password}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("signing in came to %d", a.status)
	}
	h.says(h.get("/staff"), http.StatusOK, "No class of yours just now", `href="/staff/mine"`)
	h.says(h.get("/staff/mine"), http.StatusOK, "Nothing waiting")
}

// TestNobodyElsesJobs: a slip is made and ended by the job's owner alone.
func TestNobodyElsesJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lesson()
	sams := dbtest.Value[string](t, h.db, "SELECT max(job_id)::text FROM job WHERE person_id = $1 AND state = 'held'", h.Sam.Person)
	at := dbtest.Value[string](t, h.db, "SELECT printer_id::text FROM station")
	h.enter("teacher")
	for _, id := range []string{sams, "9999", "x", "-1"} {
		h.says(h.post("/staff/mine/"+id+"/slip", url.Values{"printer": {at}}), http.StatusNotFound, "There is no such job")
	}
	h.says(h.post("/staff/mine/"+sams+"/slip/end", nil), http.StatusConflict, "There is no open slip")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM slip"); n != 0 {
		t.Errorf("%d slips", n)
	}
}
