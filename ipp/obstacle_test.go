package ipp

import (
	"bytes"
	"slices"
	"testing"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// What the desk says of a job that its owner may not print.
var (
	notEnough   = fault.New(fault.Unpaid, "not-enough", "Needs %s, you have %d. Print less, or ask for more.", amount(10), 5)
	nothingLeft = fault.New(fault.Unpaid, "nothing-left", "You have no pages left. Ask for more.")
	withdrawn   = fault.New(fault.Suspended, "printing-suspended", "You can't print here until %s. Reason: %s.", "Friday", "a private matter")
	noAccount   = fault.New(fault.Forbidden, "account-unknown", "This job names an account that you may not use. Send it again without one.")
)

// A job that its owner may not print waits as every other does, and says why: to its
// owner in words, to IT in keywords, and to nobody else at all.
func TestObstaclesAreTold(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		met     []error
		reasons []string
		owner   string
	}{
		{nil, []string{"job-release-wait"}, "Waiting for you at a release station."},
		{[]error{notEnough}, []string{"job-release-wait", "account-limit-reached"}, "Needs 10 pages, you have 5. Print less, or ask for more."},
		{[]error{nothingLeft}, []string{"job-release-wait", "account-limit-reached"}, "You have no pages left. Ask for more."},
		{[]error{noAccount}, []string{"job-release-wait", "account-authorization-failed"}, "This job names an account that you may not use. Send it again without one."},
		{[]error{withdrawn, notEnough}, []string{"job-release-wait", "account-closed", "account-limit-reached"}, "You can't print just now. Sign in at a release station to see why."},
	} {
		b := newBench(t)
		b.desk.met = tc.met
		first := b.do(t, ask{op: wire.OpPrintJob, user: "ada", doc: bytes.NewReader(pdf)})
		want(t, first, wire.StatusOK)
		tell(t, "the answer to Print-Job", first, tc.reasons, tc.owner)
		for user, tells := range map[string]struct {
			reasons []string
			say     string
		}{
			"ada":  {tc.reasons, tc.owner},
			"iris": {tc.reasons, "Waiting. Its owner cannot print it just now."},
			"ben":  {[]string{"job-release-wait"}, "Waiting for you at a release station."},
			"":     {[]string{"job-release-wait"}, "Waiting for you at a release station."},
		} {
			if user == "iris" && tc.met == nil {
				tells.say = "Waiting for you at a release station."
			}
			tell(t, "Get-Job-Attributes of "+user, b.do(t, ask{op: wire.OpGetJobAttributes, user: user, attrs: jobID(1)}), tells.reasons, tells.say)
		}
		tell(t, "Get-Jobs", b.do(t, ask{op: wire.OpGetJobs, user: "ada", attrs: []wire.Attribute{wire.Keyword("requested-attributes", "all")}}), tc.reasons, tc.owner)
	}
}

func tell(t *testing.T, what string, reply *wire.Message, reasons []string, say string) {
	t.Helper()
	job := reply.First(wire.JobGroup)
	state, _ := job.Int("job-state")
	got, _ := job.Strings("job-state-reasons")
	said, _ := job.String("job-state-message")
	if state != wire.JobPendingHeld || !slices.Equal(got, reasons) || said != say {
		t.Errorf("%s: %d %q %q, want %q %q", what, state, got, said, reasons, say)
	}
}

// A queue that refuses does so alike in every operation that begins a job, with the
// status that a client understands: registered ones, and CUPS's own to CUPS.
func TestRefusedAlike(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		refusal     error
		other, cups wire.Status
	}{
		{withdrawn, 0x041d, 0x049d},
		{notEnough, 0x041e, 0x049e},
		{nothingLeft, 0x041e, 0x049e},
		{noAccount, 0x041f, 0x049f},
		{fault.New(fault.Forbidden, "queue-not-yours", "Not for you."), 0x0403, 0x049f},
		{fault.New(fault.Forbidden, "way-not-taken", "Not in this way."), 0x0403, 0x049f},
	} {
		b := newBench(t)
		b.desk.refuse = tc.refusal
		for _, op := range []wire.Op{wire.OpValidateJob, wire.OpCreateJob, wire.OpPrintJob} {
			for agent, status := range map[string]wire.Status{
				"CUPS/2.4.2 (Linux 6.1.0; x86_64) IPP/2.0": tc.cups, "Microsoft IPP Client": tc.other, "": tc.other,
			} {
				a := ask{op: op, user: "ada", agent: agent}
				if op == wire.OpPrintJob {
					a.doc = bytes.NewReader(pdf)
				}
				want(t, b.do(t, a), status)
			}
		}
		if n := len(b.desk.all()); n > 0 {
			t.Errorf("%d jobs were made", n)
		}
	}
}

// A direct job that did not get through is held: a client that follows it lets go.
func TestADirectJobThatStays(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"not-enough", "printing-suspended", "printer-stopped"} {
		got := stateOf(release.Job{State: release.Held, Reason: reason}, release.Direct)
		if got.state != wire.JobPendingHeld || !slices.Equal(got.reasons, []string{"job-release-wait"}) {
			t.Errorf("%s: %+v", reason, got)
		}
	}
}
