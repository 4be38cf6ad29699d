package ipp

import (
	"slices"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// subscriptionID is the number of the subscription that the request is about.
func (c *call) subscriptionID() (release.SubscriptionID, error) {
	n, err := c.op().Int("notify-subscription-id")
	return subscriptionIDOf(n), err
}

// Integers of IPP have 32 bits, as the numbers of jobs and subscriptions.
func subscriptionIDOf(n int) release.SubscriptionID { return release.SubscriptionID(n) } // #nosec G115 -- 32 bits on the wire
func jobIDOf(n int) release.JobID                   { return release.JobID(n) }          // #nosec G115 -- 32 bits on the wire

// subscriptionAttributes is what is wanted of a subscription (RFC 3995 sections 5.3
// and 5.4). One of a job has no lease.
func (c *call) subscriptionAttributes(s release.Subscription, want wire.Requested) []wire.Attribute {
	template := []wire.Attribute{
		wire.Keyword("notify-pull-method", pullMethod),
		wire.Keyword("notify-events", keywords(s.Events)...),
		wire.Charset("notify-charset", s.Charset),
		wire.Language("notify-natural-language", s.Language),
	}
	if len(s.UserData) > 0 {
		template = append(template, wire.Octets("notify-user-data", s.UserData))
	}
	description := []wire.Attribute{
		wire.Integer("notify-subscription-id", int(s.ID)),
		wire.Integer("notify-sequence-number", s.Sequence),
		wire.URI("notify-printer-uri", c.printerURI()),
		wire.Name("notify-subscriber-user-name", s.Subscriber),
	}
	if s.Job != 0 {
		description = append(description, wire.Integer("notify-job-id", int(s.Job)))
	} else {
		template = append(template, wire.Integer("notify-lease-duration", seconds(s.Lease)))
		description = append(description,
			wire.Integer("notify-lease-expiration-time", upTime(s.Expires)),
			wire.Integer("notify-printer-up-time", upTime(c.Clock())))
	}
	return slices.Concat(want.Pick("subscription-template", template), want.Pick("subscription-description", description))
}
