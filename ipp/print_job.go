package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// printJob carries out Print-Job (RFC 8011 section 4.2.1). The document goes to
// the desk as it arrives.
func printJob(ctx context.Context, c *call) (*wire.Message, error) {
	s, ignored, err := c.submission()
	if err != nil {
		return nil, err
	}
	there, err := c.hasDocument()
	if err != nil {
		return nil, brokenOff.Because(err)
	}
	if !there {
		return nil, noDocument
	}
	j, err := c.Desk.Print(ctx, s, c.body())
	if err != nil {
		return nil, colourRefused(err, s)
	}
	return c.accepted(j, append(ignored, withheld(j.Touched, s)...)), nil
}
