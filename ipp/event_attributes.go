package ipp

import (
	"inkwell/ipp/wire"
	"inkwell/release"
)

// eventAttributes is what one notification says (RFC 3996 section 5.2, tables 3 to 6):
// never whose job it is, or what it is called.
func (c *call) eventAttributes(s release.Subscription, n release.Notification) []wire.Attribute {
	attrs := []wire.Attribute{
		wire.Integer("notify-subscription-id", int(s.ID)),
		wire.Integer("notify-sequence-number", n.Sequence),
		wire.Keyword("notify-subscribed-event", string(s.As(n.Event))),
		wire.Keyword("notify-event", string(n.Event)), // not registered; get-notifications.test of CUPS reads it
		wire.URI("notify-printer-uri", c.printerURI()),
		wire.Charset("notify-charset", s.Charset),
		wire.Language("notify-natural-language", s.Language),
		wire.Octets("notify-user-data", s.UserData),
		wire.Integer("printer-up-time", upTime(n.At)),
		wire.DateTime("printer-current-time", n.At),
	}
	t := tongue(s.Language)
	if n.Job.ID != 0 {
		return append(attrs, c.jobEvent(t, n)...)
	}
	return append(attrs, c.printerEvent(t, n)...)
}

// jobEvent is how a job was right after the event. The suites read notify-job-id,
// the RFC has job-id.
func (c *call) jobEvent(t tongue, n release.Notification) []wire.Attribute {
	now := stateOf(n.Job, c.queue.Kind)
	attrs := []wire.Attribute{
		wire.Text("notify-text", c.printerName()+", "+t.say("Job %d", n.Job.ID)+": "+t.say(now.say)),
		wire.Integer("notify-job-id", int(n.Job.ID)),
		wire.Integer("job-id", int(n.Job.ID)),
		wire.Enum("job-state", now.state),
		wire.Keyword("job-state-reasons", now.reasons...),
	}
	if n.Event == release.EventJobCompleted {
		attrs = append(attrs, wire.Integer("job-impressions-completed", n.Job.Printed))
	}
	return attrs
}

// printerEvent is how the queue was right after the event.
func (c *call) printerEvent(t tongue, n release.Notification) []wire.Attribute {
	state, why, say := wire.PrinterIdle, "none", t.say("Ready to print.")
	if n.Busy {
		state, say = wire.PrinterProcessing, t.say("Printing.")
	}
	if n.Closed {
		say = t.say("Takes no new jobs just now.")
	}
	if n.Paused {
		state, why, say = wire.PrinterStopped, "paused", t.say("Paused by IT. Jobs are kept.")
	}
	return []wire.Attribute{
		wire.Text("notify-text", c.printerName()+": "+say),
		wire.Enum("printer-state", state),
		wire.Keyword("printer-state-reasons", why),
		wire.Boolean("printer-is-accepting-jobs", !n.Closed),
	}
}
