package ipp

import (
	"fmt"
	"slices"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// jobIdentity is what every answer about a job says of it, and all that the answer
// to a submission says (RFC 8011 section 4.2.1.2).
func (c *call) jobIdentity(j release.Job) []wire.Attribute {
	now := c.stateOf(j)
	return []wire.Attribute{
		wire.Integer("job-id", int(j.ID)),
		wire.URI("job-uri", c.jobURI(j.ID)),
		wire.Enum("job-state", now.state),
		wire.Keyword("job-state-reasons", now.reasons...),
		wire.Text("job-state-message", now.say),
	}
}

// jobAttributes is what is wanted of a job, as far as the sender may know it.
func (c *call) jobAttributes(j release.Job, want wire.Requested) []wire.Attribute {
	return slices.Concat(
		want.Pick("job-description", c.jobIdentity(j)),
		want.Pick("job-description", c.jobOwner(j)),
		want.Pick("job-description", c.jobProgress(j)),
		want.Pick("job-description", c.jobTimes(j)),
		want.Pick("job-template", append(c.showTicket(j.Ticket), c.showHold(j)...)),
		want.Pick("job-template", c.showAccount(j)),
	)
}

// jobOwner says whose job it is and what it is called, to those who may know.
// job-originating-user-name is who was proven, never what the client said.
func (c *call) jobOwner(j release.Job) []wire.Attribute {
	if !c.sees(j) {
		return nil
	}
	title := j.Title
	if title == "" || !c.mine(j) {
		title = c.tongue.say("Job %d", j.ID)
	}
	return []wire.Attribute{
		wire.Name("job-name", title),
		wire.Name("job-originating-user-name", j.Owner),
		wire.Text(jobMessage, j.Message),
	}
}

// jobProgress is what the job is made of and what has come out.
func (c *call) jobProgress(j release.Job) []wire.Attribute {
	return []wire.Attribute{
		wire.URI("job-printer-uri", c.printerURI()),
		wire.URI("job-uuid", c.uuid(fmt.Sprintf("job %d", j.ID))),
		wire.Integer("number-of-documents", documents(j)),
		wire.Integer("job-k-octets", int((j.Bytes+1023)/1024)),
		counted("job-impressions", j.Impressions),
		counted("job-media-sheets", j.Sheets),
		wire.Integer("job-impressions-completed", j.Printed),
		wire.Integer("job-media-sheets-completed", sheetsOut(j)),
	}
}

// documents is how many documents have arrived.
func documents(j release.Job) int {
	if j.Received.IsZero() {
		return 0
	}
	return 1
}

// counted is a number that is not known before the document is counted.
func counted(name string, n int) wire.Attribute {
	if n == 0 {
		return wire.NoValue(name)
	}
	return wire.Integer(name, n)
}

// sheetsOut is the sheets of the impressions that have come out, rounded up. What
// printers report of sheets is not kept.
func sheetsOut(j release.Job) int {
	if j.Impressions == 0 {
		return 0
	}
	return (j.Sheets*j.Printed + j.Impressions - 1) / j.Impressions
}

// jobTimes is when what happened to the job, on the clock of printer-up-time. When
// it went to a printer is not kept with it, so that has no value.
func (c *call) jobTimes(j release.Job) []wire.Attribute {
	return slices.Concat(
		[]wire.Attribute{wire.Integer("job-printer-up-time", upTime(c.Clock()))},
		timeAt("creation", j.Submitted),
		timeAt("processing", time.Time{}),
		timeAt("completed", j.Ended),
	)
}

// timeAt is both forms of a moment, without a value before it has come.
func timeAt(event string, t time.Time) []wire.Attribute {
	if t.IsZero() {
		return []wire.Attribute{wire.NoValue("time-at-" + event), wire.NoValue("date-time-at-" + event)}
	}
	return []wire.Attribute{wire.Integer("time-at-"+event, upTime(t)), wire.DateTime("date-time-at-"+event, t)}
}
