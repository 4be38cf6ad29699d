package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// lifecycle holds what runs, and ends it in the reverse order of its beginning.
type lifecycle struct {
	log    *slog.Logger
	stops  []stop
	failed chan error // a part that ended by itself; room for every part
}

type stop struct {
	name string
	end  func(context.Context) error
}

// parts is more than there will ever be.
const parts = 32

func newLifecycle(log *slog.Logger) *lifecycle {
	return &lifecycle{log: log, failed: make(chan error, parts)}
}

// ends adds what a part does to end.
func (l *lifecycle) ends(name string, end func(context.Context) error) {
	l.stops = append(l.stops, stop{name, end})
}

// run starts a part that works until its context ends. If it ends sooner, the
// program cannot go on.
func (l *lifecycle) run(name string, part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		err := part(ctx)
		if ctx.Err() == nil {
			l.failed <- fmt.Errorf("%s ended: %w", name, errors.Join(err, errEarly))
		} else if errors.Is(err, context.Canceled) {
			err = nil
		}
		done <- err
	}()
	l.ends(name, func(stopping context.Context) error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-stopping.Done():
			return stopping.Err()
		}
	})
}

var errEarly = errors.New("it should have run until the end")

// stop ends everything, the latest first, each within what is left of the time.
// What does not end in time is left behind, and the rest is ended all the same.
func (l *lifecycle) stop(ctx context.Context) error {
	var all error
	for len(l.stops) > 0 {
		last := l.stops[len(l.stops)-1]
		l.stops = l.stops[:len(l.stops)-1]
		began := time.Now()
		if err := last.end(ctx); err != nil {
			all = errors.Join(all, fmt.Errorf("stop %s: %w", last.name, err))
		}
		l.log.Debug("stopped", "part", last.name, "took", time.Since(began).Round(time.Millisecond))
	}
	return all
}
