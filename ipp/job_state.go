package ipp

import (
	"inkwell/ipp/wire"
	"inkwell/release"
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

// refusals is what is told of a refused job beside aborted-by-system, by the code
// of the refusal (PWG 5100.13 section 7.2).
var refusals = map[string]condition{
	"document-broken-off": {reasons: []string{"submission-interrupted"}, say: "The document did not arrive whole. Please print it again."},
	"document-damaged":    {reasons: []string{"document-format-error"}, say: "This PDF is damaged. Please open it, print it to PDF, and send that file."},
	"document-empty":      {reasons: []string{"document-format-error"}, say: "There is nothing in this document to print."},
	"document-password":   {reasons: []string{"document-password-error"}, say: "This PDF is locked with a password. Please print a copy without one."},
	"document-range":      {reasons: []string{"document-unprintable-error"}, say: "This document does not have those pages."},
	"document-stuck":      {reasons: []string{"document-unprintable-error"}, say: "This PDF is too complicated for us to read."},
	"document-too-large":  {reasons: []string{"document-unprintable-error"}, say: "This document is too large. Please print fewer pages at a time."},
	"document-too-long":   {reasons: []string{"document-unprintable-error"}, say: "This document has too many pages. Please print fewer at a time."},
	"format-mismatch":     {reasons: []string{"document-format-error"}, say: "This document is not what it was sent as. Please send a PDF file."},
	"format-unsupported":  {reasons: []string{"unsupported-document-format"}, say: "We can print PDF files only."},
}

// stateOf is what IPP says of a job's state on its queue.
func stateOf(j release.Job, kind release.QueueKind) condition {
	now := conditions[j.State]
	if other, ok := directly[j.State]; ok && kind == release.Direct {
		now = other
	}
	if why, ok := refusals[j.Reason]; ok && j.State == release.Refused {
		now.reasons = append([]string{"aborted-by-system"}, why.reasons...)
		now.say = why.say
	}
	return now
}
