package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// getSubscriptionAttributes carries out Get-Subscription-Attributes (RFC 3995 section
// 11.2.4). A foreign subscription looks like one that does not exist.
func getSubscriptionAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	want, err := c.wanted("all")
	if err != nil {
		return nil, err
	}
	id, err := c.subscriptionID()
	if err != nil {
		return nil, err
	}
	s, err := c.Desk.Subscription(ctx, c.actor, c.queue, id)
	if err != nil {
		return nil, err
	}
	reply := c.ok()
	reply.Add(wire.NewGroup(wire.SubscriptionGroup, c.subscriptionAttributes(s, want)...))
	return reply, nil
}
