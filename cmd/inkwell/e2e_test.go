package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"inkwell/internal/web/webtest"
	"inkwell/ipp/ipptest"
	"inkwell/kiosk"
)

// A pupil's real job, the whole way: ipptool and lp in, a badge at the kiosk in a
// real browser, a real IPP printer out, the rows checked by SQL.
func TestFirstLight(t *testing.T) {
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{})
	s := serveDemo(t)
	s.printTo(eve.URI)

	if said, ok := s.submit(s.queue("pupil0001", "/ipp/print"), blankPDF(t, 4)); !ok || !strings.Contains(said, "job-release-wait") {
		t.Fatalf("ipptool was told:\n%s", said)
	}
	cups := ipptest.CUPS(t)
	cups.AddQueue("school", s.queue("pupil0001", "/ipp/print"))
	cups.LP("school", blankPDF(t, 2), "sides=one-sided")
	s.held("pupil0001", 2)

	page := webtest.Start(t).Page(t)
	page.Open("https://" + s.web + "/kiosk/library")
	page.Seen("Tap your badge")
	page.Badge(demoBadge(1))
	page.Seen("2 jobs, 6 pages")
	page.Seen("Field notes")
	page.Click(`[data-do="release"]`)
	page.Seen("Done: 6 pages")
	page.Seen("144")
	page.Click(`[data-do="sign-out"]`)
	page.Seen("Tap your badge")
	if text := page.Says(`document.documentElement.outerHTML`); strings.Contains(text, "Field notes") || strings.Contains(text, "Hi Sam") {
		t.Error("the idle page still knows who was there")
	}
	page.Unhurt()

	if n := len(eve.Documents(t)); n != 2 {
		t.Errorf("the printer was given %d documents", n)
	}
	got := rows[string](s, `SELECT string_agg(state || ':' || printed || ':' || coalesce(title, '-'), ' ' ORDER BY job_id) FROM job`)
	if got != "done:4:- done:2:-" {
		t.Errorf("jobs: %s", got)
	}
	got = rows[string](s, `SELECT string_agg(t.kind || ':' || t.amount, ' ' ORDER BY t.transfer_id) FROM transfer t WHERE delivery_id IS NOT NULL`)
	if got != "reserve:4 reserve:2 settle:4 settle:2" {
		t.Errorf("transfers: %s", got)
	}
	s.eventually("the spool to be empty", func() bool {
		files, err := os.ReadDir(s.dir + "/spool")
		return err == nil && !strings.Contains(fmt.Sprint(files), ".doc")
	})
	for _, of := range []string{"ledger", "audit"} {
		t.Log(s.inkwell(of, "verify"))
	}
	life := s.inkwell("job", "show", "1")
	for _, step := range []string{"received", "counted", "held", "released", "printing", "printed", "charged", "balance 150 before, 146 after"} {
		if !strings.Contains(life, step) {
			t.Errorf("the job's life lacks %q:\n%s", step, life)
		}
	}
}

// The server and its database are killed at the worst moments. What was accepted
// is there after the restart, prints once and is charged once.
func TestKilled(t *testing.T) {
	eve := ipptest.EvePrinter(t, ipptest.EveOptions{PerPage: 300 * time.Millisecond})
	s := serveDemo(t)
	s.printTo(eve.URI)

	if said, ok := s.submit(s.queue("pupil0002", "/ipp/print"), blankPDF(t, 5)); !ok {
		t.Fatal(said)
	}
	s.kill() // between accept and release; perhaps in the middle of counting
	s.start()
	s.held("pupil0002", 1)

	c := s.tap(demoBadge(2))
	if err := c.ReleaseAll(); err != nil {
		t.Fatal(err)
	}
	s.face(c, kiosk.FacePrinting)
	s.eventually("the printer to have it", func() bool {
		return rows[int](s, "SELECT count(*) FROM delivery WHERE state = 'printing'") == 1
	})
	s.kill() // while it prints
	s.start()
	s.eventually("the job to be done", func() bool { return rows[string](s, "SELECT state FROM job") == "done" })
	if n := len(eve.Documents(t)); n != 1 {
		t.Errorf("the printer was given the document %d times", n)
	}
	if got := rows[string](s, "SELECT string_agg(kind || ':' || amount, ' ' ORDER BY transfer_id) FROM transfer WHERE delivery_id IS NOT NULL"); got != "reserve:5 settle:5" {
		t.Errorf("transfers: %s", got)
	}
	s.inkwell("ledger", "verify")
	s.inkwell("audit", "verify")
}

// What cannot be taken is refused with words, and leaves no job and no file.
func TestBadInput(t *testing.T) {
	s := serveDemo(t)
	good := blankPDF(t, 1)
	basic := s.queue("pupil0003", "/ipp/print")
	for _, c := range []struct {
		name, uri, file, says string
	}{
		{"no credentials", "ipp://" + s.ipp + "/ipp/print", good, "Unauthorized"},
		{"wrong password", "ipp://pupil0003:wrong@" + s.ipp + "/ipp/print", good, "Unauthorized"},
		{"unknown printer path", s.queue("pupil0003", "/ipp/nowhere"), good, "client-error-not-found"},
		{"zero bytes", basic, tempFile(t, nil), "client-error-bad-request"},
		{"a text called PDF", basic, tempFile(t, []byte("Dear Sir or Madam")), "client-error-document-format"},
	} {
		if said, ok := s.submit(c.uri, c.file); ok || !strings.Contains(said, c.says) {
			t.Errorf("%s was told:\n%s", c.name, said)
		}
	}
	for _, c := range []struct {
		name, kind, body string
		status           int
	}{
		{"wrong content type", "text/plain", "\x02\x00\x00\x02\x00\x00\x00\x01\x03", http.StatusUnsupportedMediaType},
		{"truncated IPP", "application/ipp", "\x02\x00\x00\x02\x00\x00", http.StatusOK},
	} {
		answer, err := http.Post("http://"+s.ipp+"/ipp/print", c.kind, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != c.status || c.status == http.StatusOK && (len(body) < 4 || body[2] != 0x04 || body[3] != 0x00) {
			t.Errorf("%s: %s, % x", c.name, answer.Status, body)
		}
	}
	if n := rows[int](s, "SELECT count(*) FROM job"); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
	locked := lockedPDF(t, good)
	if said, ok := s.submit(basic, locked); !ok {
		t.Fatal(said)
	}
	s.eventually("the refusal", func() bool { return rows[string](s, "SELECT state FROM job") == "refused" })
	if got := rows[string](s, "SELECT (SELECT reason FROM job) || ' ' || kind FROM fact"); got != "document-password document-refused" {
		t.Errorf("kept: %s", got)
	}
	s.eventually("the spool to be empty", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE document IS NOT NULL") == 0 })
}

func lockedPDF(t *testing.T, plain string) string {
	t.Helper()
	locked := tempFile(t, nil)
	if out, err := exec.Command("qpdf", "--encrypt", "secret", "owner", "256", "--", plain, locked).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return locked
}

// A gibibyte is uploaded and the server hardly grows.
func TestAnUploadTakesConstantMemory(t *testing.T) {
	s := serveDemo(t, "--document-max-bytes", "2GiB", "--jobs-bytes-per-person", "2GiB")
	before := s.forgetPeak()
	size := int64(1 << 30)
	body := io.MultiReader(strings.NewReader(printJob("ipp://"+s.ipp+"/ipp/print/trusted", "pupil0004")), strings.NewReader("%PDF-1.4\n"), io.LimitReader(zeros{}, size))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.ipp+"/ipp/print/trusted", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/ipp")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if len(said) < 4 || said[2] != 0 || said[3] != 0 {
		t.Fatalf("%s: % x", answer.Status, said)
	}
	if n := rows[int64](s, "SELECT bytes FROM job"); n < size {
		t.Errorf("%d bytes were kept", n)
	}
	if grew := s.peak() - before; grew > 64<<20 {
		t.Errorf("the server grew by %d MiB", grew>>20)
	} else {
		t.Logf("the server grew by %d KiB", grew>>10)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// forgetPeak starts the measuring of the server's highest memory anew.
func (s *demo) forgetPeak() int64 {
	s.t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.Process.Pid), []byte("5"), 0); err != nil {
		s.t.Fatal(err)
	}
	return s.peak()
}

// peak is the most memory the server has had, in bytes.
func (s *demo) peak() int64 {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return kib << 10
}

// printJob is the attribute part of a Print-Job.
func printJob(uri, user string) string {
	attr := func(tag byte, name, value string) string {
		return fmt.Sprintf("%c%c%c%s%c%c%s", tag, 0, len(name), name, 0, len(value), value)
	}
	return "\x02\x00\x00\x02\x00\x00\x00\x01\x01" + attr(0x47, "attributes-charset", "utf-8") + attr(0x48, "attributes-natural-language", "en") +
		attr(0x45, "printer-uri", uri) + attr(0x42, "requesting-user-name", user) + "\x03"
}

// A later start is quick, all of it stops in time, and nothing touches the schema
// of a newer program.
func TestALaterStartIsQuick(t *testing.T) {
	s := serveDemo(t)
	s.stop()
	began := time.Now()
	s.start()
	if took := time.Since(began); took > 3*time.Second {
		t.Logf("a later start took %v on this machine", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := kiosk.Dial(ctx, "https://"+s.web+"/kiosk/nowhere", nil); err == nil {
		t.Error("a kiosk that does not exist answered")
	}
	if n := rows[int](s, "SELECT count(*) FROM person"); n != demoPupils+demoTeachers+demoIT+len(demoOffices) {
		t.Errorf("%d people after the second start", n)
	}

	newer := rows[int](s, "UPDATE schema_version SET version = version + 1 RETURNING version")
	refused(t, fmt.Sprintf("schema is %d", newer), "staff", "add", "jdoe", "--given", "Jo", "--family", "Doe", "--data-dir", s.dir)
	refused(t, fmt.Sprintf("schema is %d", newer), "check", "--data-dir", s.dir)
	s.stop()
	refused(t, fmt.Sprintf("has schema %d, newer", newer), append([]string{"serve", "--data-dir", s.dir}, s.args...)...)
}
