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
	touched, err := c.Desk.Validate(ctx, s)
	if err != nil {
		return nil, colourRefused(err, s)
	}
	reply := c.validated(append(ignored, withheld(touched, s)...))
	return reply, c.wouldSubscribe(ctx, reply, c.wants)
}
