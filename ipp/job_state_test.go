package ipp

import (
	"slices"
	"strings"
	"testing"

	"inkwell/ipp/wire"
	"inkwell/release"
	"inkwell/release/document"
)

// A job of every state on both kinds of queue, as IPP tells it.
func TestStateOf(t *testing.T) {
	t.Parallel()
	cases := []struct {
		state   release.JobState
		reason  string
		kind    release.QueueKind
		want    int
		reasons string
	}{
		{release.Receiving, "", release.Hold, wire.JobPendingHeld, "job-incoming"},
		{release.Receiving, "", release.Direct, wire.JobPendingHeld, "job-incoming"},
		{release.Counting, "", release.Hold, wire.JobPendingHeld, "job-release-wait"},
		{release.Counting, "", release.Direct, wire.JobPending, "job-queued"},
		{release.Held, "", release.Hold, wire.JobPendingHeld, "job-release-wait"},
		{release.Held, "", release.Direct, wire.JobPending, "job-queued"},
		{release.Held, "printer-lacks", release.Direct, wire.JobPendingHeld, "job-release-wait resources-are-not-ready"},
		{release.Released, "", release.Hold, wire.JobProcessing, "job-outgoing"},
		{release.Released, "", release.Direct, wire.JobProcessing, "job-outgoing"},
		{release.Done, "", release.Hold, wire.JobCompleted, "job-completed-successfully"},
		{release.Cancelled, "", release.Hold, wire.JobCanceled, "job-canceled-by-user"},
		{release.Expired, "", release.Hold, wire.JobCanceled, "job-canceled-after-timeout"},
		{release.Refused, "", release.Hold, wire.JobAborted, "aborted-by-system"},
		{release.Refused, "never-heard-of", release.Hold, wire.JobAborted, "aborted-by-system"},
		{release.Refused, "document-password", release.Hold, wire.JobAborted, "aborted-by-system document-password-error"},
		{release.Refused, "document-damaged", release.Direct, wire.JobAborted, "aborted-by-system document-format-error"},
		{release.Refused, "document-broken-off", release.Hold, wire.JobAborted, "aborted-by-system submission-interrupted"},
		{release.Done, "document-damaged", release.Hold, wire.JobCompleted, "job-completed-successfully"},
	}
	for _, tc := range cases {
		got := stateOf(release.Job{State: tc.state, Reason: tc.reason}, tc.kind)
		if got.state != tc.want || strings.Join(got.reasons, " ") != tc.reasons || got.say == "" {
			t.Errorf("%s %q on a %s queue is %+v", tc.state, tc.reason, tc.kind, got)
		}
		if wire.JobEnded(got.state) != tc.state.Ended() {
			t.Errorf("%s: the client takes it for ended: %v", tc.state, wire.JobEnded(got.state))
		}
	}
	if len(conditions) != 8 {
		t.Errorf("there are conditions for %d states", len(conditions))
	}
}

// The owner of a refused document is told what to do, in the document's own words.
func TestRefusalSays(t *testing.T) {
	t.Parallel()
	for code := range refusals {
		got := stateOf(release.Job{State: release.Refused, Reason: code}, release.Hold)
		if said := document.Refusal(code); said.Code == code && got.say != said.Say {
			t.Errorf("%s: %q, want %q", code, got.say, said.Say)
		}
	}
	if got := stateOf(release.Job{State: release.Refused, Reason: "document-password"}, release.Hold); !strings.Contains(got.say, "password") {
		t.Errorf("a locked document: %q", got.say)
	}
}

// Saying why a job was refused changes nothing for the next one.
func TestRefusalLeavesTheTable(t *testing.T) {
	t.Parallel()
	for range 2 {
		stateOf(release.Job{State: release.Refused, Reason: "document-password"}, release.Hold)
	}
	if got := conditions[release.Refused].reasons; !slices.Equal(got, []string{"aborted-by-system"}) {
		t.Errorf("the table has %q", got)
	}
}

func TestSheetsOut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ impressions, sheets, printed, want int }{
		{0, 0, 0, 0}, {10, 5, 0, 0}, {10, 5, 3, 2}, {10, 5, 10, 5}, {7, 4, 7, 4}, {3, 3, 1, 1},
	} {
		j := release.Job{Impressions: tc.impressions, Sheets: tc.sheets, Printed: tc.printed}
		if got := sheetsOut(j); got != tc.want {
			t.Errorf("%d of %d impressions on %d sheets: %d, want %d", tc.printed, tc.impressions, tc.sheets, got, tc.want)
		}
	}
}
