package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// cancelJob carries out Cancel-Job (RFC 8011 section 4.3.3). A job that is not the
// sender's looks like one that does not exist.
func cancelJob(ctx context.Context, c *call) (*wire.Message, error) {
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.Desk.Cancel(ctx, c.actor, j.ID); err != nil {
		return nil, err
	}
	return c.ok(), nil
}
