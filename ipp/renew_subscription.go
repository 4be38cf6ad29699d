package ipp

import (
	"context"
	"time"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// renewSubscription carries out Renew-Subscription (RFC 3995 section 11.2.6). The
// lease is read among the operation attributes too, where rfc3995-3996.test puts it.
func renewSubscription(ctx context.Context, c *call) (*wire.Message, error) {
	id, err := c.subscriptionID()
	if err != nil {
		return nil, err
	}
	given := c.req.First(wire.SubscriptionGroup)
	if !given.Has("notify-lease-duration") {
		given = c.op()
	}
	asked, ok, err := wire.Optional(given.Int("notify-lease-duration"))
	if err != nil {
		return nil, err
	}
	lease := release.LeaseDefault
	if ok {
		lease = release.Grant(time.Duration(asked) * time.Second)
	}
	if err := c.Desk.RenewSubscription(ctx, c.actor, c.queue, id, lease); err != nil {
		return nil, err
	}
	reply := c.ok()
	if ok && seconds(lease) != asked {
		reply.Code = uint16(wire.StatusOKIgnoredOrSubstituted)
	}
	reply.Add(wire.NewGroup(wire.SubscriptionGroup, wire.Integer("notify-lease-duration", seconds(lease))))
	return reply, nil
}
