package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// getPrinterSupportedValues carries out Get-Printer-Supported-Values (RFC 3380
// section 4.3): the values that Set-Printer-Attributes takes. All that it sets is free
// text, of which there is no list.
func getPrinterSupportedValues(_ context.Context, c *call) (*wire.Message, error) {
	reply := c.ok()
	reply.Add(wire.NewGroup(wire.PrinterGroup))
	return reply, nil
}
