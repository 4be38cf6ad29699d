package ipp

import (
	"context"

	"inkwell/ipp/wire"
	"inkwell/release"
)

// turn carries out Pause-Printer and Resume-Printer (RFC 8011 sections 4.2.7 and
// 4.2.8), Enable-Printer and Disable-Printer (RFC 3998 section 3.1), for IT, who may say
// why (printer-message-from-operator, RFC 3380).
func turn(to release.Switch) func(context.Context, *call) (*wire.Message, error) {
	return func(ctx context.Context, c *call) (*wire.Message, error) {
		message, err := c.message(printerMessage)
		if err != nil {
			return nil, err
		}
		if err := c.Desk.SwitchSaying(ctx, c.actor, c.queue.ID, to, release.Notice{Message: message}); err != nil {
			return nil, err
		}
		return c.ok(), nil
	}
}
