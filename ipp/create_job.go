package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// createJob carries out Create-Job (RFC 8011 section 4.2.4). The job waits for one
// Send-Document, and is given up without one.
func createJob(ctx context.Context, c *call) (*wire.Message, error) {
	s, ignored, err := c.submission()
	if err != nil {
		return nil, err
	}
	j, err := c.Desk.Create(ctx, s)
	if err != nil {
		return nil, colourRefused(err, s)
	}
	return c.accepted(j, append(ignored, withheld(j.Touched, s)...)), nil
}
