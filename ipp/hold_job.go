package ipp

import (
	"context"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// holdJob carries out Hold-Job (RFC 8011 section 4.3.5), for the owner. A job of a
// hold queue waits already.
func holdJob(ctx context.Context, c *call) (*wire.Message, error) { return c.setHold(ctx, true) }

// setHold changes job-hold-until of the job of the request.
func (c *call) setHold(ctx context.Context, hold bool) (*wire.Message, error) {
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := c.Desk.Change(ctx, c.actor, j.ID, release.Change{Hold: &hold}); err != nil {
		return nil, err
	}
	return c.ok(), nil
}
