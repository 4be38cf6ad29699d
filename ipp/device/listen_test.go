package device

import (
	"context"
	"errors"
	"testing"
	"time"

	"inkwell/ipp/ipptest"
	"inkwell/ipp/wire"
	"inkwell/release"
)

// hear listens until the test ends; heard gets one for each change.
func hear(t *testing.T, p *Printer) (heard chan struct{}) {
	t.Helper()
	heard = make(chan struct{}, 100)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Listen(ctx, func() { heard <- struct{}{} }) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("listening ended with %v", err)
		}
	})
	return heard
}

func await(t *testing.T, heard chan struct{}, what string) {
	t.Helper()
	select {
	case <-heard:
	case <-time.After(2 * time.Minute):
		t.Fatalf("%s was not heard", what)
	}
}

// A CUPS queue that is stopped and started tells so.
func TestACUPSQueueTells(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	cups := ipptest.CUPS(t)
	cups.AddQueue("library", b.line.URI)
	p, err := New(Options{URI: cups.URI("library")})
	if err != nil {
		t.Fatal(err)
	}
	heard := hear(t, p)
	await(t, heard, "the subscription")
	cups.Program("cupsdisable", "library")
	await(t, heard, "the stop")
	if st, err := p.Status(t.Context()); err != nil || st.State != release.PrinterStopped {
		t.Errorf("%+v, %v", st, err)
	}
	cups.Program("cupsenable", "library")
	await(t, heard, "the start")
}

// A printer without subscriptions says so, and nothing is heard of it.
func TestAPrinterThatTellsNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	never := func() { t.Error("heard something") }
	if err := b.Listen(t.Context(), never); !errors.Is(err, release.ErrRefused) {
		t.Errorf("%v", err)
	}
	b.line.Next(wire.OpCreatePrinterSubscriptions, ipptest.Status(wire.StatusOK)) // and no number
	if err := b.Listen(t.Context(), never); !errors.Is(err, release.ErrRefused) {
		t.Errorf("%v", err)
	}
	b.line.Next(wire.OpCreatePrinterSubscriptions, ipptest.Endless)
	if err := b.Listen(t.Context(), never); err == nil {
		t.Error("an endless answer was taken")
	}
}

func TestLeaseOf(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]time.Duration{0: lease, -1: lease, 60: time.Minute, 1: 4 * time.Second, 86400: lease} {
		if got := leaseOf(wire.Attributes{wire.Integer("notify-lease-duration", n)}); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	if got := leaseOf(nil); got != lease {
		t.Errorf("unsaid: %s", got)
	}
}
