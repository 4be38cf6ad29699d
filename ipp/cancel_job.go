package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// cancelJob carries out Cancel-Job (RFC 8011 section 4.3.3). A job that is not the
// sender's looks like one that does not exist. Job 0 is the current one: CUPS's lprm
// and cancel name it when they name none.
func cancelJob(ctx context.Context, c *call) (*wire.Message, error) {
	if c.jobID == 0 {
		return cancelCurrentJob(ctx, c)
	}
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	why, err := c.remarked()
	if err != nil {
		return nil, err
	}
	if err := c.Desk.CancelSaying(ctx, c.actor, j.ID, why); err != nil {
		return nil, err
	}
	return c.ok(), nil
}
