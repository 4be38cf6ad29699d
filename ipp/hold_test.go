package ipp

import (
	"bytes"
	"slices"
	"testing"

	second "github.com/phin1x/go-ipp"

	"inkwell/ipp/wire"
	"inkwell/release"
)

func jobID(n int) []wire.Attribute { return []wire.Attribute{wire.Integer("job-id", n)} }

// shown is a job's state, its first reason and its job-hold-until, by the second decoder.
func (b *bench) shown(t *testing.T, q release.Queue, id int) (state int, why, hold string) {
	t.Helper()
	_, raw := b.post(t, ask{op: wire.OpGetJobAttributes, path: q.Path, user: "ada", attrs: jobID(id)})
	got, err := second.NewResponseDecoder(bytes.NewReader(raw)).Decode(nil)
	if err != nil || len(got.JobAttributes) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	job := got.JobAttributes[0]
	state, _ = job["job-state"][0].Value.(int)
	why, _ = job["job-state-reasons"][0].Value.(string)
	hold, _ = job["job-hold-until"][0].Value.(string)
	return state, why, hold
}

// A job on hold at a direct queue waits until either operation lets it go.
func TestHoldAndRelease(t *testing.T) {
	t.Parallel()
	resume := []wire.Attribute{wire.Keyword("job-hold-until", "no-hold"), wire.Integer("job-priority", 100)} // as lp -H resume
	for _, free := range []ask{
		{op: wire.OpReleaseJob},
		{op: wire.OpSetJobAttributes, job: resume},
	} {
		b := newBench(t)
		a := ask{op: wire.OpPrintJob, path: officeQueue.Path, user: "ada", job: []wire.Attribute{wire.Keyword("job-hold-until", "indefinite")}, doc: bytes.NewReader(pdf)}
		id := jobNumber(t, b.do(t, a))
		if state, why, hold := b.shown(t, officeQueue, id); state != wire.JobPendingHeld || why != "job-hold-until-specified" || hold != "indefinite" {
			t.Errorf("on hold: %d %s %s", state, why, hold)
		}
		free.path, free.attrs = officeQueue.Path, jobID(id)
		free.user = "ben"
		want(t, b.do(t, free), wire.StatusNotFound)
		free.user = "ada"
		want(t, b.do(t, free), wire.StatusOK)
		if state, _, hold := b.shown(t, officeQueue, id); state != wire.JobCompleted || hold != "no-hold" {
			t.Errorf("let go: %d %s", state, hold)
		}
		want(t, b.do(t, free), wire.StatusNotPossible)
		want(t, b.do(t, ask{op: wire.OpHoldJob, path: officeQueue.Path, user: "ada", attrs: jobID(id)}), wire.StatusNotPossible)
	}
}

// On a hold queue nothing that a computer says spares the way to the kiosk.
func TestReleaseNeedsTheKiosk(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := jobNumber(t, b.do(t, ask{op: wire.OpPrintJob, user: "ada", job: []wire.Attribute{wire.Keyword("job-hold-until", "no-hold")}, doc: bytes.NewReader(pdf)}))
	want(t, b.do(t, ask{op: wire.OpReleaseJob, user: "ada", attrs: jobID(id)}), wire.StatusNotPossible)
	want(t, b.do(t, ask{op: wire.OpHoldJob, user: "ada", attrs: jobID(id)}), wire.StatusOK)
	want(t, b.do(t, ask{op: wire.OpSetJobAttributes, user: "ada", attrs: jobID(id), job: []wire.Attribute{wire.Keyword("job-hold-until", "no-hold")}}), wire.StatusOK)
	if state, why, hold := b.shown(t, holdQueue, id); state != wire.JobPendingHeld || why != "job-release-wait" || hold != "indefinite" {
		t.Errorf("%d %s %s", state, why, hold)
	}
}

// Set-Job-Attributes sets all or nothing, and tells what was in the way.
func TestSetJobAttributes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := jobNumber(t, b.do(t, ask{op: wire.OpPrintJob, user: "ada", attrs: []wire.Attribute{wire.Name("job-name", "Before")}, doc: bytes.NewReader(pdf)}))
	good := []wire.Attribute{wire.Name("job-name", "After"), wire.Integer("copies", 2)}
	cases := []struct {
		name   string
		more   []wire.Attribute
		status wire.Status
		named  string
	}{
		{"a value we do not have", []wire.Attribute{wire.Keyword("sides", "tumble")}, wire.StatusAttributesOrValuesNotSupported, "sides"},
		{"an attribute we do not have", []wire.Attribute{wire.Keyword("staple-with-gold", "yes")}, wire.StatusAttributesOrValuesNotSupported, "staple-with-gold"},
		{"no time", []wire.Attribute{wire.Name("job-hold-until", "half past")}, wire.StatusAttributesOrValuesNotSupported, "job-hold-until"},
		{"what nobody sets", []wire.Attribute{wire.Enum("job-state", 9)}, wire.StatusAttributesNotSettable, "job-state"},
		{"all good", []wire.Attribute{wire.Keyword("media", "iso_a3_297x420mm")}, wire.StatusOK, ""},
	}
	for _, tc := range cases {
		reply := b.do(t, ask{op: wire.OpSetJobAttributes, user: "ada", attrs: jobID(id), job: slices.Concat(good, tc.more)})
		want(t, reply, tc.status)
		if tc.named != "" && !reply.First(wire.UnsupportedGroup).Has(tc.named) {
			t.Errorf("%s: %s is not named", tc.name, tc.named)
		}
		if j := b.desk.all()[0]; (j.Title == "After") != tc.status.OK() || (j.Ticket.Copies == 2) != tc.status.OK() {
			t.Errorf("%s: the job is %+v", tc.name, j)
		}
	}
	if j := b.desk.all()[0]; j.Ticket.Media != "iso_a3_297x420mm" {
		t.Errorf("the ticket is %+v", j.Ticket)
	}
	want(t, b.do(t, ask{op: wire.OpSetJobAttributes, user: "ada", attrs: jobID(id)}), wire.StatusBadRequest)
	want(t, b.do(t, ask{op: wire.OpSetJobAttributes, user: "ben", attrs: jobID(id), job: good}), wire.StatusNotFound)
}

// A hold with an end of its own is shown as it was set, with the moment it ends at,
// and ends by the owner's word as well.
func TestHoldUntilATime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		begin ask
		hold  string
	}{
		"a name in the job group":      {ask{op: wire.OpPrintJob, job: []wire.Attribute{wire.Keyword("job-hold-until", "evening")}}, "evening"},
		"a name in the operation":      {ask{op: wire.OpPrintJob, attrs: []wire.Attribute{wire.Keyword("job-hold-until", "weekend")}}, "weekend"},
		"a time of day":                {ask{op: wire.OpPrintJob, job: []wire.Attribute{wire.Name("job-hold-until", "00:30:00")}}, "00:30:00"},
		"Hold-Job":                     {ask{op: wire.OpHoldJob, attrs: []wire.Attribute{wire.Keyword("job-hold-until", "night")}}, "night"},
		"Set-Job-Attributes":           {ask{op: wire.OpSetJobAttributes, job: []wire.Attribute{wire.Name("job-hold-until", "00:30")}}, "00:30"},
		"Set-Job-Attributes, a moment": {ask{op: wire.OpSetJobAttributes, job: []wire.Attribute{wire.DateTime("job-hold-until-time", holdEnds)}}, ""},
	} {
		b := newBench(t)
		first := tc.begin
		if first.op != wire.OpPrintJob {
			first = ask{op: wire.OpPrintJob, job: []wire.Attribute{wire.Keyword("job-hold-until", "indefinite")}}
		}
		first.path, first.user, first.doc = officeQueue.Path, "ada", bytes.NewReader(pdf)
		id := jobNumber(t, b.do(t, first))
		if tc.begin.op != wire.OpPrintJob {
			tc.begin.path, tc.begin.user, tc.begin.attrs = officeQueue.Path, "ada", append(jobID(id), tc.begin.attrs...)
			want(t, b.do(t, tc.begin), wire.StatusOK)
		}
		state, why, hold := b.shown(t, officeQueue, id)
		if state != wire.JobPendingHeld || why != "job-hold-until-specified" || hold != tc.hold {
			t.Errorf("%s: %d %s %q", name, state, why, hold)
		}
		job := b.do(t, ask{op: wire.OpGetJobAttributes, path: officeQueue.Path, user: "ada", attrs: jobID(id)}).First(wire.JobGroup)
		ends, err := job.Time("job-hold-until-time")
		say, _ := job.String("job-state-message")
		if err != nil || !ends.Equal(holdEnds) || say != "Waiting until the time that was chosen." {
			t.Errorf("%s: %v, %v, %q", name, ends, err, say)
		}
		want(t, b.do(t, ask{op: wire.OpReleaseJob, path: officeQueue.Path, user: "ada", attrs: jobID(id)}), wire.StatusOK)
		if state, _, hold = b.shown(t, officeQueue, id); state != wire.JobCompleted || hold != "no-hold" {
			t.Errorf("%s: released, it is %d %s", name, state, hold)
		}
	}
}
