package ipp

import (
	"context"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// getSubscriptions carries out Get-Subscriptions (RFC 3995 section 11.2.5): the
// sender's own of the queue or of one job, and for IT everybody's.
func getSubscriptions(ctx context.Context, c *call) (*wire.Message, error) {
	want, err := c.wanted("notify-subscription-id")
	if err != nil {
		return nil, err
	}
	f, err := c.subscriptionFilter()
	if err != nil {
		return nil, err
	}
	all, err := c.Desk.Subscriptions(ctx, c.actor, c.queue, f)
	if err != nil {
		return nil, err
	}
	reply := c.ok()
	for _, s := range all {
		reply.Add(wire.NewGroup(wire.SubscriptionGroup, c.subscriptionAttributes(s, want)...))
	}
	return reply, nil
}

// subscriptionFilter reads notify-job-id, my-subscriptions and limit.
func (c *call) subscriptionFilter() (f release.SubscriptionFilter, err error) {
	job, given, err := wire.Optional(c.op().Int("notify-job-id"))
	switch {
	case err != nil:
		return f, err
	case given && job < 1:
		return f, jobUnknown
	}
	f.Job = jobIDOf(job)
	if f.Mine, _, err = wire.Optional(c.op().Bool("my-subscriptions")); err != nil {
		return f, err
	}
	f.Limit, given, err = wire.Optional(c.op().Int("limit"))
	if err == nil && given && f.Limit < 1 {
		err = refuse(wire.StatusBadRequest, "The limit must be 1 or more.")
	}
	return f, err
}
