package ipp

import (
	"slices"

	"inkwell/internal/fault"
	"inkwell/ipp/wire"
	"inkwell/release"
	"inkwell/release/document"
)

// condition is a job's job-state, job-state-reasons and job-state-message.
type condition struct {
	state   int
	reasons []string
	say     string
}

// conditions is what each state of a job is called in IPP (RFC 8011 sections 5.3.7
// and 5.3.8, PWG 5100.11). A client lets go of a job that is pending-held, so a
// job for a hold queue is that from the beginning.
var conditions = map[release.JobState]condition{
	release.Receiving: {wire.JobPendingHeld, []string{"job-incoming"}, "Waiting for the document."},
	release.Counting:  {wire.JobPendingHeld, []string{"job-release-wait"}, "Waiting for you at a release station."},
	release.Held:      {wire.JobPendingHeld, []string{"job-release-wait"}, "Waiting for you at a release station."},
	release.Released:  {wire.JobProcessing, []string{"job-outgoing"}, "Printing."},
	release.Done:      {wire.JobCompleted, []string{"job-completed-successfully"}, "Printed."},
	release.Cancelled: {wire.JobCanceled, []string{"job-canceled-by-user"}, "Cancelled."},
	release.Expired:   {wire.JobCanceled, []string{"job-canceled-after-timeout"}, "Deleted, because nobody came to print it."},
	release.Refused:   {wire.JobAborted, []string{"aborted-by-system"}, "This document cannot be printed."},
}

// directly is what differs on a direct queue, where a job waits for the printer
// and not for its owner.
var directly = map[release.JobState]condition{
	release.Counting: {wire.JobPending, []string{"job-queued"}, "Waiting for the printer."},
	release.Held:     {wire.JobPending, []string{"job-queued"}, "Waiting for the printer."},
}

// waiting is a job of a direct queue that its owner wants to wait.
var waiting = condition{wire.JobPendingHeld, []string{"job-hold-until-specified"}, "Waiting until you let it print."}

// timed is one that waits for a time.
var timed = condition{wire.JobPendingHeld, []string{"job-hold-until-specified"}, "Waiting until the time that was chosen."}

// refusals is the job-state-reasons of a refused job beside aborted-by-system, by
// the code of its refusal (RFC 8011 section 5.3.8, PWG 5100.13).
var refusals = map[string]string{
	"compression-unsupported": "unsupported-compression",
	"document-broken-off":     "submission-interrupted",
	"document-colour":         "document-unprintable-error",
	"document-damaged":        "document-format-error",
	"document-empty":          "document-format-error",
	"document-kind":           "document-unprintable-error",
	"document-password":       "document-password-error",
	"document-range":          "document-unprintable-error",
	"document-stuck":          "document-unprintable-error",
	"document-too-large":      "document-unprintable-error",
	"document-too-long":       "document-unprintable-error",
	"format-mismatch":         "document-format-error",
	"format-unsupported":      "unsupported-document-format",
}

// lacking is the reason of a job of a direct queue that its printer has no paper or
// no finisher for.
const lacking = "printer-lacks"

// stateOf is what IPP says of a job's state on its queue.
func stateOf(j release.Job, kind release.QueueKind) condition {
	now := conditions[j.State]
	if other, ok := directly[j.State]; ok && kind == release.Direct {
		switch {
		case j.Claim(): // it waits for a station on every queue
		case j.OnHold && !j.HoldEnds.IsZero():
			now = timed
		case j.OnHold:
			now = waiting
		case j.Reason == "": // otherwise it did not get through, and waits for a station
			now = other
		}
	}
	if j.Locked && (j.State == release.Counting || j.State == release.Held) {
		now = conditions[release.Held]
		now.reasons = append(slices.Clone(now.reasons), "job-password-wait")
	}
	if j.State == release.Held && j.Reason == lacking {
		now.reasons = append(slices.Clone(now.reasons), "resources-are-not-ready")
		now.say = neutral[lacking]
	}
	if why, ok := refusals[j.Reason]; ok && j.State == release.Refused {
		now.reasons = append(slices.Clone(now.reasons), why)
		if f := document.Refusal(j.Reason); f.Code == j.Reason {
			now.say = f.Say
		}
	}
	return now
}

// obstacles is the job-state-reasons of what stands in the way of a release, by the
// code of its refusal (PWG 5100.16). They go behind the others: it is held by us,
// not refused.
var obstacles = map[string]string{
	"printing-suspended": "account-closed",
	"agreement-unsigned": "account-closed",
	"not-enough":         "account-limit-reached",
	"not-enough-colour":  "account-limit-reached",
	"account-short":      "account-limit-reached",
	"account-closed":     "account-closed",
	"nothing-left":       "account-limit-reached",
	"account-unknown":    "account-authorization-failed",
	"rule-refused":       "account-authorization-failed",
	"rule-ask":           "job-held-for-authorization",
	"rule-confirm":       "job-held-for-button-press",
}

// stateOf is what this client is told of a job's state. What stands in the way of its
// release is told to the owner in words, to IT by its reason, and to nobody else.
func (c *call) stateOf(j release.Job) condition {
	now := stateOf(j, c.queue.Kind)
	now.say = c.tongue.say(now.say)
	if len(j.Obstacles) == 0 || !c.sees(j) {
		return now
	}
	now.reasons = slices.Clone(now.reasons)
	for _, err := range j.Obstacles {
		if why, ok := obstacles[fault.As(err).Code]; ok {
			now.reasons = append(now.reasons, why)
		}
	}
	if now.say = c.tongue.say("Waiting. Its owner cannot print it just now."); c.mine(j) {
		now.say = c.tongue.tell(fault.As(j.Obstacles[0]))
	}
	return now
}
