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

	"github.com/jackc/pgx/v5"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/simulate"
)

// suite is a run of one of the field's files of tests, and what must become of it.
type suite struct {
	file   string
	user   string   // of the demo school; no two suites of pupils share one
	flags  []string // of ipptool
	named  bool     // on the queue that believes names: one test is skipped where the address has a password
	want   ipptest.Score
	failed []string // the names of those that fail; docs/ipp.md says whose fault that is
	ended  string   // why ipptool gives up before the file's end
}

// qualities has ipptool run five tests that ipp-1.1.test leaves out for any printer:
// it looks for an attribute print-quality, which no printer has, instead of
// print-quality-supported, and asks for one of them under a name that it never gives.
var qualities = []string{"-d", "OPTIONAL_DRAFT_QUALITY=1", "-d", "OPTIONAL_NORMAL_QUALITY=1", "-d", "OPTIONAL_HIGH_QUALITY=1"}

// Suites that may run beside each other: each looks at the jobs of its own user.
var suites = []suite{
	{file: "ipp-1.1.test", user: "pupil0001", flags: slices.Concat(qualities, []string{"-C", "-V", "1.1"}), named: true, want: ipptest.Score{Pass: 49, Skip: 17}},
	{file: "ipp-1.1.test", user: "pupil0002", flags: slices.Concat(qualities, []string{"-L", "-V", "1.1"}), named: true, want: ipptest.Score{Pass: 49, Skip: 17}},
	{file: "ipp-2.0.test", user: "pupil0003", flags: slices.Concat(qualities, []string{"-C"}), named: true, want: ipptest.Score{Pass: 50, Skip: 17}},
	{file: "ipp-2.0.test", user: "pupil0004", flags: slices.Concat(qualities, []string{"-L"}), want: ipptest.Score{Pass: 49, Skip: 18}},
	{file: "ipp-everywhere.test", user: "pupil0005", flags: slices.Concat(qualities, []string{"-C"}), named: true, want: ipptest.Score{Pass: 50, Fail: 1, Skip: 17},
		failed: []string{"PWG 5100.14 section 5.1/5.2 - Required Operations and Attributes"}, ended: noRaster},
	{file: "ipp-everywhere.test", user: "pupil0006", flags: slices.Concat(qualities, []string{"-L"}), named: true, want: ipptest.Score{Pass: 50, Fail: 1, Skip: 17},
		failed: []string{"PWG 5100.14 section 5.1/5.2 - Required Operations and Attributes"}, ended: noRaster},
	{file: "pwg5100.16.test", user: "pupil0010", flags: []string{"-C"}, want: ipptest.Score{Pass: 4, Fail: 1, Skip: 2}, failed: []string{"Get-Printer-Attributes"}},
	{file: "pwg5100.16.test", user: "pupil0010", flags: []string{"-L"}, want: ipptest.Score{Pass: 4, Fail: 1, Skip: 2}, failed: []string{"Get-Printer-Attributes"}},
	{file: "pwg5100.8.test", user: "pupil0011", want: ipptest.Score{Pass: 5}},

	{file: "create-job.test", user: "pupil0012", want: ipptest.Score{Pass: 2}},
	{file: "create-job-format.test", user: "pupil0012", want: ipptest.Score{Pass: 2}},
	{file: "create-job-sheets.test", user: "pupil0012", want: ipptest.Score{Pass: 2}},
	{file: "get-completed-jobs.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "get-job-template-attributes.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "get-jobs.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "get-printer-attributes.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "get-printer-attributes-suite.test", user: "pupil0013", want: ipptest.Score{Pass: 6, Fail: 1},
		failed: []string{"Get-Printer-Attributes (requested-attributes='media-col-database')"}},
	{file: "get-printer-description-attributes.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "get-printers.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "identify-printer.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "identify-printer-display.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "identify-printer-multiple.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "ipp-backend.test", user: "pupil0013", want: ipptest.Score{Pass: 1}},
	{file: "print-job.test", user: "pupil0014", want: ipptest.Score{Pass: 1}},
	{file: "print-job-and-wait.test", user: "pupil0015", want: ipptest.Score{Pass: 2}},
	{file: "print-job-deflate.test", user: "pupil0016", want: ipptest.Score{Pass: 1}},
	{file: "print-job-gzip.test", user: "pupil0016", want: ipptest.Score{Pass: 1}},
	{file: "print-job-hold.test", user: "pupil0017", want: ipptest.Score{Pass: 2}},
	{file: "print-job-letter.test", user: "pupil0018", want: ipptest.Score{Pass: 1}},
	{file: "print-job-manual.test", user: "pupil0018", want: ipptest.Score{Pass: 1}},
	{file: "print-job-media-col.test", user: "pupil0018", want: ipptest.Score{Pass: 1}},
	{file: "print-job-password.test", user: "pupil0019", want: ipptest.Score{Pass: 1}},
	{file: "validate-job.test", user: "pupil0019", want: ipptest.Score{Pass: 1}},
}

// namedQueue is a direct queue that believes names, which the demo has none of.
const namedQueue = "/ipp/print/direct/named"

// noRaster is where ipp-everywhere.test ends after its 39 tests and ipp-1.1's documents:
// its samples of PWG raster are in no package.
const noRaster = `Filename "pwg-raster-samples-150dpi/black-1/color.jpg-4x6-black-1-150dpi.pwg" (mapped to "pwg-raster-samples-150dpi/black-1/color.jpg-4x6-black-1-150dpi.pwg") on line 192 of "ipp-everywhere.test" cannot be read.`

// Suites that stop and start the queue, one after the other.
var switching = []suite{
	{file: "rfc3995-3996.test", user: "it01", flags: []string{"-C"}, want: ipptest.Score{Pass: 17, Skip: 1}},
	{file: "rfc3995-3996.test", user: "it02", flags: []string{"-L"}, want: ipptest.Score{Pass: 17, Skip: 1}},
	{file: "rfc3998.test", user: "it02", want: ipptest.Score{Pass: 10, Fail: 3, Skip: 29}, failed: []string{
		"RFC 8011 section 4.2.1: Print-Job Operation", "RFC 8011 section 4.2.3: Validate-Job Operation", // a disabled queue is busy, to CUPS's programs
		"Get-Printer-Attributes Operation to check paused value of printer-st", // an idle printer has nothing to move from
	}},
	// It resumes the queue that the one before leaves paused.
	{file: "set-attrs-hold.test", user: "it03", want: ipptest.Score{Pass: 7}},
}

// The field's own suites against the real program: its direct queue, which prints at
// once, and a virtual printer behind it. What must come of them is pinned, test by
// test.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.printTo(suitePrinter(t))
	s.eventually("the printers to say what they can do", func() bool { return rows[int](s, "SELECT count(*) FROM printer WHERE capabilities IS NULL") == 0 })
	s.super(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `
			INSERT INTO queue (school_id, path, name, kind, proof, printer_id)
			SELECT school_id, $1, 'Names', kind, 'loopback', (SELECT max(p.printer_id) FROM printer p WHERE p.school_id = q.school_id) FROM queue q WHERE path = '/ipp/print/direct'`, namedQueue)
		return err
	})
	x := ipptest.NewSuites(t)
	printsPDF(x)
	// They wait more than they work: more at once than there are processors.
	runs := make([]chan ipptest.Run, len(suites))
	places := make(chan struct{}, 8)
	for i, tc := range suites {
		runs[i] = make(chan ipptest.Run, 1)
		go func() {
			places <- struct{}{}
			runs[i] <- tc.run(s, x)
			<-places
		}()
	}
	for i, tc := range suites {
		t.Run(tc.name(), func(t *testing.T) { tc.check(t, <-runs[i]) })
	}
	s.eventually("all jobs to end but the one with a password", func() bool { return s.waiting() == "pupil0019" })
	heard := s.subscribes(x)
	for _, tc := range switching {
		t.Run(tc.name(), func(t *testing.T) { tc.check(t, tc.run(s, x)) })
	}
	heard()
	s.aboutOneJob(x)
	// Two never get their document, and one waits until half past midnight.
	s.eventually("all jobs to end but four", func() bool { return s.waiting() == "it01 it02 it03 pupil0019" })
	if n := rows[int](s, "SELECT count(*) FROM job WHERE state = 'done'"); n < 20 {
		t.Errorf("only %d jobs were printed", n)
	}
	s.bomb(x)
	s.bareClient(x.Dir)
	s.inkwell("ledger", "verify")
	s.inkwell("audit", "verify")
}

// waiting is whose jobs have not ended.
func (s *demo) waiting() string {
	s.t.Helper()
	return rows[string](s, "SELECT coalesce(string_agg(username, ' ' ORDER BY username), '') FROM job JOIN person USING (person_id) WHERE ended_at IS NULL")
}

func (c suite) name() string { return strings.Join(append([]string{c.file}, c.flags...), " ") }

// run takes the suite to a direct queue.
func (c suite) run(s *demo, x *ipptest.Suites) ipptest.Run {
	uri := s.queue(c.user, "/ipp/print/direct")
	if c.named {
		uri = "ipp://" + s.ipp + namedQueue
	}
	return x.Run(c.file, uri, c.user, c.flags...)
}

func (c suite) check(t *testing.T, got ipptest.Run) {
	t.Helper()
	if got.Score != c.want || !slices.Equal(got.Failed, c.failed) || got.Ended != c.ended {
		t.Errorf("%+v, want %+v; failed: %q; ended early: %q\n%s", got.Score, c.want, got.Failed, got.Ended, got.Said)
	}
}

// subscribes has a pupil subscribe to the queue's state. The function that it returns
// wants the pupil to have heard of a change.
func (s *demo) subscribes(x *ipptest.Suites) (heard func()) {
	s.t.Helper()
	const user = "pupil0020"
	queue := s.queue(user, "/ipp/print/direct")
	made := x.Run("create-printer-subscription.test", queue, user)
	_, id, found := strings.Cut(made.Said, "notify-subscription-id (integer) = ")
	if made.Score != (ipptest.Score{Pass: 1, Skip: 1}) || !found {
		s.t.Fatalf("%+v: %s", made.Score, made.Said)
	}
	id, _, _ = strings.Cut(id, "\n")
	return func() {
		s.t.Helper()
		for file, flags := range map[string][]string{"get-subscriptions.test": nil, "get-notifications.test": {"-d", "id=" + id}} {
			if got := x.Run(file, queue, user, flags...); got.Score != (ipptest.Score{Pass: 1}) {
				s.t.Errorf("%s: %+v: %s", file, got.Score, got.Said)
			}
		}
	}
}

// aboutOneJob runs the suites about a job that is there already: one that has been
// printed, and one that is held.
func (s *demo) aboutOneJob(x *ipptest.Suites) {
	s.t.Helper()
	const user = "pupil0021"
	direct := s.queue(user, "/ipp/print/direct")
	if printed := x.Run("print-job-and-wait.test", direct, user); printed.Score != (ipptest.Score{Pass: 2}) {
		s.t.Errorf("%+v: %s", printed.Score, printed.Said)
	}
	number := rows[string](s, "SELECT max(job_id)::text FROM job JOIN person USING (person_id) WHERE username = $1", user)
	for _, file := range []string{"get-job-attributes.test", "get-job-attributes2.test"} {
		if got := x.Run(file, direct+"/jobs/"+number, user); got.Score != (ipptest.Score{Pass: 1}) {
			s.t.Errorf("%s: %+v: %s", file, got.Score, got.Said)
		}
	}
	hold := "ipp://" + s.ipp + "/ipp/print/trusted" // ipptool shows no password unless it is asked for one, and lists are not asked
	if held := x.Run("print-job.test", hold, user); held.Score != (ipptest.Score{Pass: 1}) {
		s.t.Errorf("%+v: %s", held.Score, held.Said)
	}
	if got := x.Run("cancel-current-job.test", hold, user); got.Score != (ipptest.Score{Pass: 2}) {
		s.t.Errorf("%+v: %s", got.Score, got.Said)
	}
}

// printsPDF has the suites that print PostScript print PDF, which is what we take.
func printsPDF(x *ipptest.Suites) {
	for _, file := range []string{"set-attrs-hold.test", "create-job-format.test", "create-job-sheets.test", "create-job-timeout.test"} {
		x.Edit(file, "../data/testprint.ps", "document-a4.pdf")
	}
	for _, file := range []string{"set-attrs-hold.test", "create-job-format.test"} {
		x.Edit(file, "application/postscript", "application/pdf")
	}
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
	says("printer print_trusted is idle", "lpstat", "-p")
	says("request id is print_trusted-", "lp", "--", blankPDF(s.t, 3))
	s.held("pupil0009", 1)
	id := rows[string](s, "SELECT max(job_id)::text FROM job WHERE state = 'held'")
	says("print_trusted-"+id, "lpstat", "-o")
	says("", "lp", "-i", id, "-n", "2")
	if price := rows[int](s, "SELECT price FROM job WHERE job_id = $1::integer", id); price != 6 {
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
	documents := func() int {
		files, err := os.ReadDir(filepath.Join(s.dir, "spool"))
		if err != nil {
			s.t.Fatal(err)
		}
		return strings.Count(fmt.Sprint(files), ".doc")
	}
	kept := documents()
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
	s.eventually("the spool to have what it had", func() bool { return documents() <= kept })
}

var pageObject = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// suitePrinter is a printer that takes no time worth waiting for.
func suitePrinter(t *testing.T) (uri string) {
	t.Helper()
	model := simulate.Everyday
	model.Trays = append(slices.Clone(model.Trays), simulate.Tray{Source: "photo", Media: "na_index-4x6_4x6in", Type: "stationery"})
	p, err := simulate.New(simulate.Options{Name: "Virtual", Model: model, PerPage: 10 * time.Millisecond, Count: func(_ context.Context, in io.Reader) (int, error) {
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
