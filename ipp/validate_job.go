package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// validateJob carries out Validate-Job (RFC 8011 section 4.2.3): it refuses what
// Print-Job would refuse, and makes no job.
func validateJob(ctx context.Context, c *call) (*wire.Message, error) {
	s, ignored, err := c.submission()
	if err != nil {
		return nil, err
	}
	if err := c.Desk.Validate(ctx, s); err != nil {
		return nil, err
	}
	reply := c.validated(ignored)
	return reply, c.wouldSubscribe(ctx, reply, c.wants)
}
