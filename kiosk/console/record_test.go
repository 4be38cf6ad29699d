package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/audit"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
)

// seal chains what was done so far.
func (h *house) seal() {
	h.Helper()
	sealer, err := audit.NewSealer(h.db, audit.SealerOptions{Heads: audit.Heads{File: h.TempDir() + "/heads", Key: make([]byte, 32)}, Log: h.console.log})
	if err == nil {
		err = sealer.Seal(h.Context())
	}
	if err != nil {
		h.Fatal(err)
	}
}

// TestAnAuditorReadsTheRecord: what was changed since they were here, by whom, and not of whom
// nor why; who holds which role; and whether anything was changed afterwards.
func TestAnAuditorReadsTheRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const why = "Ran off with the toner"
	if err := h.console.conduct.Suspend(t.Context(), h.Chief, h.Sam.Person, friday.AddDate(0, 0, 3), why); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, "INSERT INTO audit (school_id, at, act, actor, object) VALUES ($1, $2, 'matter-acknowledged', $3, 'matter:7')", h.School, friday, h.Chief.Pseudonym)
	h.as(school.Auditor)()
	h.enter("it")
	if a := h.get("/staff"); a.location != "/staff/audit" {
		t.Errorf("an auditor comes to %q", a.location)
	}
	page := h.get("/staff/audit")
	h.says(page, http.StatusOK, "Your first visit", "Printing suspended", "Cleo Shaw", "Auditor", "Ida Hall", "Tom Reid")
	for _, secret := range []string{"Sam Bell", why, h.Sam.Pseudonym, "atter"} {
		if strings.Contains(page.body, secret) {
			t.Errorf("the record tells %q", secret)
		}
	}
	h.clock.Set(friday.Add(3 * time.Hour))
	later := h.serve(&h.IT, h.request(http.MethodGet, "/staff/audit", nil))
	h.says(answer{status: later.Code, body: later.Body.String()}, http.StatusOK, "You were here 10:24", "Nothing was changed")
	h.enter("it")
	h.says(h.get("/staff/people"), http.StatusNotFound)

	h.says(h.post("/staff/audit/verify", url.Values{}), http.StatusOK, "What was done is sound", "The ledger is sound")
	h.seal()
	h.says(h.post("/staff/audit/verify", url.Values{}), http.StatusOK, "What was done is sound")
	dbtest.Exec(t, h.db, "UPDATE audit SET actor = NULL WHERE act = 'printing-suspended'")
	h.says(h.post("/staff/audit/verify", url.Values{}), http.StatusOK, `role="alert"`, "What was done", "was changed")
}

// TestTheRecordHasPages: each act once, the latest first.
func TestTheRecordHasPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "INSERT INTO audit (school_id, at, act, object) SELECT $1, $2::timestamptz - n / 3 * interval '1 minute', 'job-released', 'job:' || n FROM generate_series(1, 130) AS n", h.School, friday)
	h.as(school.Auditor)()
	seen, path := map[string]int{}, "/staff/audit"
	for range 4 {
		a := h.serve(&h.IT, h.request(http.MethodGet, path, nil))
		_, acts, _ := strings.Cut(a.Body.String(), `id="acts"`)
		for n := 1; n <= 130; n++ {
			seen[fmt.Sprint(n)] += strings.Count(acts, fmt.Sprintf(">job %d<", n))
		}
		_, rest, more := strings.Cut(acts, `href="/staff/audit?before=`)
		if !more {
			break
		}
		number, _, _ := strings.Cut(rest, "#")
		path = "/staff/audit?before=" + number
	}
	for n := 1; n <= 130; n++ {
		if seen[fmt.Sprint(n)] != 1 {
			t.Fatalf("job %d is told %d times", n, seen[fmt.Sprint(n)])
		}
	}
}

// TestWhatWasDoneAboutSomebody stands on their page, and nothing of safeguarding.
func TestWhatWasDoneAboutSomebody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	sam := h.page(h.Sam.Person)
	h.post(sam+"/suspend", url.Values{"until": {"2026-11-26T08:00"}, "reason": {"burst"}})
	h.post(sam+"/badge/lost", nil)
	dbtest.Exec(t, h.db, "INSERT INTO audit (school_id, at, act, actor, subject) VALUES ($1, $2, 'flag-referred', $3, $4)", h.School, friday, h.Chief.Pseudonym, h.Sam.Pseudonym)
	page := h.get(sam)
	_, past, _ := strings.Cut(page.body, `id="past"`)
	past, _, _ = strings.Cut(past, "</ol>")
	for _, want := range []string{"Printing withdrawn", "Day pass issued", "Ida Hall"} {
		if !strings.Contains(past, want) {
			t.Errorf("the page lacks %q: %s", want, past)
		}
	}
	if strings.Contains(page.body, "referred") {
		t.Error("a person's page tells of safeguarding")
	}
}
