package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
)

func TestToday(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff"), http.StatusOK, "Friday 20 November", "All 2 printers are ready", ">3</span><span class=\"figure__label\">jobs sent today",
		">4</span><span class=\"figure__label\">pages printed", "Sam Bell", "Mia Okafor", "08:54", "Waiting", "document locked")
	waiting := h.get("/staff?jobs=waiting")
	h.says(waiting, http.StatusOK, "Sam Bell", `aria-current="true">Waiting`)
	if strings.Contains(waiting.body, "Mia Okafor") {
		t.Error("a refused job is waiting")
	}
	h.says(h.get("/staff?jobs=printing"), http.StatusOK, "No jobs here")
	h.says(h.get("/staff?jobs=%00<script>"), http.StatusOK, `aria-current="true">All`)
}

func TestRedComesFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := schooltest.New(t, h.db, "Hill School")
	h.enter("it")
	dbtest.Exec(t, h.db, "UPDATE printer SET state = 'stopped', state_reasons = '{media-jam-error}' WHERE name = 'Library'")
	dbtest.Exec(t, h.db, "INSERT INTO printer (school_id, name, uri) VALUES ($1, 'Foreign', 'ipp://127.0.0.1:1')", other.School)
	page := h.get("/staff")
	h.says(page, http.StatusOK, "Library: Paper jam")
	if strings.Contains(page.body, "Foreign") {
		t.Error("another school's printer shows")
	}
	if strings.Index(page.body, "Paper jam") > strings.Index(page.body, "jobs sent today") {
		t.Error("red is not first")
	}
	dbtest.Exec(t, h.db, "DELETE FROM printer WHERE school_id = $1", h.School)
	h.says(h.get("/staff"), http.StatusOK, "There is no printer yet")
}

func TestTroubles(t *testing.T) {
	t.Parallel()
	at := func(state release.PrinterState, ago time.Duration, reasons ...string) release.PrinterRecord {
		return release.PrinterRecord{State: state, Reasons: reasons, Seen: friday.Add(-ago)}
	}
	for want, p := range map[string]release.PrinterRecord{
		"":                        at(release.PrinterProcessing, time.Minute, "toner-low-warning"),
		"Has never answered":      {State: release.PrinterUnknown},
		"Cannot be reached":       at(release.PrinterUnreachable, time.Minute),
		"Paused":                  {State: release.PrinterIdle, Seen: friday, Paused: friday},
		"Has stopped answering":   at(release.PrinterIdle, 3*time.Minute),
		"Out of paper":            at(release.PrinterStopped, 0, "media-low", "media-empty-error"),
		"Out of paper, Paper jam": at(release.PrinterStopped, 0, "media-empty", "media-jam"),
		"Has stopped":             at(release.PrinterStopped, 0, "com.example.broken"),
		"Its certificate has changed, so nothing is sent to it": at(release.PrinterUnreachable, 0, "printer-certificate-changed"),
		"The output tray is full":                               at(release.PrinterStopped, 0, "output-area-full"),
	} {
		if got := troubleOf(p, friday); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}

// TestEveryStateHasAWord that a person reads, and its place among the kinds.
func TestEveryStateHasAWord(t *testing.T) {
	t.Parallel()
	for _, s := range []release.JobState{
		release.Receiving, release.Counting, release.Held, release.Released, release.Done, release.Cancelled, release.Expired, release.Refused,
	} {
		if stateWords[s].Word == "" {
			t.Errorf("no word for %s", s)
		}
		places := 0
		for _, k := range choosable {
			if picked, _ := sorted([]release.TodayJob{{State: s}}, k.key); len(picked) == 1 {
				places++
			}
		}
		if places != 2 {
			t.Errorf("%s is in %d kinds, not in all jobs and one more", s, places)
		}
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{friday.Add(-time.Hour), "09:24"},
		{friday.AddDate(0, 0, -1), "Thu 19 November, 10:24"},
		{friday.AddDate(1, 0, 0), "20 November 2027, 10:24"},
	} {
		if got := moment(c.at, friday); got != c.want {
			t.Errorf("%v is %q, want %q", c.at, got, c.want)
		}
	}
	for ago, want := range map[time.Duration]string{
		10 * time.Second: "Answered just now", 12 * time.Minute: "Last answered 12 min ago", 3 * time.Hour: "Last answered 07:24",
	} {
		if got := lastSeen(friday.Add(-ago), friday); got != want {
			t.Errorf("%v ago is %q, want %q", ago, got, want)
		}
	}
}

// TestManyJobs: the page stays small and says what it leaves out.
func TestManyJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	for range 120 {
		h.job(h.Mia, release.Held, 2, time.Hour)
	}
	page := h.get("/staff")
	h.says(page, http.StatusOK, "23 earlier ones are left out", ">123</span><span class=\"figure__label\">jobs sent")
	if n := strings.Count(page.body, "<tr>"); n != shown+1 || len(page.body) > 100_000 {
		t.Errorf("%d rows in %d bytes", n, len(page.body))
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	h.says(h.get("/staff/people"), http.StatusOK, "Everyone at Harbour Academy", "88 pages", "1 page<", "Year 11", "Ida Hall")
	one := h.get("/staff/people?q=+OKA+")
	h.says(one, http.StatusOK, `value="OKA"`, "1 person with “OKA”", "Mia Okafor")
	if strings.Contains(one.body, "Sam Bell") {
		t.Error("the search finds others")
	}
	for _, q := range []string{"%", "'; DROP TABLE person --", "\x00", "\xff\xfe", strings.Repeat("é", 500), "<script>alert(1)</script>"} {
		a := h.get("/staff/people?q=" + url.QueryEscape(q))
		if a.status != http.StatusOK || strings.Contains(a.body, "<script>alert") {
			t.Errorf("%q: %d", q, a.status)
		}
	}
	if h.acts() != "staff-signed-in" {
		t.Errorf("audit has %s", h.acts())
	}
}

func (h *house) page(id any) string { return fmt.Sprintf("/staff/people/%v", id) }

// TestPersonIsOnRecord: who opened whose page, and nobody's page for a page that is not.
func TestPersonIsOnRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := schooltest.New(t, h.db, "Hill School")
	h.enter("it")
	h.says(h.get(h.page(h.Sam.Person)), http.StatusOK, "Sam Bell", "Year 11", ">88<", "May print", "Withdraw printing", `value="2026-11-27T08:00"`)
	viewed := dbtest.Value[bool](t, h.db, "SELECT actor = $1 AND subject = $2 FROM audit WHERE act = 'person-viewed'", h.IT.Pseudonym, h.Sam.Pseudonym)
	if !viewed {
		t.Error("the record does not say who viewed whom")
	}
	missing := h.get(h.page(999_999))
	h.says(missing, http.StatusNotFound)
	for _, id := range []any{other.Sam.Person, "0", "-1", "x", "99999999999999999999"} {
		if a := h.get(h.page(id)); a.status != missing.status || a.body != missing.body {
			t.Errorf("%v is told apart from nobody: %d", id, a.status)
		}
		for _, act := range []string{"/suspend", "/lift"} {
			a := h.post(h.page(id)+act, url.Values{"until": {"2026-11-27T08:00"}, "reason": {"x"}})
			if a.status != missing.status || a.body != missing.body {
				t.Errorf("%v%s is told apart from nobody: %d", id, act, a.status)
			}
		}
	}
	if h.acts() != "staff-signed-in person-viewed" {
		t.Errorf("audit has %s", h.acts())
	}
}

func TestSuspendAndLift(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	sam := h.page(h.Sam.Person)
	typed := url.Values{"until": {"2026-11-26T08:00"}, "reason": {"140 pages in 10 minutes <on Tuesday>"}}
	if a := h.post(sam+"/suspend", typed); a.status != http.StatusSeeOther || a.location != sam {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(sam), http.StatusOK, "Printing withdrawn", "Thu 26 November, 08:00", "140 pages in 10 minutes &lt;on Tuesday&gt;", "Give printing back")
	h.says(h.get("/staff"), http.StatusOK, "Thu 26 November, 08:00", "140 pages")
	h.says(h.get("/staff/people"), http.StatusOK, "until Thu 26 November, 08:00")
	if a := h.post(sam+"/lift", url.Values{"reason": {"talked to him"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.get(sam), http.StatusOK, "May print")
	if got := h.acts(); got != "staff-signed-in printing-suspended person-viewed suspension-lifted person-viewed" {
		t.Errorf("audit has %s", got)
	}
}

// TestDecisionsThatAreRefused keep what was typed, and change nothing.
func TestDecisionsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	for what, c := range map[string]struct {
		path, until, reason string
		status              int
		say                 string
	}{
		"no reason":    {h.page(h.Sam.Person) + "/suspend", "2026-11-26T08:00", "  ", http.StatusBadRequest, "Write the reason"},
		"no time":      {h.page(h.Sam.Person) + "/suspend", "", "burst", http.StatusBadRequest, "Choose a day and a time"},
		"past":         {h.page(h.Sam.Person) + "/suspend", "2026-11-19T08:00", "burst", http.StatusBadRequest, "within the next year"},
		"for ever":     {h.page(h.Sam.Person) + "/suspend", "2046-11-19T08:00", "burst", http.StatusBadRequest, "within the next year"},
		"own case":     {h.page(h.IT.Person) + "/suspend", "2026-11-26T08:00", "burst", http.StatusForbidden, "own case"},
		"not in force": {h.page(h.Sam.Person) + "/lift", "", "sorry", http.StatusConflict, "not withdrawn"},
	} {
		a := h.post(c.path, url.Values{"until": {c.until}, "reason": {c.reason}})
		h.says(a, c.status, c.say)
		if what == "past" && (!strings.Contains(a.body, c.until) || !strings.Contains(a.body, ">burst</textarea>")) {
			t.Errorf("what was typed is gone: %s", a.body)
		}
	}
	if strings.Contains(h.acts(), "suspend") {
		t.Errorf("audit has %s", h.acts())
	}
}

// TestNamesAreText: a name that is markup stays a name.
func TestNamesAreText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const name = `<img src=x onerror=alert(1)>`
	dbtest.Exec(t, h.db, "UPDATE person SET given_name = $1 WHERE person_id IN ($2, $3)", name, h.Sam.Person, h.IT.Person)
	dbtest.Exec(t, h.db, "UPDATE printer SET name = $1, state = 'stopped' WHERE name = 'Library'", name)
	h.enter("it")
	for _, path := range []string{"/staff", "/staff/people", "/staff/people?q=onerror", h.page(h.Sam.Person)} {
		a := h.get(path)
		h.says(a, http.StatusOK, "&lt;img src=x")
		if strings.Contains(a.body, "<img") {
			t.Errorf("%s has it as markup", path)
		}
	}
}

// TestSchoolsTime: a page tells the time of its school.
func TestSchoolsTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dbtest.Exec(t, h.db, "UPDATE school SET time_zone = 'Asia/Kolkata' WHERE school_id = $1", h.School)
	h.enter("it")
	h.says(h.get("/staff"), http.StatusOK, "14:24") // 08:54 UTC
	if a := h.post(h.page(h.Sam.Person)+"/suspend", url.Values{"until": {"2026-11-26T08:00"}, "reason": {"x"}}); a.status != http.StatusSeeOther {
		t.Fatal(a.body)
	}
	ends := dbtest.Value[time.Time](t, h.db, "SELECT ends_at FROM suspension")
	if want := time.Date(2026, 11, 26, 2, 30, 0, 0, time.UTC); !ends.Equal(want) {
		t.Errorf("ends %v", ends.UTC())
	}
}

// What was turned down as somebody else's names the device, and nobody.
func TestWhatWasTurnedDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enter("it")
	if page := h.get("/staff"); strings.Contains(page.body, "Not mine") {
		t.Error("there is a list of nothing")
	}
	mias := func() int { // places in which staff read of her and her jobs
		return strings.Count(h.get("/staff").body, "Okafor") + strings.Count(h.get(fmt.Sprintf("/staff/people/%d", h.Mia.Person)).body, "<tr>")
	}
	before := mias()
	h.disowned("10.1.12.7", time.Hour)
	h.disowned("10.1.12.8", 8*24*time.Hour)
	page := h.get("/staff")
	h.says(page, http.StatusOK, "Not mine", "Room 12", "10.1.12.7", "shared device</span>")
	if n := mias(); n != before {
		t.Errorf("Mia is told of %d times, %d before", n, before)
	}
	if strings.Contains(page.body, "10.1.12.8") {
		t.Error("it is told of for more than a week")
	}
}
