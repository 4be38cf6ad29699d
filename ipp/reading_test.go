package ipp

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// printed is a bench with one titled job of ada's on the hold queue.
func printed(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	want(t, b.do(t, ask{op: wire.OpPrintJob, user: "ada", attrs: []wire.Attribute{wire.Name("job-name", "A private title")}, doc: bytes.NewReader(pdf)}), wire.StatusOK)
	return b
}

// Everybody who knows a job's number may follow it; its title is its owner's alone.
func TestJobIsPrivate(t *testing.T) {
	t.Parallel()
	b := printed(t)
	cases := []struct{ user, title, owner string }{
		{"ada", "A private title", "ada"},
		{"iris", "Job 1", "ada"},
		{"ben", "", ""},
		{"", "", ""},
	}
	for _, tc := range cases {
		answer, raw := b.post(t, ask{op: wire.OpGetJobAttributes, user: tc.user, attrs: []wire.Attribute{wire.Integer("job-id", 1)}})
		job := readReply(t, answer, raw).First(wire.JobGroup)
		title, _ := job.String("job-name")
		owner, _ := job.String("job-originating-user-name")
		if title != tc.title || owner != tc.owner {
			t.Errorf("%q sees title %q of %q", tc.user, title, owner)
		}
		if tc.user != "ada" && bytes.Contains(raw, []byte("private")) {
			t.Errorf("%q is told the title", tc.user)
		}
		state, _ := job.Int("job-state")
		out, err := job.Int("job-impressions-completed")
		if state != wire.JobPendingHeld || out != 0 || err != nil {
			t.Errorf("%q sees state %d, %d impressions, %v", tc.user, state, out, err)
		}
	}
}

// A job that has ended has no title any more, and job-name must still be there.
func TestEndedJobHasAName(t *testing.T) {
	t.Parallel()
	b := printed(t)
	b.desk.change(1, func(j *release.Job) { j.State, j.Title = release.Expired, "" })
	job := b.do(t, ask{op: wire.OpGetJobAttributes, user: "ada", attrs: []wire.Attribute{wire.Integer("job-id", 1)}}).First(wire.JobGroup)
	if name, _ := job.String("job-name"); name != "Job 1" {
		t.Errorf("job-name is %q", name)
	}
}

func TestGetJobs(t *testing.T) {
	t.Parallel()
	b := printed(t)
	for _, user := range []string{"ada", "ada", "ben"} {
		want(t, b.do(t, ask{op: wire.OpCreateJob, user: user}), wire.StatusOK)
	}
	want(t, b.do(t, ask{op: wire.OpCancelJob, user: "ada", attrs: []wire.Attribute{wire.Integer("job-id", 2)}}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpCreateJob, path: trustedQueue.Path, attrs: []wire.Attribute{wire.Name("requesting-user-name", "ada")}}), wire.StatusOK)
	mine := wire.Boolean("my-jobs", true)
	cases := []struct {
		name  string
		user  string
		attrs []wire.Attribute
		ids   []int
	}{
		{"a pupil", "ada", nil, []int{1, 3}},
		{"another pupil", "ben", nil, []int{4}},
		{"IT", "iris", nil, []int{1, 3, 4}},
		{"IT's own", "iris", []wire.Attribute{mine}, nil},
		{"nobody", "", nil, nil},
		{"nobody, own", "", []wire.Attribute{mine}, nil},
		{"completed", "ada", []wire.Attribute{wire.Keyword("which-jobs", "completed")}, []int{2}},
		{"not-completed", "ada", []wire.Attribute{wire.Keyword("which-jobs", "not-completed")}, []int{1, 3}},
		{"limit", "iris", []wire.Attribute{wire.Integer("limit", 2)}, []int{1, 3}},
		{"job-ids", "iris", []wire.Attribute{wire.Integer("job-ids", 3, 4, 99)}, []int{3, 4}},
	}
	for _, tc := range cases {
		reply := b.do(t, ask{op: wire.OpGetJobs, user: tc.user, attrs: tc.attrs})
		want(t, reply, wire.StatusOK)
		var ids []int
		for _, job := range reply.All(wire.JobGroup) {
			id, _ := job.Int("job-id")
			ids = append(ids, id)
			if len(job) != 2 || !job.Has("job-uri") {
				t.Errorf("%s: a job tells %d attributes, want job-id and job-uri", tc.name, len(job))
			}
		}
		if !slices.Equal(ids, tc.ids) {
			t.Errorf("%s: jobs %v, want %v", tc.name, ids, tc.ids)
		}
	}
	reply := b.do(t, ask{op: wire.OpGetJobs, user: "ada", attrs: []wire.Attribute{wire.Keyword("which-jobs", "fetchable")}})
	want(t, reply, wire.StatusAttributesOrValuesNotSupported)
	if which, _ := reply.First(wire.UnsupportedGroup).String("which-jobs"); which != "fetchable" {
		t.Errorf("unsupported which-jobs is %q", which)
	}
	want(t, b.do(t, ask{op: wire.OpGetJobs, attrs: []wire.Attribute{wire.Integer("limit", 0)}}), wire.StatusBadRequest)
}

// A list for IT tells whose a job is, and no title but IT's own.
func TestListIsPrivate(t *testing.T) {
	t.Parallel()
	b := printed(t)
	_, raw := b.post(t, ask{op: wire.OpGetJobs, user: "iris", attrs: []wire.Attribute{wire.Keyword("requested-attributes", "all")}})
	if !bytes.Contains(raw, []byte("ada")) || bytes.Contains(raw, []byte("private")) {
		t.Errorf("IT is told %q", raw)
	}
}

func TestRequestedAttributes(t *testing.T) {
	t.Parallel()
	b := printed(t)
	cases := []struct {
		op    wire.Op
		names []string
		has   string
		not   string
	}{
		{wire.OpGetJobAttributes, nil, "job-name copies sides time-at-creation", ""},
		{wire.OpGetJobAttributes, []string{"all"}, "job-name copies job-state", ""},
		{wire.OpGetJobAttributes, []string{"job-template"}, "copies media media-col", "job-name job-state"},
		{wire.OpGetJobAttributes, []string{"job-description", "sides"}, "job-name sides", "copies"},
		{wire.OpGetJobAttributes, []string{"job-state", "no-such-thing"}, "job-state", "job-name copies no-such-thing"},
		{wire.OpGetPrinterAttributes, nil, "printer-name copies-supported media-col-default", "media-col-database"},
		{wire.OpGetPrinterAttributes, []string{"all"}, "printer-name copies-supported", "media-col-database"},
		{wire.OpGetPrinterAttributes, []string{"all", "media-col-database"}, "printer-name media-col-database", ""},
		{wire.OpGetPrinterAttributes, []string{"media-col-database"}, "media-col-database", "printer-name media-default"},
		{wire.OpGetPrinterAttributes, []string{"printer-description"}, "printer-name operations-supported", "copies-supported media-default"},
		{wire.OpGetPrinterAttributes, []string{"job-template"}, "copies-supported media-col-supported", "printer-name media-col-database"},
		{wire.OpGetPrinterAttributes, []string{"printer-uri-supported"}, "printer-uri-supported", "printer-name"},
		{wire.OpGetPrinterAttributes, []string{"none"}, "", "printer-name copies-supported"},
	}
	for _, tc := range cases {
		a := ask{op: tc.op, user: "ada", attrs: []wire.Attribute{wire.Integer("job-id", 1)}}
		group := wire.JobGroup
		if tc.op == wire.OpGetPrinterAttributes {
			a.attrs, group = nil, wire.PrinterGroup
		}
		if tc.names != nil {
			a.attrs = append(a.attrs, wire.Keyword("requested-attributes", tc.names...))
		}
		reply := b.do(t, a)
		want(t, reply, wire.StatusOK)
		got := reply.First(group)
		for _, name := range strings.Fields(tc.has) {
			if !got.Has(name) {
				t.Errorf("%s of %q: no %s", tc.op, tc.names, name)
			}
		}
		for _, name := range strings.Fields(tc.not) {
			if got.Has(name) {
				t.Errorf("%s of %q: there is a %s", tc.op, tc.names, name)
			}
		}
	}
}
