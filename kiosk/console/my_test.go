package console

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/school/schooltest"
	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// sams is the job that waits for Sam.
func (h *house) sams() release.JobID {
	h.Helper()
	return dbtest.Value[release.JobID](h.T, h.db, "SELECT max(job_id) FROM job WHERE person_id = $1 AND state = 'held'", h.Sam.Person)
}

// TestAPupilSeesAndDeletesWhatWaits: title, pages, price, until when and where, theirs alone.
func TestAPupilSeesAndDeletesWhatWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lesson() // which has a kiosk at the library
	h.enterMy("sam")
	page := h.get("/my")
	h.says(page, http.StatusOK, "Hi Sam", "88 pages", secretTitle, "12 pages on 12 sheets", "black and white", "costs <b>12 pages</b>", "kept until Sat 21 November, 08:54", "<b>Library</b>, ground floor", "Ended today")
	if strings.Contains(page.body, "Sixth form") || strings.Count(page.body, "own__job") != 1 {
		t.Errorf("the page has others' jobs, or a printer without a kiosk: %s", page.body)
	}
	if got := page.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %s", got)
	}
	job := h.sams()
	missing := h.post("/my/jobs/9999/delete", nil)
	h.says(missing, http.StatusConflict, "There is no such job")
	teachers := dbtest.Value[string](t, h.db, "SELECT max(job_id)::text FROM job WHERE person_id = $1", h.Teacher.Person)
	for _, id := range []string{teachers, "x", "0", "-1"} {
		if a := h.post("/my/jobs/"+id+"/delete", nil); a.status != missing.status || a.body != missing.body {
			t.Errorf("%s is told apart from a missing one: %d", id, a.status)
		}
	}
	if a := h.post(fmt.Sprintf("/my/jobs/%d/delete", job), nil); a.status != http.StatusSeeOther || a.location != "/my" {
		t.Fatalf("deleted: %d %s", a.status, a.body)
	}
	after := h.get("/my")
	h.says(after, http.StatusOK, "Nothing waiting", "88 pages")
	if strings.Contains(after.body, secretTitle) {
		t.Error("the title is still there")
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM job WHERE state = 'held'"); n != 1 {
		t.Errorf("%d jobs are held, not the teacher's alone", n)
	}
}

// TestAPupilChangesTheirJob by the page that staff have, and nobody else's.
func TestAPupilChangesTheirJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	teachers := h.lesson()
	h.enterMy("sam")
	path := fmt.Sprintf("/my/jobs/%d/pages", h.sams())
	h.says(h.get(path), http.StatusOK, "12 pages on 12 sheets", `action="`+path+`"`, path+"/12", `href="/my"`, "Your pages", `action="/my/sign-out"`)
	form := url.Values{"edition": {"0"}, "keep": {"1", "2", "3", "4"}, "up": {"2"}, "sides": {"two-sided-long-edge"}, "copies": {"1"}}
	if a := h.post(path, form); a.status != http.StatusSeeOther || a.location != path {
		t.Fatalf("changed: %d %s", a.status, a.body)
	}
	h.says(h.get("/my"), http.StatusOK, "2 pages on 1 sheet", "costs <b>2 pages</b>", "Changed: it came as 12 pages")
	missing := h.get("/my/jobs/9999/pages").body
	for _, id := range []string{fmt.Sprint(teachers), "x"} {
		if a := h.get("/my/jobs/" + id + "/pages"); a.status != http.StatusNotFound || a.body != missing {
			t.Errorf("%s: %d, and not what is shown of a missing one", id, a.status)
		}
		if a := h.get("/my/jobs/" + id + "/pages/1"); a.status != http.StatusNotFound || a.body != "" {
			t.Errorf("a picture of %s: %d %q", id, a.status, a.body)
		}
	}
	h.says(h.post(fmt.Sprintf("/my/jobs/%d/pages", teachers), form), http.StatusNotFound, "There is no such job")
}

// TestAPupilsHistory has what came out, and what it took; what is lately can be asked back.
func TestAPupilsHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old := h.came(h.Sam, 6, 6, "")
	dbtest.Exec(t, h.db, "UPDATE delivery SET reserved_at = $2, ended_at = $2 WHERE delivery_id = $1", old, friday.AddDate(0, 0, -40))
	h.came(h.Sam, 3, 4, "")
	h.came(h.Mia, 5, 5, "")
	h.enterMy("sam")
	page := h.get("/my/prints")
	h.says(page, http.StatusOK, "<b>3 pages</b>", "<b>6 pages</b>", "Something wrong?")
	if strings.Contains(page.body, "5 pages") || strings.Count(page.body, "Something wrong?") != 1 {
		t.Errorf("it has others' prints, or old ones can be asked back: %s", page.body)
	}
	path := "/my/prints/" + between(t, page.body, "/my/prints/", "/") + "/refund"
	h.says(h.post(path, url.Values{"reason": {"bad"}, "pages": {"9"}}), http.StatusConflict, "Say how many pages")
	if a := h.post(path, url.Values{"reason": {"bad"}, "pages": {"2"}}); a.status != http.StatusSeeOther || a.location != "/my/prints" {
		t.Fatalf("asked: %d %s", a.status, a.body)
	}
	h.says(h.get("/my/prints"), http.StatusOK, "You asked for pages back")
	mias := dbtest.Value[string](t, h.db, "SELECT max(delivery_id)::text FROM delivery WHERE person_id = $1", h.Mia.Person)
	if a := h.post("/my/prints/"+mias+"/refund", url.Values{"reason": {"bad"}, "pages": {"1"}}); a.status != http.StatusNotFound {
		t.Errorf("another's print: %d", a.status)
	}
}

// TestAPupilLosesTheirBadge once, and gets a new code against their password alone.
func TestAPupilLosesTheirBadge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enterMy("sam")
	h.says(h.get("/my/badge"), http.StatusOK, "Your badge works", "I have lost it")
	if a := h.post("/my/badge/lost", nil); a.status != http.StatusSeeOther {
		t.Fatalf("lost: %d %s", a.status, a.body)
	}
	h.says(h.get("/my/badge"), http.StatusOK, "Reported lost")
	h.says(h.post("/my/badge/lost", nil), http.StatusConflict, "no badge that works")

	h.says(h.post("/my/badge/code", url.Values{"password": {"wrong"}}), http.StatusForbidden, "That is not your password")
	a := h.post("/my/badge/code", url.Values{"password": {schooltest.Password}})
	h.says(a, http.StatusOK, "shown only now")
	code := strings.ReplaceAll(between(t, a.body, `own__code" role="status">`, "<"), "\u00a0", "")
	if got, err := h.Directory.ByCode(t.Context(), h.School, "sam", code, "kiosk:library"); err != nil || got.Person != h.Sam.Person {
		t.Errorf("the code %q: %v", code, err)
	}
	if again := h.get("/my/badge"); strings.Contains(again.body, code) {
		t.Error("the code is shown again")
	}
	if got := h.acts(); got != "signed-in badge-lost code-issued" {
		t.Errorf("audit has %s", got)
	}
}

// TestAPupilsPrinters: an address is shown once, works, is renewed and withdrawn, and is theirs alone.
func TestAPupilsPrinters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enterMy("sam")
	h.says(h.get("/my/printer"), http.StatusOK, "no printers of this kind yet")
	h.plan = rolledOut()
	h.says(h.post("/my/printer", url.Values{"device": {" "}}), http.StatusConflict, "Name the device")
	made := h.post("/my/printer", url.Values{"device": {"Sam's <phone>"}})
	h.says(made, http.StatusOK, "shown only now", "ipps://print.harbour.example:8631/ipp/print/u/", "<svg", "Sam&#39;s &lt;phone&gt;", "Chromebook")
	token := between(t, made.body, `name="token" value="`, `"`)
	is := func(token string, whose bool) {
		t.Helper()
		if _, err := h.Directory.ByAddress(t.Context(), h.School, token); (err == nil) != whose {
			t.Errorf("the address: %v", err)
		}
	}
	is(token, true)
	if page := h.get("/my/printer"); strings.Contains(page.body, token) {
		t.Error("it is shown again")
	}
	file := h.post("/my/printer/apple/file", url.Values{"token": {token}})
	h.says(file, http.StatusOK, "com.apple.airprint", "ipp/print/u/"+token)
	if got := file.header.Get("Content-Type"); got != "application/x-apple-aspen-config" {
		t.Errorf("the profile is %s", got)
	}
	h.says(h.post("/my/printer/windows/file", url.Values{"token": {token}}), http.StatusOK, token)
	for _, bad := range []string{"", "x", strings.Repeat("a", 26)} {
		h.says(h.post("/my/printer/apple/file", url.Values{"token": {bad}}), http.StatusConflict, "You have no such printer")
	}
	id := between(t, h.get("/my/printer").body, `action="/my/printer/`, "/")
	renewed := h.post("/my/printer/"+id+"/renew", nil)
	h.says(renewed, http.StatusOK, "Sam&#39;s &lt;phone&gt;")
	is(token, false)
	token = between(t, renewed.body, `name="token" value="`, `"`)
	is(token, true)
	id = between(t, h.get("/my/printer").body, `action="/my/printer/`, "/")

	h.browser = h.newBrowser()
	h.enterMy("mia")
	missing := h.post("/my/printer/9999/withdraw", nil)
	h.says(missing, http.StatusConflict, "You have no such printer")
	if a := h.post("/my/printer/"+id+"/withdraw", nil); a.status != missing.status || a.body != missing.body {
		t.Errorf("another's is told apart: %d", a.status)
	}
	h.says(h.post("/my/printer/"+id+"/renew", nil), http.StatusConflict, "You have no such printer")
	h.says(h.post("/my/printer/apple/file", url.Values{"token": {token}}), http.StatusConflict, "You have no such printer")
	is(token, true)

	h.browser = h.newBrowser()
	h.enterMy("sam")
	if a := h.post("/my/printer/"+id+"/withdraw", nil); a.status != http.StatusSeeOther {
		t.Fatalf("withdrawn: %d %s", a.status, a.body)
	}
	is(token, false)
}

// document is a form with which a browser sends a file.
func (h *house) document(name, kind string, body []byte, fields ...string) *http.Request {
	h.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			h.Fatal(err)
		}
	}
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="document"; filename=%q`, name)}, "Content-Type": {kind}})
	if err == nil {
		_, err = part.Write(body)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		h.Fatal(err)
	}
	r := h.request(http.MethodPost, "/my/upload", nil)
	r.Body, r.ContentLength = io.NopCloser(&b), int64(b.Len())
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

// TestAPupilUploads where the school has turned it on: what comes is a job like any other, and what
// is refused says why in a sentence.
func TestAPupilUploads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pdf := documenttest.PDF(2)
	h.enterMy("sam")
	if page := h.get("/my"); strings.Contains(page.body, "/my/upload") {
		t.Error("it is offered where it is off")
	}
	h.says(h.do(h.document("a.pdf", "application/pdf", pdf)), http.StatusConflict, "does not take documents here")

	sam := h.browser
	h.browser = h.newBrowser()
	h.enter("it")
	h.says(h.get("/staff/roll-out"), http.StatusOK, "Off: no documents", "On: Print (/ipp/print)")
	if a := h.post("/staff/roll-out/own-page", url.Values{"queue": {"/ipp/print"}}); a.status != http.StatusSeeOther {
		t.Fatalf("turned on: %d %s", a.status, a.body)
	}
	h.says(h.get("/staff/roll-out"), http.StatusOK, `value="/ipp/print" selected`)
	h.browser = sam

	h.says(h.get("/my"), http.StatusOK, "Print a document from here", "up to 256 MB")
	if a := h.do(h.document(`C:\Users\sam\`+secretTitle+`.pdf`, "application/x-pdf", pdf, "colour", "color", "sides", "one-sided")); a.status != http.StatusSeeOther || a.location != "/my?sent=1" {
		t.Fatalf("sent: %d %s", a.status, a.body)
	}
	got := dbtest.Value[string](t, h.db, "SELECT concat_ws(' ', state, proof, title = $1, ticket->>'sides', ticket->>'color_mode') FROM job ORDER BY job_id DESC LIMIT 1", secretTitle)
	if got != "counting session t one-sided color" {
		t.Errorf("it is %s", got)
	}
	h.says(h.get("/my?sent=1"), http.StatusOK, "Your document is here", "data-news")
	for what, c := range map[string]struct {
		kind string
		body []byte
		say  string
	}{
		"empty":     {"application/pdf", nil, "nothing"},
		"a program": {"application/pdf", []byte("%!PS-Adobe-3.0\n"), "PostScript"},
		"a letter":  {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []byte("PK\x03\x04"), "PDF"},
	} {
		if a := h.do(h.document("x", c.kind, c.body)); a.status != http.StatusConflict || !strings.Contains(a.body, c.say) {
			t.Errorf("%s: %d\n%s", what, a.status, a.body)
		}
	}
	asked := h.document("x.pdf", "application/pdf", []byte("no"))
	asked.Header.Set("Accept", "application/json")
	if a := h.do(asked); a.status != http.StatusConflict || !strings.HasPrefix(a.body, `{"say":"`) {
		t.Errorf("to the page's script: %d %s", a.status, a.body)
	}
	if n := dbtest.Value[int](t, h.db, "SELECT count(*) FROM job WHERE proof = 'session'"); n != 1 {
		t.Errorf("%d jobs came", n)
	}
}

// TestTheNameOfAFileIsATitle without its folder and ending, on one line and read as it is written.
func TestTheNameOfAFileIsATitle(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"My essay.pdf": "My essay", `C:\fakepath\essay.pdf`: "essay", "../../etc/passwd": "passwd", ".pdf": ".pdf", "x\r\nBcc: y\x00\x1b[2J.pdf": "xBcc: y[2J", "\u202efdp.exe\u2066": "fdp", "x\xff.pdf": "x?", "Żółć 👩\u200d🚀.pdf": "Żółć 👩\u200d🚀",
	} {
		if got := titleOf(file); got != want {
			t.Errorf("%q is called %q, want %q", file, got, want)
		}
	}
}
