package ipp

import (
	"bytes"
	"io"
	"testing"

	"inkwell/ipp/ipptest"
	"inkwell/release"
)

// The suites of the field on queues of both kinds: nothing fails, and as many tests
// ran as when this was written. The whole list runs on the real program, in
// cmd/inkwell; docs/ipp.md says what is skipped and why. Here no printer has 4 by 6
// inches, which two more tests ask for.
func TestSuites(t *testing.T) {
	t.Parallel()
	full, one := ipptest.Score{Pass: 43, Skip: 24}, ipptest.Score{Pass: 1}
	cases := []struct {
		name, suite string
		queue       release.Queue
		flags       []string
		want        ipptest.Score
	}{
		{"2.0 chunked", "ipp-2.0.test", directQueue, []string{"-C"}, full},
		{"2.0 with length", "ipp-2.0.test", directQueue, []string{"-L"}, full},
		{"2.0 with password", "ipp-2.0.test", officeQueue, []string{"-C"}, ipptest.Score{Pass: 42, Skip: 25}},
		{"printer", "get-printer-attributes.test", holdQueue, nil, one},
		{"print", "print-job.test", holdQueue, []string{"-C"}, one},
		{"print with length", "print-job.test", holdQueue, []string{"-L"}, one},
		// ipptool itself counts wrong when it compresses with a Content-Length.
		{"gzip", "print-job-gzip.test", holdQueue, nil, one},
		{"deflate", "print-job-deflate.test", holdQueue, nil, one},
		{"media-col", "print-job-media-col.test", holdQueue, nil, one},
		{"validate", "validate-job.test", holdQueue, nil, one},
		{"jobs", "get-jobs.test", holdQueue, nil, one},
	}
	x := ipptest.NewSuites(t)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			user := "ada"
			if tc.queue.Proof == directQueue.Proof {
				user = "" // CUPS_USER says it, and the queue believes it
			}
			if got := x.Run(tc.suite, b.uri(tc.queue.Path, user), "ada", tc.flags...); got.Score != tc.want || got.Ended != "" {
				t.Errorf("%+v, want %+v; ended early: %q\n%s", got.Score, tc.want, got.Ended, got.Said)
			}
		})
	}
}

// A real client that sends a long document before it was ever asked for a password
// hears that it is asked, and sends it again with one.
func TestLongDocumentUnasked(t *testing.T) {
	t.Parallel()
	x := ipptest.NewSuites(t)
	var long bytes.Buffer
	if _, err := io.Copy(&long, endless(16<<20)); err != nil {
		t.Fatal(err)
	}
	x.Write("document-a4.pdf", long.Bytes())
	for _, flag := range []string{"-C", "-L"} {
		b := newBench(t)
		if got := x.Run("print-job.test", b.uri(holdQueue.Path, "ada"), "ada", flag); got.Score != (ipptest.Score{Pass: 1}) {
			t.Errorf("%s: %s", flag, got.Said)
		}
		if jobs := b.desk.all(); len(jobs) != 1 || jobs[0].Bytes != 16<<20+9 {
			t.Errorf("%s: the desk has %+v", flag, jobs)
		}
	}
}
