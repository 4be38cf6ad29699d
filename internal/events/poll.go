package events

import (
	"context"
	"time"
)

const (
	pollEvery   = 500 * time.Millisecond
	pollLimit   = 5 * time.Second // a poll that takes longer is broken off and tried again
	sweepEvery  = 30 * time.Second
	keepChanges = 2 * time.Minute
)

// poll looks for rows that no announcement told of. Rows become visible in the
// order of commits, not of their numbers; so each round reads again from the
// oldest transaction that was still open at the round before, and heard keeps
// that from waking anyone twice.
func (h *Hub) poll(ctx context.Context) {
	var from uint64
	var away bool
	for Pause(ctx, h.every) {
		bound, err := h.pollOnce(ctx, from)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			from = bound
		}
		if (err != nil) != away {
			away = err != nil
			h.log.Info("poll of changes", "away", away, "error", err)
		}
	}
}

// pollOnce hears every row from transaction from on and returns where the next
// round starts.
func (h *Hub) pollOnce(ctx context.Context, from uint64) (bound uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, pollLimit)
	defer cancel()
	h.mu.Lock()
	h.round++
	round := h.round
	h.mu.Unlock()
	bound, changes, err := changesFrom(ctx, h.db, from)
	if err != nil {
		return 0, err
	}
	h.hear(changes)
	h.forget(round)
	return bound, nil
}

// forget drops what was last met before the round: it was committed before the
// round read, so a later round that does not see it never will.
func (h *Hub) forget(round int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, met := range h.heard {
		if met < round {
			delete(h.heard, id)
		}
	}
}

// sweep removes rows that every node has polled long ago; one node does it at a time.
func (h *Hub) sweep(ctx context.Context) {
	for Pause(ctx, sweepEvery) {
		if err := deleteOld(ctx, h.db, keepChanges); err != nil && ctx.Err() == nil {
			h.log.Debug("sweep of changes", "error", err)
		}
	}
}
