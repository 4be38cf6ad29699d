package device

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"inkwell/ipp/ipptest"
)

// listening has a client listen to a printer for as long as do takes, in time that the test has to
// itself. heard is when something was heard; the first is the subscription itself.
func listening(t *testing.T, teller *ipptest.Teller, do func(heard func() []time.Time)) (ended error) {
	t.Helper()
	p, err := New(Options{URI: "ipp://printer.example/ipp/print", Dial: teller.Dial})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	told := make(chan time.Time, 1000)
	done := make(chan error, 1)
	go func() { done <- p.Listen(ctx, func() { told <- time.Now() }) }()
	var all []time.Time
	do(func() []time.Time {
		synctest.Wait()
		for len(told) > 0 {
			all = append(all, <-told)
		}
		return all
	})
	stop()
	ended = <-done
	teller.Wait()
	return ended
}

// Twenty minutes of a printer that gives leases of a minute: each is renewed when half of it is over, none
// runs out, and when we go the subscription goes too.
func TestASubscriptionIsRenewed(t *testing.T) {
	t.Parallel()
	for name, teller := range map[string]*ipptest.Teller{
		"one that answers at once":    {Lease: time.Minute},
		"one that keeps us waiting":   {Lease: time.Minute, Waits: 20 * time.Second},
		"one that keeps us for hours": {Lease: time.Minute, Waits: 3 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := listening(t, teller, func(heard func() []time.Time) {
					time.Sleep(20 * time.Minute)
					if n := len(heard()); n != 1 || !teller.Subscribed() {
						t.Errorf("heard %d times, and subscribed: %t", n, teller.Subscribed())
					}
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v", err)
				}
				last := began
				renewed := teller.Renewed()
				for _, at := range renewed {
					if between := at.Sub(last); between < 25*time.Second || between >= time.Minute {
						t.Errorf("%s between two renewals", between)
					}
					last = at
				}
				if n := len(renewed); n < 20 || n > 44 {
					t.Errorf("%d renewals in twenty minutes", n)
				}
				if teller.Subscribed() {
					t.Error("the subscription is left behind")
				}
			})
		})
	}
}

// What changes is heard within two seconds, from a printer that keeps us waiting and from one
// that does not, and each change once.
func TestAChangeIsHeardWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	for name, teller := range map[string]*ipptest.Teller{"at once": {Lease: time.Minute}, "waiting": {Lease: time.Minute, Waits: time.Hour}, "for ever": {Waits: 30 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_ = listening(t, teller, func(heard func() []time.Time) {
					for n, after := range []time.Duration{3 * time.Second, 1700 * time.Millisecond, time.Millisecond, 41 * time.Second, 11 * time.Minute} {
						time.Sleep(after)
						before := len(heard())
						told := time.Now()
						teller.Tell()
						time.Sleep(leastRead)
						all := heard()
						if len(all) != before+1 {
							t.Fatalf("change %d was heard %d times", n, len(all)-before)
						}
						if late := all[before].Sub(told); late > leastRead {
							t.Errorf("change %d was heard after %s", n, late)
						}
					}
				})
			})
		})
	}
}

// A printer that has let the subscription go, as after a restart, ends the listening: the desk
// begins anew.
func TestASubscriptionThatIsGoneEndsTheListening(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		teller := &ipptest.Teller{Lease: time.Minute}
		err := listening(t, teller, func(func() []time.Time) {
			time.Sleep(10 * time.Second)
			teller.Forget()
			time.Sleep(2 * leastRead)
		})
		if err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("it went on: %v", err)
		}
	})
}
