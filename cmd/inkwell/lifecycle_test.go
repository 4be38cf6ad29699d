package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPartsEndInReverse(t *testing.T) {
	t.Parallel()
	life := newLifecycle(slog.New(slog.DiscardHandler))
	var order []string
	note := func(name string) { order = append(order, name) }
	life.ends("database", func(context.Context) error { note("database"); return nil })
	life.run("desk", func(ctx context.Context) error { <-ctx.Done(); note("desk"); return ctx.Err() })
	life.run("doors", func(ctx context.Context) error { <-ctx.Done(); note("doors"); return nil })
	if err := life.stop(t.Context()); err != nil {
		t.Error(err)
	}
	if want := []string{"doors", "desk", "database"}; !slices.Equal(order, want) {
		t.Errorf("ended %v", order)
	}
	if err := life.stop(t.Context()); err != nil || len(order) != 3 {
		t.Errorf("a second stop ended %v: %v", order, err)
	}
}

func TestAPartThatEndsByItselfIsHeardOf(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk gone")
	for _, cause := range []error{broken, nil} {
		life := newLifecycle(slog.New(slog.DiscardHandler))
		life.run("desk", func(context.Context) error { return cause })
		err := <-life.failed
		if !errors.Is(err, errEarly) || cause != nil && !errors.Is(err, cause) || !strings.Contains(err.Error(), "desk") {
			t.Errorf("%v became %v", cause, err)
		}
	}
}

func TestAPartThatHangsDoesNotHoldUpTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		life := newLifecycle(slog.New(slog.DiscardHandler))
		ended, release := false, make(chan struct{})
		life.ends("database", func(context.Context) error { ended = true; return nil })
		life.run("stuck", func(context.Context) error { <-release; return nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := life.stop(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "stuck") {
			t.Errorf("stop: %v", err)
		}
		if !ended {
			t.Error("the database was left running")
		}
		close(release)
	})
}
