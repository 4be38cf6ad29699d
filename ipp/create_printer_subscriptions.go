package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// createPrinterSubscriptions carries out Create-Printer-Subscriptions (RFC 3995
// section 11.1.2), for any sender: what a person hears by it is of their own jobs.
func createPrinterSubscriptions(ctx context.Context, c *call) (*wire.Message, error) {
	reply, err := c.subscribe(ctx, 0)
	if err == nil && c.op().Has("notify-job-id") {
		reply.AddUnsupported(wire.Unsupported("notify-job-id"))
	}
	return reply, err
}
