package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/simulate"
	"inkwell/release/document/documenttest"
)

// score is how many tests of a suite passed, failed and were skipped. The exit
// status of ipptool says none of it.
type score struct{ pass, fail, skip int }

// The field's own suites against the real program: its direct queue, which prints at
// once, and a virtual printer behind it. The totals are pinned: what is skipped is
// named in docs/ipp.md.
func TestConformance(t *testing.T) {
	s := serveDemo(t)
	s.printTo(suitePrinter(t))
	dir := suiteFolder(t)
	for _, tc := range []struct {
		suite, user string
		flags       []string
		want        score
	}{
		{"ipp-2.0.test", "pupil0001", []string{"-C"}, score{pass: 36, skip: 31}},
		{"ipp-2.0.test", "pupil0002", []string{"-L"}, score{pass: 36, skip: 31}},
		{"ipp-1.1.test", "pupil0003", []string{"-C", "-V", "1.1"}, score{pass: 35, skip: 31}},
		{"print-job-hold.test", "pupil0004", nil, score{pass: 2}},
		{"print-job-and-wait.test", "pupil0005", nil, score{pass: 2}},
		{"print-job-gzip.test", "pupil0006", nil, score{pass: 1}},
		{"print-job-deflate.test", "pupil0006", nil, score{pass: 1}},
		{"print-job-media-col.test", "pupil0006", nil, score{pass: 1}},
		{"validate-job.test", "pupil0007", nil, score{pass: 1}},
		{"identify-printer.test", "pupil0007", nil, score{pass: 1}},
		// A hold until half past midnight is the one thing refused: we hold by
		// somebody's word, not by a clock.
		{"set-attrs-hold.test", "it01", nil, score{pass: 6, fail: 1}},
	} {
		began := time.Now()
		got, said := s.ipptool(dir, tc.suite, tc.user, tc.flags...)
		if got != tc.want {
			t.Errorf("%s %q: %+v, want %+v\n%s", tc.suite, tc.flags, got, tc.want, said)
		}
		t.Logf("%s %q: %+v in %v", tc.suite, tc.flags, got, time.Since(began).Round(time.Millisecond))
	}
	s.eventually("all jobs to end", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE ended_at IS NULL") == 0 })
	if n := rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'"); n < 20 {
		t.Errorf("only %d jobs were printed", n)
	}
	s.bomb(dir)
	s.bareClient(dir)
	s.inkwell("ledger", "verify")
	s.inkwell("audit", "verify")
}

// bareClient has CUPS's own programs take the program for their server.
func (s *demo) bareClient(dir string) {
	s.t.Helper()
	says := func(want, name string, args ...string) {
		s.t.Helper()
		ctx, cancel := context.WithTimeout(s.t.Context(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // a real client
		cmd.Env = append(os.Environ(), "CUPS_SERVER="+s.ipp, "CUPS_USER=pupil0009", "HOME="+dir, "LC_ALL=C")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
			s.t.Errorf("%s %q: %v: %s", name, args, err, out)
		}
	}
	says("system default destination: print_trusted", "lpstat", "-d")
	says("printer print_direct is idle", "lpstat", "-p")
	says("request id is print_trusted-", "lp", "--", blankPDF(s.t, 3))
	s.held("pupil0009", 1)
	id := rows[string](s, "SELECT job_id::text FROM job WHERE state = 'held'")
	says("print_trusted-"+id, "lpstat", "-o")
	says("", "lp", "-i", id, "-n", "2")
	if price := rows[int](s, "SELECT price FROM job WHERE state = 'held'"); price != 6 {
		s.t.Errorf("two copies of three pages cost %d", price)
	}
	says("", "cancel", "-a", "print_trusted")
	if state := rows[string](s, "SELECT state FROM job WHERE job_id = $1::integer", id); state != "cancelled" {
		s.t.Errorf("the job is %s", state)
	}
}

// bomb sends what inflates to a thousand times its size. It is refused soon, and
// nothing of it is left.
func (s *demo) bomb(dir string) {
	s.t.Helper()
	const jobs = "SELECT count(*) FROM job"
	before := rows[int](s, jobs)
	if err := os.WriteFile(filepath.Join(dir, "document-a4.pdf"), append([]byte("%PDF-1.7\n"), make([]byte, 64<<20)...), 0o600); err != nil {
		s.t.Fatal(err)
	}
	for _, suite := range []string{"print-job-gzip.test", "print-job-deflate.test"} {
		if got, said := s.ipptool(dir, suite, "pupil0008"); got != (score{fail: 1}) || !strings.Contains(said, "client-error-compression-error") {
			s.t.Errorf("%s: %+v\n%s", suite, got, said)
		}
	}
	if after := rows[int](s, jobs); after != before {
		s.t.Errorf("%d jobs were made", after-before)
	}
	s.eventually("the spool to be empty", func() bool {
		files, err := os.ReadDir(filepath.Join(s.dir, "spool"))
		return err == nil && !strings.Contains(fmt.Sprint(files), ".doc")
	})
}

var pageObject = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// suitePrinter is a printer that takes no time worth waiting for.
func suitePrinter(t *testing.T) (uri string) {
	t.Helper()
	p, err := simulate.New(simulate.Options{Name: "Virtual", PerPage: 10 * time.Millisecond, Count: func(_ context.Context, in io.Reader) (int, error) {
		doc, err := io.ReadAll(in)
		return max(1, len(pageObject.FindAll(doc, -1))), err
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	face := httptest.NewServer(p.Handler())
	t.Cleanup(func() {
		face.Close()
		stop()
		<-ended
	})
	return strings.Replace(face.URL, "http://", "ipp://", 1) + "/ipp/print"
}

// suiteFolder is a copy of ipptool's suites with our own documents under the names
// they ask for. set-attrs-hold.test prints PostScript; here it prints PDF.
func suiteFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("/usr/share/cups/ipptool")); err != nil {
		t.Fatalf("copy the suites of cups-ipp-utils: %v", err)
	}
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"document-a4.pdf", "document-letter.pdf", "document-a4.ps", "document-letter.ps", "color.jpg", "gray.jpg"} {
		write(name, documenttest.PDF(1))
	}
	hold, err := os.ReadFile(filepath.Join(dir, "set-attrs-hold.test"))
	if err != nil {
		t.Fatal(err)
	}
	hold = bytes.ReplaceAll(hold, []byte("application/postscript"), []byte("application/pdf"))
	write("set-attrs-hold.test", bytes.ReplaceAll(hold, []byte("../data/testprint.ps"), []byte("document-a4.pdf")))
	return dir
}

// ipptool runs a suite on the direct queue and counts its lines.
func (s *demo) ipptool(dir, suite, user string, flags ...string) (score, string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	args := append([]string{"-tI", "-T", "20", "-f", "document-a4.pdf"}, flags...)
	cmd := exec.CommandContext(ctx, "ipptool", append(args, s.queue(user, "/ipp/print/direct"), suite)...) //nolint:gosec // a real client
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CUPS_USER="+user, "HOME="+dir, "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	said := string(out)
	if len(said) == 0 || strings.Contains(said, "ipptool: ") || ctx.Err() != nil {
		s.t.Errorf("ipptool gave up: %v\n%s", err, said)
	}
	count := func(mark string) int { return strings.Count(said, "["+mark+"]") }
	return score{count("PASS"), count("FAIL"), count("SKIP")}, said
}
