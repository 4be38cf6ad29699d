package ipp

import (
	"context"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// closeJob carries out Close-Job (PWG 5100.7). A job closes by itself
// with its document; one that is closed without a document has nothing to print and
// is cancelled.
func closeJob(ctx context.Context, c *call) (*wire.Message, error) {
	j, err := c.job(ctx)
	if err != nil {
		return nil, err
	}
	if j.State == release.Receiving {
		if err := c.Desk.Cancel(ctx, c.actor, j.ID); err != nil {
			return nil, err
		}
	}
	return c.ok(), nil
}
