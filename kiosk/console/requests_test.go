package console

import (
	"archive/zip"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school"
	"inkwell/internal/sheet"
)

// protection is somebody of data protection who is signed in.
func (h *house) protection() {
	h.Helper()
	dbtest.Exec(h.T, h.db, "UPDATE person_role SET role = 'data-protection' WHERE person_id = $1", h.IT.Person)
	h.enter("it")
}

func TestAPersonIsGivenWhatIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sam := dbtest.Value[string](t, h.db, "SELECT username FROM person WHERE person_id = $1", h.Sam.Person)
	if err := h.console.conduct.Suspend(t.Context(), h.IT, h.Sam.Person, friday.AddDate(0, 0, 6), "Sam took Mia Okafor's pages =cmd()"); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, h.db, `
		INSERT INTO flag (school_id, person_id, raised_by, kind, category, route, raised_at, bucket, weight, decays_at, evidence, note)
		VALUES ($1, $2, $3, 'staff', 'excess', 'safeguarding', $4, 1, 1, $4::timestamptz + interval '1 day', '{"n": 1}', 'a worry of ours')`, h.School, h.Sam.Person, h.Chief.Person, friday)
	dbtest.Exec(t, h.db, `
		INSERT INTO exemption (school_id, person_id, reason, starts_at, ends_at, by_officer) VALUES ($1, $2, 'reads large print, as Mia does', $3, $3::timestamptz + interval '1 day', false)`, h.School, h.Sam.Person, friday)
	for _, sql := range []string{
		"INSERT INTO exam (school_id, name, begins_at, ends_at, account, added_at) SELECT $1, 'GCSE Art', $3::timestamptz, $3::timestamptz + interval '2 hours', '', $3 WHERE $2::bigint > 0",
		"INSERT INTO exam_person (exam_id, school_id, person_id) SELECT exam_id, $1, $2 FROM exam WHERE $3::timestamptz IS NOT NULL",
		"INSERT INTO guest (person_id, school_id, sponsor, organisation, pages, ends_on, entered_at) VALUES ($2, $1, gen_random_uuid(), 'Hill Theatre', 9, $3::timestamptz, $3)",
		"INSERT INTO allowance (school_id, person_id, pages, colour) SELECT $1, $2, 777, 33 WHERE $3::timestamptz IS NOT NULL",
		"INSERT INTO allowance_given (person_id, school_id, per, starts_on, pages, given_at) VALUES ($2, $1, 'week', $3::timestamptz, 778, $3)",
		"INSERT INTO fact (school_id, person_id, at, kind, object, detail) VALUES ($1, $2, $3, 'printer-stopped', 'job:41', '{\"impressions\": 779}'), ($1, $2, $3, 'title-word', 'job:42', '{\"word\": 780}')",
		"INSERT INTO session (digest, school_id, person_id, by_person_id, credential_version, started_at, seen_at, ends_at, proven_at, browser) VALUES (sha256('s'), $1, $2, $2, 1, $3, $3, $3::timestamptz + interval '1 hour', $3, 'Sam''s own browser')",
		"INSERT INTO known_device (digest, school_id, person_id, credential_version, known_at, ends_at) VALUES (sha256('d'), $1, $2, 1, $3, $3::timestamptz + interval '1 hour')",
		"UPDATE person SET language = 'cy' WHERE school_id = $1 AND person_id = $2 AND $3::timestamptz IS NOT NULL",
	} {
		dbtest.Exec(t, h.db, sql, h.School, h.Sam.Person, friday)
	}
	referred := h.raise(h.Sam, h.Teacher, "excess", "person", "what Tom saw")
	dbtest.Exec(t, h.db, `INSERT INTO audit (school_id, at, act, subject, object) VALUES ($1, $2, 'flag-raised', $3, 'flag:' || $4::bigint)`, h.School, friday, h.Sam.Pseudonym, referred)
	dbtest.Exec(t, h.db, `UPDATE flag SET outcome = 'referred', closing = 'for you', closed_at = $2, closed_by = $3 WHERE flag_id = $1`, referred, friday, h.Chief.Person)
	h.protection()
	h.says(h.get("/staff/requests"), http.StatusOK, "None is open", "Enter a request")
	for field, wrong := range map[string]url.Values{
		"who": {"who": {"nobody"}, "received": {"2026-11-20"}}, "received": {"who": {sam}, "received": {"2020-01-01"}},
	} {
		h.says(h.post("/staff/requests", wrong), http.StatusBadRequest, `id="`+field+`-wrong"`)
	}
	form := url.Values{"who": {sam}, "received": {"2026-11-18"}}
	if a := h.post("/staff/requests", form); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.says(h.post("/staff/requests", form), http.StatusConflict, "open already")
	h.says(h.get("/staff/requests"), http.StatusOK, "Sam Bell", "18 December 2026", "not yet")
	h.says(h.post("/staff/requests/1/answered", nil), http.StatusConflict, "Make the file first")
	made := h.post("/staff/requests/1/file", nil)
	if made.status != http.StatusOK || made.header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %s", made.status, made.body)
	}
	files := unzipped(t, made.body)
	for _, want := range []string{"Sam Bell", "Harbour Academy", "What you sent to print", someone, "reads large print"} {
		if !strings.Contains(files["record.html"], want) {
			t.Errorf("the page lacks %q:\n%s", want, files["record.html"])
		}
	}
	for name, text := range files {
		for _, secret := range []string{"Mia", "Okafor", "a worry of ours", "Flag raised", "what Tom saw", secretTitle, "digest", "Ida"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %q", name, secret)
			}
		}
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(files["record.json"]), &all); err != nil || len(all["jobs"].([]any)) != 2 || len(all["decisions"].([]any)) != 1 || len(all["flags"].([]any)) != 0 {
		t.Errorf("%v: %s", err, files["record.json"])
	}
	for part, want := range map[string]string{
		"exams": "GCSE Art", "visits": "Hill Theatre", "own-allowance": "777,33", "given": "778", "counted": "impressions 779", "sign-ins": "Sam's own browser",
		"sign-in": "Remembered browser", "person": "cy", "requests": "2026-11-18,2026-12-18,2026-11-20",
	} {
		if !strings.Contains(files[part+".csv"], want) {
			t.Errorf("%s.csv lacks %q:\n%s", part, want, files[part+".csv"])
		}
	}
	if strings.Contains(files["counted.csv"], "title") || strings.Contains(files["counted.csv"], "780") {
		t.Errorf("what a title had is safeguarding's: %s", files["counted.csv"])
	}
	if files["jobs.csv"] == "" || files["decisions.csv"] == "" {
		t.Errorf("tables: %v", len(files))
	}
	if a := h.post("/staff/requests/1/answered", nil); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	h.says(h.get("/staff/requests"), http.StatusOK, "None is open", "Answered")
	h.says(h.post("/staff/requests/1/file", nil), http.StatusConflict, "answered already")
	h.says(h.post("/staff/requests/99/file", nil), http.StatusConflict, "no such request")
	if got := h.acts(); !strings.HasSuffix(got, "data-request-entered data-request-file-made data-request-answered") {
		t.Errorf("audit has %s", got)
	}
}

func unzipped(t *testing.T, body string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

func TestWhoReadARecordIsSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sam := dbtest.Value[string](t, h.db, "SELECT username FROM person WHERE person_id = $1", h.Sam.Person)
	h.protection()
	h.says(h.get("/staff/requests?of="+sam), http.StatusOK, "Nobody yet", "Sam Bell")
	h.says(h.get("/staff/requests?of=nobody"), http.StatusOK, "Nobody has this user name")
	h.says(h.get(h.page(h.Sam.Person)), http.StatusOK)
	h.says(h.get("/staff/requests?of="+sam), http.StatusOK, "Opened their page", "Ida Hall")
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM audit WHERE act = 'readers-viewed' AND subject = $1", h.Sam.Pseudonym); n != 2 {
		t.Errorf("%d looks are on record", n)
	}
}

func TestNamesOfOthersAreTakenOut(t *testing.T) {
	t.Parallel()
	parts := []sheet.Part{{Columns: []string{"A", "B"}, Words: []int{1}, Rows: [][]string{{"Mia", "Sam told Mia O'Kafor-Bell and 23mokafor: stop. MIA!"}}}}
	hide(parts, []string{"Mia", "Kafor", "23mokafor", "Bell"}, []string{"Sam", "Bell", "23sbell"})
	if got, want := parts[0].Rows[0][1], "Sam told [a name] O'[a name]-Bell and [a name]: stop. [a name]!"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	parts[0].Rows = [][]string{{"Mia", "M.Okafor, Zoë-Ann and mia.then; Zo"}}
	hide(parts, []string{"Mia", "Okafor", "Zoë-Ann", "jo.li"}, []string{"Sam"})
	if got, want := parts[0].Rows[0][1], "M.[a name], [a name] and [a name].then; Zo"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	parts[0].Rows = [][]string{{"Mia", "m-okafor24 told (M-OKAFOR24), not am-okafor24 or m-okafor245; jo@home's jo@home.org."}}
	hide(parts, []string{"m-okafor24", "jo@home", "jo@home.org"}, []string{"Sam"})
	if got, want := parts[0].Rows[0][1], "[a name] told ([a name]), not am-okafor24 or m-okafor245; [a name]'s [a name]."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if parts[0].Rows[0][0] != "Mia" {
		t.Error("a column of ours was changed")
	}
	if !(school.Actor{Roles: []school.Role{school.DataProtection}}).May(school.AnswerRequests) || (school.Actor{Roles: []school.Role{school.IT, school.Head}}).May(school.AnswerRequests) {
		t.Error("others than data protection may answer requests")
	}
}

// requested has one request that is open and one that is late.
func (h *house) requested() {
	h.as(school.DataProtection)()
	dbtest.Exec(h.T, h.db, `
		INSERT INTO data_request (school_id, person_id, received_on, due_on, entered_at, made_at)
		VALUES ($1, $2, '2026-11-18', '2026-12-18', $4, NULL), ($1, $3, '2026-10-02', '2026-11-02', $4, $4)`, h.School, h.Sam.Person, h.Mia.Person, friday)
}
