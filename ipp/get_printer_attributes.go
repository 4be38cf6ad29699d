package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// getPrinterAttributes carries out Get-Printer-Attributes (RFC 8011 section 4.2.5).
// It is never challenged, and tells everyone the same, but for the addresses that a
// device of a group may use beside its own. Get-User-Printer-Attributes
// (PWG 5100.11) is the same for a sender who has signed in.
func getPrinterAttributes(ctx context.Context, c *call) (*wire.Message, error) {
	if _, err := c.format(); err != nil {
		return nil, err
	}
	want, err := c.wanted("all")
	if err != nil {
		return nil, err
	}
	g, err := c.printerGroup(ctx, want)
	if err != nil {
		return nil, err
	}
	reply := c.ok()
	reply.Add(g)
	return reply, nil
}

// printerGroup is what is wanted of the call's queue.
func (c *call) printerGroup(ctx context.Context, want wire.Requested) (wire.Group, error) {
	g := wire.NewGroup(wire.PrinterGroup)
	queued, err := c.Desk.Queued(ctx, c.queue)
	if err != nil {
		return g, err
	}
	if err := c.around(ctx, want); err != nil {
		return g, err
	}
	g.Add(want.Pick("printer-description", c.description(queued))...)
	if c.cups {
		g.Add(want.Pick("printer-description", c.cupsAbout())...)
	}
	g.Add(want.Pick("job-template", c.model.template)...)
	g.Add(c.notifyAttributes(want)...)
	if want["media-col-database"] {
		g.Add(c.model.database)
	}
	return g, nil
}
