package ipp

import (
	"testing"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// A job is released in its queue's one way; another is not promised.
func TestReleaseAction(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, tc := range []struct {
		queue  release.Queue
		action string
		status wire.Status
	}{
		{holdQueue, "owner-authorized", wire.StatusOK}, {holdQueue, "none", wire.StatusOKIgnoredOrSubstituted},
		{holdQueue, "button-press", wire.StatusOKIgnoredOrSubstituted}, {officeQueue, "none", wire.StatusOK}, {officeQueue, "owner-authorized", wire.StatusOKIgnoredOrSubstituted},
	} {
		for _, op := range []wire.Op{wire.OpValidateJob, wire.OpCreateJob} {
			action := wire.Keyword("job-release-action", tc.action)
			reply := b.do(t, ask{op: op, path: tc.queue.Path, user: "ada", attrs: []wire.Attribute{action}})
			want(t, reply, tc.status)
			if got := reply.First(wire.UnsupportedGroup).Has("job-release-action"); got == (tc.status == wire.StatusOK) {
				t.Errorf("%s, %s at %s: it is in the unsupported group: %v", op, tc.action, tc.queue.Name, got)
			}
			if tc.status != wire.StatusOK {
				want(t, b.do(t, ask{op: op, path: tc.queue.Path, user: "ada", attrs: []wire.Attribute{action, wire.Boolean("ipp-attribute-fidelity", true)}}),
					wire.StatusAttributesOrValuesNotSupported)
			}
		}
		if got := values(b.printer(t, tc.queue), "job-release-action-supported"); got != releaseAction(tc.queue) {
			t.Errorf("%s supports %q", tc.queue.Name, got)
		}
	}
	want(t, b.do(t, ask{op: wire.OpValidateJob, user: "ada", attrs: []wire.Attribute{wire.Integer("job-release-action", 1)}}), wire.StatusBadRequest)
}
