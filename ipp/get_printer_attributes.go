package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// getPrinterAttributes carries out Get-Printer-Attributes (RFC 8011 section 4.2.5).
// It is never challenged, and tells everyone the same.
func getPrinterAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	if _, err := c.format(); err != nil {
		return nil, err
	}
	want, err := c.wanted("all")
	if err != nil {
		return nil, err
	}
	queued, err := c.Desk.Queued(ctx, c.queue)
	if err != nil {
		return nil, err
	}
	g := wire.NewGroup(wire.PrinterGroup)
	g.Add(want.pick("printer-description", c.description(queued))...)
	for _, o := range c.template {
		g.Add(want.pick("job-template", o.about(c.queue))...)
	}
	if want["media-col-database"] {
		g.Add(mediaColDatabase())
	}
	reply := c.ok()
	reply.Add(g)
	return reply, nil
}
