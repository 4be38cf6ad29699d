package events

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"inkwell/internal/db"
)

// TestTouchWakesThisNodeWithoutRun: a commit rings at once, by nothing but itself.
func TestTouchWakesThisNodeWithoutRun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	mine, other := hub.Subscribe(Person(7), Deliveries), hub.Subscribe(Person(8))

	h.touch(hub, Person(7), Deliveries, Person(7))
	h.rings(mine)
	h.silent(mine)
	h.silent(other)

	mine.Close()
	mine.Close()
	h.touch(hub, Person(7))
	h.silent(mine)
	if len(hub.subscribers) != 1 {
		t.Errorf("topics with subscribers after close: %v", hub.subscribers)
	}
}

func TestTouchOfNothingWritesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.touch(h.hub())
	if n := h.changes(); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestRolledBackWakesNobody: neither here nor at a node that polls.
func TestRolledBackWakesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.hub(), h.hub()
	there.deaf = true
	h.run(there)
	bells := []*Subscription{here.Subscribe(Printer(1)), there.Subscribe(Printer(1))}
	after := there.Subscribe(Printer(2))

	no := errors.New("no")
	if err := h.tryTouch(here, no, Printer(1)); !errors.Is(err, no) {
		t.Fatal(err)
	}
	h.touch(here, Printer(2))
	h.rings(after)
	for _, b := range bells {
		h.silent(b)
	}
}

func TestTouchStaysInItsSchool(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	foreign := addSchool(t, h.db, "Vale School")
	err := h.db.InTx(t.Context(), db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		return h.hub().Touch(ctx, tx, foreign, Person(1))
	})
	if err == nil || h.changes() != 0 {
		t.Errorf("wrote a change of another school: %v", err)
	}
}

// TestSlowSubscriber: one that never reads holds up neither commit nor neighbour.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	slow, quick := hub.Subscribe(Person(1)), hub.Subscribe(Person(1))
	for range 50 {
		h.touch(hub, Person(1))
		h.rings(quick)
	}
	h.rings(slow)
	h.silent(slow)
}

// TestNotification: other nodes hear without any poll, once they listen, and
// listen again after the connection is lost.
func TestNotification(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.hub(), h.hub()
	there.again = time.Millisecond
	h.running(here.announce)
	h.running(there.listen)
	bell := there.Subscribe(Person(1))
	h.touchesUntil(here, bell, Person(1))
	h.loseConnections()
	bell = there.Subscribe(Person(2))
	h.touchesUntil(here, bell, Person(2))
}

// TestPollCoversLostNotifications: no announcement at all, and still within a second.
func TestPollCoversLostNotifications(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	silent, deaf := h.hub(), h.hub()
	deaf.deaf, deaf.every = true, pollEvery
	h.run(deaf)
	bell := deaf.Subscribe(Person(1))
	var waits []time.Duration
	for range 5 {
		start := time.Now()
		h.touch(silent, Person(1))
		h.rings(bell)
		waits = append(waits, time.Since(start))
	}
	slices.Sort(waits)
	if median := waits[len(waits)/2]; median > 10*time.Second {
		t.Errorf("median %v, of %v", median, waits)
	}
}

// TestPollFindsLateCommits: a transaction that began earlier and commits later
// than one already heard of is not skipped, and the other does not ring again.
func TestPollFindsLateCommits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	silent, deaf := h.hub(), h.hub()
	deaf.deaf = true
	h.run(deaf)
	late, early := deaf.Subscribe(Person(1)), deaf.Subscribe(Person(2))

	err := h.db.InTx(t.Context(), db.InSchool(h.school), func(ctx context.Context, tx *db.Tx) error {
		if err := silent.Touch(ctx, tx, h.school, Person(1)); err != nil {
			return err
		}
		h.touch(silent, Person(2))
		h.rings(early)
		h.rounds(deaf, 2)
		h.silent(late)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.rings(late)
	h.rounds(deaf, 2)
	h.silent(early)
	h.silent(late)
}

// TestOneChangeRingsOnce: three ways bring the same news, and memory of it ends.
func TestOneChangeRingsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.run(h.hub()), h.run(h.hub())
	bells := []*Subscription{here.Subscribe(Deliveries), there.Subscribe(Deliveries)}
	h.touch(here, Deliveries)
	for _, b := range bells {
		h.rings(b)
	}
	for _, hub := range []*Hub{here, there} {
		h.rounds(hub, 3)
		h.eventually("forget what was heard", hub, func() bool { return len(hub.heard)+len(hub.unsaid) == 0 })
	}
	for _, b := range bells {
		h.silent(b)
	}
}

// TestRunLivesThroughLostConnections, and ends without leaving anything behind.
func TestRunLivesThroughLostConnections(t *testing.T) {
	h := newHouse(t)
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	here, there := h.hub(), h.hub()
	ended := make(chan error, 2)
	for _, hub := range []*Hub{here, there} {
		go func() { ended <- hub.Run(ctx) }()
	}
	bell := there.Subscribe(Person(1))
	h.touchesUntil(here, bell, Person(1))
	h.loseConnections()
	h.touchesUntil(here, bell, Person(1))

	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	goleak.VerifyNone(t, before)
}

func TestSweepKeepsTwoMinutes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.touch(h.hub(), Person(1), Person(2))
	sweep := func(keep time.Duration) {
		t.Helper()
		if err := deleteOld(t.Context(), h.db, keep); err != nil {
			t.Fatal(err)
		}
	}
	if sweep(keepChanges); h.changes() != 2 {
		t.Errorf("swept what another node may still have to poll")
	}
	err := h.db.InTx(t.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('inkwell.change'))`); err != nil {
			return err
		}
		sweep(-time.Hour)
		return nil
	})
	if err != nil || h.changes() != 2 {
		t.Errorf("swept while another node was at it: %v", err)
	}
	if sweep(-time.Hour); h.changes() != 0 {
		t.Errorf("%d rows left", h.changes())
	}
}

func (h house) changes() (n int) {
	h.Helper()
	err := h.db.InTx(h.Context(), db.System("test"), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM change`).Scan(&n)
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// TestASchoolHearsOfItsOwnAlone: whatever changes there rings once, here and at another node.
func TestASchoolHearsOfItsOwnAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.hub(), h.hub()
	h.run(there)
	bells := []*Subscription{here.Subscribe(School(h.school)), there.Subscribe(School(h.school))}
	other := here.Subscribe(School(h.school + 1))
	h.touch(here, Person(7), Deliveries)
	for _, bell := range bells {
		h.rings(bell)
	}
	h.silent(other)
}
