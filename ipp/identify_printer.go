package ipp

import (
	"context"

	"inkwell/ipp/wire"
)

// identifyActions is identify-actions-supported. A queue has no lamp: it shows
// itself in the server's log, where IT looks for it.
var identifyActions = []string{"display"}

// identifyPrinter carries out Identify-Printer (PWG 5100.13).
func identifyPrinter(_ context.Context, c *call) (*wire.Message, error) {
	c.Log.Info("identify printer", "queue", c.queue.ID, "person", c.actor.Person)
	return c.ok(), nil
}
