package events

import (
	"context"
	"fmt"
)

// listen hears other nodes' announcements on a connection of its own, and finds
// a new one when that is lost. What is said in between is the poll's to find.
func (h *Hub) listen(ctx context.Context) {
	for {
		err := h.listenOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		h.log.Debug("listening interrupted", "error", err)
		if !Pause(ctx, h.again) {
			return
		}
	}
}

func (h *Hub) listenOnce(ctx context.Context) error {
	conn, err := h.db.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take connection: %w", err)
	}
	defer conn.Release()
	// A connection that listens must not go back to the pool.
	defer func() { _ = conn.Conn().Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		n, err := conn.Conn().WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for notification: %w", err)
		}
		h.hear(readPayload(n.Payload))
	}
}
