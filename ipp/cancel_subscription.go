package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// cancelSubscription carries out Cancel-Subscription (RFC 3995 section 11.2.7).
func cancelSubscription(ctx context.Context, c *call) (*wire.Message, error) {
	id, err := c.subscriptionID()
	if err != nil {
		return nil, err
	}
	if err := c.Desk.CancelSubscription(ctx, c.actor, c.queue, id); err != nil {
		return nil, err
	}
	return c.ok(), nil
}
