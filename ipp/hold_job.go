package ipp

import (
	"context"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// holdJob carries out Hold-Job (RFC 8011 section 4.3.5), for the owner: until its
// job-hold-until, or else until the owner releases it. A job of a hold queue waits
// already.
func holdJob(ctx context.Context, c *call) (*wire.Message, error) {
	h, given, ok := holdOf(c.op())
	switch {
	case !given:
		h.Name = release.Indefinite
	case !ok:
		a, _ := c.op().Find(holdUntil)
		return nil, c.cannotSet([]wire.Attribute{a})
	}
	return c.setHold(ctx, h)
}

// setHold changes the hold of the job of the request.
func (c *call) setHold(ctx context.Context, h release.HoldUntil) (*wire.Message, error) {
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	why, err := c.remarked()
	if err != nil {
		return nil, err
	}
	if _, err := c.Desk.Change(ctx, c.actor, j.ID, release.Change{Hold: &h, Remark: why}); err != nil {
		return nil, err
	}
	return c.ok(), nil
}
