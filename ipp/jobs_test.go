package ipp

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"inkwell/ipp/wire"
	"inkwell/release"
)

func TestPrintJob(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reply := b.do(t, ask{
		op: wire.OpPrintJob, user: "ada",
		attrs: []wire.Attribute{
			wire.Name("requesting-user-name", "ben"), // never an echo
			wire.Name("job-name", "My essay"), wire.Name("document-name", "essay.pdf"),
			wire.MIMEType("document-format", "application/pdf"),
		},
		job: []wire.Attribute{wire.Integer("copies", 3), wire.Keyword("sides", "one-sided")},
		doc: bytes.NewReader(pdf),
	})
	want(t, reply, wire.StatusOK)
	job := reply.First(wire.JobGroup)
	id := jobNumber(t, reply)
	if uri, _ := job.String("job-uri"); uri != b.uri(holdQueue.Path, "")+"/jobs/1" {
		t.Errorf("job-uri is %q", uri)
	}
	if state, _ := job.Int("job-state"); state != wire.JobPendingHeld {
		t.Errorf("job-state is %d", state)
	}
	if why, _ := job.Strings("job-state-reasons"); len(why) != 1 || why[0] != "job-release-wait" {
		t.Errorf("job-state-reasons is %q", why)
	}
	s := b.desk.last()
	if s.Actor.Person != people["ada"].Person || s.Title != "My essay" || s.Declared != "application/pdf" || s.Ticket.Copies != 3 {
		t.Errorf("the desk was told %+v", s)
	}
	if b.desk.sums[release.JobID(id)] != sha256.Sum256(pdf) {
		t.Error("the document changed on its way")
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	cases := []struct {
		attrs []wire.Attribute
		title string
	}{
		{nil, ""},
		{[]wire.Attribute{wire.Name("document-name", "a.pdf")}, "a.pdf"},
		{[]wire.Attribute{wire.Name("job-name", ""), wire.Name("document-name", "a.pdf")}, "a.pdf"},
		{[]wire.Attribute{wire.Name("job-name", "b")}, "b"},
	}
	for _, tc := range cases {
		b := newBench(t)
		want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada", attrs: tc.attrs}), wire.StatusOK)
		if got := b.desk.last().Title; got != tc.title {
			t.Errorf("%v: the title is %q, want %q", tc.attrs, got, tc.title)
		}
	}
}

func TestValidateJobMakesNone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	want(t, b.do(t, ask{op: wire.OpValidateJob, user: "ada"}), wire.StatusOK)
	for format, status := range map[string]wire.Status{
		"image/jpeg": wire.StatusOK, "image/png": wire.StatusOK, "image/urf": wire.StatusOK, "image/pwg-raster": wire.StatusOK, "application/octet-stream": wire.StatusOK,
		"image/gif": wire.StatusDocumentFormatNotSupported, "application/postscript": wire.StatusDocumentFormatNotSupported,
	} {
		reply := b.do(t, ask{op: wire.OpValidateJob, user: "ada", attrs: []wire.Attribute{wire.MIMEType("document-format", format)}})
		want(t, reply, status)
	}
	if n := len(b.desk.all()); n > 0 {
		t.Errorf("%d jobs were made", n)
	}
}

// A job of Create-Job lives through Send-Document in all its forms.
func TestSendDocument(t *testing.T) {
	t.Parallel()
	last := func(v bool) wire.Attribute { return wire.Boolean("last-document", v) }
	compressed := wire.Keyword("compression", "compress")
	cases := []struct {
		name   string
		attrs  []wire.Attribute
		doc    []byte
		status wire.Status
		state  release.JobState
	}{
		{"the last document", []wire.Attribute{last(true)}, pdf, wire.StatusOK, release.Counting},
		{"not the last by its word", []wire.Attribute{last(false)}, pdf, wire.StatusOK, release.Counting},
		{"last-document missing", nil, pdf, wire.StatusBadRequest, release.Receiving},
		{"last-document a number", []wire.Attribute{wire.Integer("last-document", 1)}, pdf, wire.StatusBadRequest, release.Receiving},
		{"no document", []wire.Attribute{last(true)}, nil, wire.StatusBadRequest, release.Receiving},
		{"compressed", []wire.Attribute{last(true), compressed}, pdf, wire.StatusCompressionNotSupported, release.Refused},
		{"not printable", []wire.Attribute{last(true)}, []byte("%!PS"), wire.StatusDocumentFormatNotSupported, release.Refused},
	}
	for _, tc := range cases {
		b := newBench(t)
		id := wire.Integer("job-id", jobNumber(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"})))
		a := ask{op: wire.OpSendDocument, user: "ada", attrs: append([]wire.Attribute{id}, tc.attrs...)}
		if tc.doc != nil {
			a.doc = bytes.NewReader(tc.doc)
		}
		t.Run(tc.name, func(t *testing.T) { want(t, b.do(t, a), tc.status) })
		if got := b.desk.all()[0].State; got != tc.state {
			t.Errorf("%s: the job is %s, want %s", tc.name, got, tc.state)
		}
	}
}

// After its document a job takes no other, but a client may say that that was all.
func TestSecondDocument(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	more := []wire.Attribute{wire.Integer("job-id", 1), wire.Boolean("last-document", true)}
	second := func(doc string) *wire.Message {
		a := ask{op: wire.OpSendDocument, user: "ada", attrs: more}
		if doc != "" {
			a.doc = strings.NewReader(doc)
		}
		return b.do(t, a)
	}
	want(t, b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf)}), wire.StatusOK)
	want(t, second(""), wire.StatusOK)
	want(t, second("%PDF-1.7"), wire.StatusMultipleDocumentJobsNotSupported)
	want(t, b.do(t, ask{op: wire.OpCloseJob, user: "ada", attrs: more[:1]}), wire.StatusOK)
	if state := b.desk.all()[0].State; state != release.Counting {
		t.Fatalf("the job is %s", state)
	}
	want(t, b.do(t, ask{op: wire.OpCancelJob, user: "ada", attrs: more[:1]}), wire.StatusOK)
	want(t, second("%PDF-1.7"), wire.StatusJobCanceled)
	b.desk.change(1, func(j *release.Job) { j.State = release.Expired })
	want(t, second("%PDF-1.7"), wire.StatusNotPossible)
}

func TestCloseJobWithoutDocument(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpCloseJob, user: "ada", attrs: []wire.Attribute{wire.Integer("job-id", 1)}}), wire.StatusOK)
	if state := b.desk.all()[0].State; state != release.Cancelled {
		t.Errorf("the job is %s", state)
	}
}

func TestCancelJob(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	cancel := func(user string, attrs ...wire.Attribute) *wire.Message {
		return b.do(t, ask{op: wire.OpCancelJob, user: user, attrs: attrs})
	}
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}), wire.StatusOK)
	one := wire.Integer("job-id", 1)
	want(t, cancel("ben", one), wire.StatusNotFound) // foreign and missing look the same
	want(t, cancel("ada", wire.Integer("job-id", 99)), wire.StatusNotFound)
	want(t, cancel("ada"), wire.StatusBadRequest)
	want(t, cancel("ada", one), wire.StatusOK)
	want(t, cancel("ada", one), wire.StatusNotPossible)
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}), wire.StatusOK)
	want(t, cancel("iris", wire.Integer("job-id", 2)), wire.StatusOK)
}

// A job is also found by its job-uri, whatever host that names.
func TestJobURI(t *testing.T) {
	t.Parallel()
	cases := []struct {
		uri    string
		status wire.Status
	}{
		{"ipp://elsewhere/ipp/print/jobs/1", wire.StatusOK},
		{"ipp://elsewhere/ipp/print/jobs/1/", wire.StatusOK},
		{"ipp://elsewhere/ipp/print/jobs/2", wire.StatusNotFound},
		{"ipp://elsewhere/ipp/print/jobs/1x", wire.StatusNotFound},
		{"ipp://elsewhere/ipp/print/jobs/-1", wire.StatusNotFound},
		{"ipp://elsewhere/ipp/print/jobs/99999999999", wire.StatusNotFound},
		{"ipp://elsewhere/ipp/print", wire.StatusNotFound},
		{"ipp://elsewhere/ipp/print/trusted/jobs/1", wire.StatusNotFound},
		{"/ipp/print/jobs/1", wire.StatusBadRequest},
	}
	b := newBench(t)
	want(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}), wire.StatusOK)
	for _, tc := range cases {
		t.Run(tc.uri, func(t *testing.T) {
			want(t, b.do(t, ask{op: wire.OpGetJobAttributes, user: "ada", attrs: []wire.Attribute{wire.URI("job-uri", tc.uri)}}), tc.status)
		})
	}
}

func TestCancelMyJobs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, user := range []string{"ada", "ben", "ada", "ada"} {
		want(t, b.do(t, ask{op: wire.OpCreateJob, user: user}), wire.StatusOK)
	}
	states := func() string {
		var all []string
		for _, j := range b.desk.all() {
			all = append(all, string(j.State))
		}
		return strings.Join(all, " ")
	}
	mine := func(ids ...int) *wire.Message {
		a := ask{op: wire.OpCancelMyJobs, user: "ada"}
		if len(ids) > 0 {
			a.attrs = []wire.Attribute{wire.Integer("job-ids", ids...)}
		}
		return b.do(t, a)
	}
	want(t, b.do(t, ask{op: wire.OpCancelMyJobs, user: "iris"}), wire.StatusOK) // IT's own, of which there are none
	want(t, mine(1, 2), wire.StatusNotFound)                                    // one of them is ben's: none is cancelled
	if got := states(); got != "receiving receiving receiving receiving" {
		t.Fatalf("jobs are %s", got)
	}
	want(t, mine(3), wire.StatusOK)
	want(t, mine(), wire.StatusOK)
	if got := states(); got != "cancelled receiving cancelled cancelled" {
		t.Errorf("jobs are %s", got)
	}
}

func TestUnknownOperation(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, op := range []wire.Op{wire.OpPrintURI, wire.OpSendURI, wire.OpRestartJob, wire.OpResubmitJob, 0x3fff, 0x4003} {
		want(t, b.do(t, ask{op: op, user: "ada"}), wire.StatusOperationNotSupported)
	}
}

// What goes wrong inside is one fixed sentence outside.
func TestInternalErrorSaysNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.refuse = errors.New("dial /secret/path")
	reply := b.do(t, ask{op: wire.OpCreateJob, user: "ada"})
	want(t, reply, wire.StatusInternalError)
	if say, _ := reply.Operation().String("status-message"); strings.Contains(say, "secret") {
		t.Errorf("the client was told %q", say)
	}
}

// A document that is refused by its attributes ends its job as one that is refused by
// its content does; a request that is merely wrong does not.
func TestAFailedSendDocumentAbortsItsJob(t *testing.T) {
	t.Parallel()
	last := wire.Boolean("last-document", true)
	for _, tc := range []struct {
		name    string
		attrs   []wire.Attribute
		doc     []byte
		status  wire.Status
		state   int
		reasons string
	}{
		{"a format we do not take", []wire.Attribute{last, wire.MIMEType("document-format", "application/postscript")}, pdf,
			wire.StatusDocumentFormatNotSupported, wire.JobAborted, "aborted-by-system unsupported-document-format"},
		{"a compression we do not have", []wire.Attribute{last, wire.Keyword("compression", "zstd")}, pdf,
			wire.StatusCompressionNotSupported, wire.JobAborted, "aborted-by-system unsupported-compression"},
		{"another content", []wire.Attribute{last, wire.MIMEType("document-format", "application/pdf")}, []byte("Dear Sir or Madam"),
			wire.StatusDocumentFormatError, wire.JobAborted, "aborted-by-system document-format-error"},
		{"no document", []wire.Attribute{last}, nil, wire.StatusBadRequest, wire.JobPendingHeld, "job-incoming"},
		{"no last-document", nil, pdf, wire.StatusBadRequest, wire.JobPendingHeld, "job-incoming"},
		{"a document", []wire.Attribute{last}, pdf, wire.StatusOK, wire.JobPendingHeld, "job-release-wait"},
	} {
		b := newBench(t)
		id := jobNumber(t, b.do(t, ask{op: wire.OpCreateJob, user: "ada"}))
		want(t, b.do(t, ask{op: wire.OpSendDocument, user: "ada", attrs: append(jobID(id), tc.attrs...), doc: bytes.NewReader(tc.doc)}), tc.status)
		job := b.do(t, ask{op: wire.OpGetJobAttributes, user: "ada", attrs: jobID(id)}).First(wire.JobGroup)
		state, _ := job.Int("job-state")
		reasons, _ := job.Strings("job-state-reasons")
		if got := strings.Join(reasons, " "); state != tc.state || got != tc.reasons {
			t.Errorf("%s: %d %s", tc.name, state, got)
		}
	}
}
