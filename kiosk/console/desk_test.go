package console

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db"
	"inkwell/internal/db/dbtest"
	"inkwell/internal/roster"
	"inkwell/internal/school"
	"inkwell/internal/school/schooltest"
)

// TestTheHeadsDesk has what waits for the head, in its order.
func TestTheHeadsDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.console.conduct.Suspend(t.Context(), h.Chief, h.Sam.Person, friday.AddDate(0, 0, 3), "burst"); err != nil {
		t.Fatal(err)
	}
	h.as(school.Head)()
	h.enter("it")
	page := h.get("/staff")
	h.says(page, http.StatusOK, "To decide", "Sam Bell", "until Mon 23 November, 10:24", "Nobody is let off a rule")
	last := 0
	for _, title := range []string{"Reviews due", "In force", "Exemptions", "Fairness"} {
		at := strings.Index(page.body, "<h2>"+title)
		if at < last {
			t.Errorf("%s is at %d", title, at)
		}
		last = at
	}
	h.says(h.get("/staff/today"), http.StatusOK, "jobs sent today")
}

// TestFinanceThisMonth: departments, what nobody accounts for, export.
func TestFinanceThisMonth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.as(school.Finance)()
	h.enter("it")
	page := h.get("/staff")
	h.says(page, http.StatusOK, "November 2026", "Departments", "Accounted for by nobody", "Every page that a printer counted was released here", "from=2026-10-01&amp;to=2026-10-31", "as=xlsx")
	h.says(h.get("/staff/usage/table?by=department&from=2026-10-01&to=2026-10-31&as=xlsx"), http.StatusOK, "PK")
}

// TestExamsToday: what is open, what comes, and how much was printed in what is over.
func TestExamsToday(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lesson()
	station := dbtest.Value[int32](t, h.db, "SELECT station_id FROM station")
	add := func(name string, from, until time.Duration) {
		h.in(func(ctx context.Context, tx *db.Tx) error {
			tx.Now = friday.Add(-9 * time.Hour)
			_, err := school.AddExam(ctx, tx, "", school.Exam{School: h.School, Name: name, Begins: friday.Add(from), Ends: friday.Add(until), Stations: []int32{station}, People: []school.PersonID{h.Sam.Person, h.Mia.Person}})
			return err
		})
	}
	add("History paper 1", -3*time.Hour, -time.Hour)
	add("Maths paper 2", -30*time.Minute, time.Hour)
	add("Art", 2*time.Hour, 3*time.Hour)
	d := h.came(h.Sam, 7, 7, "")
	dbtest.Exec(t, h.db, "UPDATE delivery SET station_id = $2, reserved_at = $3, ended_at = $3 WHERE delivery_id = $1", d, station, friday.Add(-2*time.Hour))
	h.as(school.Exams)()
	h.enter("it")
	page := h.get("/staff/exams")
	h.says(page, http.StatusOK, "Maths paper 2", "09:54 to 11:24", "Library", "0 of 2 have printed, 0 pages", "History paper 1", "1 of 2 have printed, 7 pages", "Art", "12:24 to 13:24", "2 people",
		"End it now", "Take it back", "Open a window")
	if strings.Contains(page.body, "Sam Bell") {
		t.Error("a receipt names somebody")
	}
	h.as(school.Head)()
	page = h.get("/staff/exams")
	h.says(page, http.StatusOK, "Maths paper 2", "1 of 2 have printed, 7 pages")
	if strings.Contains(page.body, "End it now") || strings.Contains(page.body, "Open a window") {
		t.Error("the head is offered what only exams and IT do")
	}
}

// TestTheTrustInSums: each school's, and nobody's in it.
func TestTheTrustInSums(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	schooltest.New(t, h.db, "Hill School")
	h.printed(h.Sam, 1, 40, 20)
	h.as(school.COO)()
	h.enter("it")
	page := h.get("/staff/trust")
	h.says(page, http.StatusOK, "Harbour Academy", "Hill School", "40", "1 September to 20 November 2026")
	if strings.Contains(page.body, "Sam") {
		t.Error("the trust's page names somebody")
	}
	h.as(school.IT)()
	h.says(h.get("/staff/trust"), http.StatusNotFound)
}

// TestTheLastRosters in numbers.
func TestTheLastRosters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/rosters"), http.StatusOK, "No roster yet")
	dbtest.Exec(t, h.db, `
		INSERT INTO roster_run (at, source, by, origin, digest, outcome, counts, bad_rows, reasons)
		VALUES ($1, 'mis', 'schedule', 'export.zip', sha256('x'), 'stopped', '{"joiners": 3, "leavers": 1200}', 2, '{"1,200 people would leave"}')`, friday.Add(-time.Hour))
	h.says(h.get("/staff/rosters"), http.StatusOK, "09:24", "mis", "3 joined, 1,200 left, 2 bad rows", "Stopped", "1,200 people would leave")
	schooltest.New(t, h.db, "Hill School")
	page := h.get("/staff/rosters")
	h.says(page, http.StatusOK, "09:24", "Stopped", "of all schools of the trust")
	if strings.Contains(page.body, "1,200") || strings.Contains(page.body, "export.zip") {
		t.Error("a school's IT reads what changed at others")
	}
	if got := differenceInWords(roster.Counts{Joiners: 1, Classes: 1}, 1); got != "1 joined, 1 class changed, 1 bad row" {
		t.Errorf("one of each: %q", got)
	}
	if got := differenceInWords(roster.Counts{People: 50, Foreign: 3}, 0); got != "No difference" {
		t.Errorf("nothing is %q", got)
	}
}
