package ipp

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inkwell/release"
	"inkwell/release/document/documenttest"
)

// suites is where the test files of ipptool are.
const suites = "/usr/share/cups/ipptool"

// score is how many tests of a suite passed, failed and were skipped. The exit
// status of ipptool says none of it.
type score struct{ pass, fail, skip int }

// The suites of the field, run on queues that print at once: nothing fails, and as
// many tests ran as when this was written. Skipped of ipp-2.0 are Print-URI and
// Send-URI (7, never supported), PostScript (4), JPEG on 4x6 (5), job sheets (4),
// two-up of both sides (2), draft quality (2); with a password in the address also the one test of another
// user's name.
func TestSuites(t *testing.T) {
	t.Parallel()
	full := score{pass: 43, skip: 24}
	cases := []struct {
		name, suite string
		queue       release.Queue
		flags       []string
		want        score
	}{
		{"2.0 chunked", "ipp-2.0.test", directQueue, []string{"-C"}, full},
		{"2.0 with length", "ipp-2.0.test", directQueue, []string{"-L"}, full},
		{"1.1", "ipp-1.1.test", directQueue, []string{"-V", "1.1"}, score{pass: 42, skip: 24}},
		{"2.0 with password", "ipp-2.0.test", officeQueue, []string{"-C"}, score{pass: 42, skip: 25}},
		{"printer", "get-printer-attributes.test", holdQueue, nil, score{pass: 1}},
		{"print", "print-job.test", holdQueue, nil, score{pass: 1}},
		{"print with length", "print-job.test", holdQueue, []string{"-L"}, score{pass: 1}},
		// ipptool itself counts wrong when it compresses with a Content-Length.
		{"gzip", "print-job-gzip.test", holdQueue, nil, score{pass: 1}},
		{"deflate", "print-job-deflate.test", holdQueue, nil, score{pass: 1}},
		{"media-col", "print-job-media-col.test", holdQueue, nil, score{pass: 1}},
		{"validate", "validate-job.test", holdQueue, nil, score{pass: 1}},
		{"jobs", "get-jobs.test", holdQueue, nil, score{pass: 1}},
		{"completed jobs", "get-completed-jobs.test", officeQueue, nil, score{pass: 1}},
		{"hold and release", "print-job-hold.test", officeQueue, nil, score{pass: 2}},
		{"identify", "identify-printer.test", officeQueue, nil, score{pass: 1}},
		{"until printed", "print-job-and-wait.test", officeQueue, nil, score{pass: 2}},
	}
	dir := suiteFolder(t)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			user := "ada"
			if tc.queue.Proof == directQueue.Proof {
				user = "" // CUPS_USER says it, and the queue believes it
			}
			got, said := ipptool(t, dir, tc.suite, b.uri(tc.queue.Path, user), tc.flags...)
			if got != tc.want {
				t.Errorf("%+v, want %+v\n%s", got, tc.want, said)
			}
		})
	}
}

// suiteFolder is a copy of the suites with the documents they ask for beside it:
// a real PDF or JPEG picture under each name, and something under the names of what
// we skip.
func suiteFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(suites)); err != nil {
		t.Fatalf("copy the suites of cups-ipp-utils: %v", err)
	}
	for name, document := range map[string][]byte{
		"document-a4.pdf": pdf, "document-letter.pdf": pdf, "document-a4.ps": pdf, "document-letter.ps": pdf,
		"color.jpg": documenttest.JPEG(), "gray.jpg": documenttest.JPEG(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), document, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// ipptool runs a suite and counts its lines.
func ipptool(t *testing.T, dir, suite, uri string, flags ...string) (score, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args := append([]string{"-tI", "-T", "10", "-f", "document-a4.pdf"}, flags...)
	cmd := exec.CommandContext(ctx, "ipptool", append(args, uri, suite)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CUPS_USER=ada", "HOME="+dir, "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if len(out) == 0 {
		t.Fatalf("ipptool says nothing: %v", err)
	}
	said := string(out)
	if strings.Contains(said, "ipptool: ") {
		t.Errorf("ipptool gave up:\n%s", said)
	}
	count := func(mark string) int { return strings.Count(said, "["+mark+"]") }
	return score{count("PASS"), count("FAIL"), count("SKIP")}, said
}

// A real client that sends a long document before it was ever asked for a password
// hears that it is asked, and sends it again with one.
func TestLongDocumentUnasked(t *testing.T) {
	t.Parallel()
	dir := suiteFolder(t)
	long, err := os.Create(filepath.Join(dir, "document-a4.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(long, endless(16<<20)); err != nil {
		t.Fatal(err)
	}
	if err := long.Close(); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"-C", "-L"} {
		b := newBench(t)
		if got, said := ipptool(t, dir, "print-job.test", b.uri(holdQueue.Path, "ada"), flag); got != (score{pass: 1}) {
			t.Errorf("%s: %+v\n%s", flag, got, said)
		}
		if jobs := b.desk.all(); len(jobs) != 1 || jobs[0].Bytes != 16<<20+9 {
			t.Errorf("%s: the desk has %+v", flag, jobs)
		}
	}
}
