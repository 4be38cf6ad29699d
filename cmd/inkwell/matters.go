package main

import (
	"context"
	"time"

	"inkwell/quota/conduct"
	"inkwell/release"
)

// letters is the way to people by mail: to those who look after printers, and to those who
// are told of matters of safeguarding.
type letters interface {
	release.Post
	conduct.Post
}

// mattersEvery is how often is looked for what nobody has answered or acknowledged.
const mattersEvery = 15 * time.Second

// takeOn takes objections and matters on to the next person in time, and forgets what is kept no
// longer, until ctx ends.
func (m *Main) takeOn(post letters) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(mattersEvery)
		defer tick.Stop()
		var forgot time.Time
		for {
			if err := m.conduct.PassOn(ctx); err != nil && ctx.Err() == nil {
				m.log.Error("pass objections on", "error", err)
			}
			if err := m.conduct.Climb(ctx, post); err != nil && ctx.Err() == nil {
				m.log.Error("take matters on", "error", err)
			}
			if now := time.Now(); now.Sub(forgot) >= conduct.ForgetEvery {
				forgot = now
				if err := m.conduct.Forget(ctx); err != nil && ctx.Err() == nil {
					m.log.Error("forget old flags", "error", err)
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}
