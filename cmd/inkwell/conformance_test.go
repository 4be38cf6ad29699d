package main

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
)

// suite is a run of one of the field's files of tests, and what must become of it.
type suite struct {
	file   string
	user   string   // of the demo school; no two suites of pupils share one
	flags  []string // of ipptool
	want   ipptest.Score
	failed []string // the names of those that fail; docs/ipp.md says whose fault that is
	ended  string   // why ipptool gives up before the file's end
}

// Suites that may run beside each other: each looks at the jobs of its own user.
var suites = []suite{
	{file: "ipp-1.1.test", user: "pupil0001", flags: []string{"-C", "-V", "1.1"}, want: ipptest.Score{Pass: 35, Skip: 31}},
	{file: "ipp-1.1.test", user: "pupil0002", flags: []string{"-L", "-V", "1.1"}, want: ipptest.Score{Pass: 35, Skip: 31}},
	{file: "ipp-2.0.test", user: "pupil0003", flags: []string{"-C"}, want: ipptest.Score{Pass: 36, Skip: 31}},
	{file: "ipp-2.0.test", user: "pupil0004", flags: []string{"-L"}, want: ipptest.Score{Pass: 36, Skip: 31}},
	{file: "print-job-hold.test", user: "pupil0010", want: ipptest.Score{Pass: 2}},
	{file: "print-job-and-wait.test", user: "pupil0011", want: ipptest.Score{Pass: 2}},
	{file: "print-job-gzip.test", user: "pupil0012", want: ipptest.Score{Pass: 1}},
	{file: "print-job-deflate.test", user: "pupil0012", want: ipptest.Score{Pass: 1}},
	{file: "print-job-media-col.test", user: "pupil0012", want: ipptest.Score{Pass: 1}},
	{file: "validate-job.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "identify-printer.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
}

// Suites that stop and start the queue, one after the other.
var switching = []suite{
	// Its job waits until half past midnight.
	{file: "set-attrs-hold.test", user: "it01", want: ipptest.Score{Pass: 7}},
	{file: cancelMine, user: "it01", want: ipptest.Score{Pass: 1}},
}

// cancelMine is a test of our own.
const (
	cancelMine   = "cancel-my-jobs.test"
	cancelMyJobs = `{
	NAME "Cancel what is still on hold"
	OPERATION Cancel-My-Jobs
	GROUP operation-attributes-tag
	ATTR charset attributes-charset utf-8
	ATTR naturalLanguage attributes-natural-language en
	ATTR uri printer-uri $uri
	STATUS successful-ok
}
`
)

// The field's own suites against the real program: its direct queue, which prints at
// once, and a virtual printer behind it. What must come of them is pinned, test by
// test.
func TestConformance(t *testing.T) {
	s := serveDemo(t)
	s.printTo(suitePrinter(t))
	x := ipptest.NewSuites(t)
	printsPDF(x)
	x.Write(cancelMine, []byte(cancelMyJobs))
	t.Run("side by side", func(t *testing.T) {
		for _, tc := range suites {
			t.Run(tc.name(), func(t *testing.T) {
				t.Parallel()
				tc.run(t, s, x)
			})
		}
	})
	for _, tc := range switching {
		t.Run(tc.name(), func(t *testing.T) { tc.run(t, s, x) })
	}
	s.eventually("all jobs to end", func() bool { return rows[int](s, "SELECT count(*) FROM job WHERE ended_at IS NULL") == 0 })
	if n := rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'"); n < 20 {
		t.Errorf("only %d jobs were printed", n)
	}
	s.bomb(x)
	s.bareClient(x.Dir)
	s.inkwell("ledger", "verify")
	s.inkwell("audit", "verify")
}

func (c suite) name() string { return strings.Join(append([]string{c.file}, c.flags...), " ") }

// run takes the suite to the direct queue.
func (c suite) run(t *testing.T, s *demo, x *ipptest.Suites) {
	t.Helper()
	got := x.Run(c.file, s.queue(c.user, "/ipp/print/direct"), c.user, c.flags...)
	if got.Score != c.want || !slices.Equal(got.Failed, c.failed) || got.Ended != c.ended {
		t.Errorf("%+v, want %+v; failed: %q; ended early: %q\n%s", got.Score, c.want, got.Failed, got.Ended, got.Said)
	}
}

// printsPDF has the suites that print PostScript print PDF, which is what we take.
func printsPDF(x *ipptest.Suites) {
	x.Edit("set-attrs-hold.test", "application/postscript", "application/pdf")
	x.Edit("set-attrs-hold.test", "../data/testprint.ps", "document-a4.pdf")
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
func (s *demo) bomb(x *ipptest.Suites) {
	s.t.Helper()
	const jobs = "SELECT count(*) FROM job"
	before := rows[int](s, jobs)
	x.Write("document-a4.pdf", append([]byte("%PDF-1.7\n"), make([]byte, 64<<20)...))
	for _, file := range []string{"print-job-gzip.test", "print-job-deflate.test"} {
		got := x.Run(file, s.queue("pupil0008", "/ipp/print/direct"), "pupil0008")
		if got.Score != (ipptest.Score{Fail: 1}) || !strings.Contains(got.Said, "client-error-compression-error") {
			s.t.Errorf("%s: %s", file, got.Said)
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
