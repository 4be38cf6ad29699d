package release_test

import (
	"testing"
	"time"

	"inkwell/internal/school"
	"inkwell/release"
)

// pass lets time pass, and a sweep look at it.
func (h *house) pass(d time.Duration) {
	h.t.Helper()
	h.clock.Advance(d)
	if err := h.EndHolds(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func heldUntil(name string) func(*release.Submission) {
	return func(s *release.Submission) { s.Hold.Name = name }
}

// A job held until a time is printed then and not before, by the normal way. It is
// nine o'clock on a Tuesday.
func TestHeldUntilATime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evening := time.Date(2026, 11, 17, 18, 0, 0, 0, time.UTC)
	for name, hold := range map[string]release.HoldUntil{
		"evening": {Name: "evening"}, "18:00:00": {Name: "18:00:00"}, "as a time": {Name: "weekend", Time: evening},
	} {
		j := h.submit(h.Sam, 2, directly(h), func(s *release.Submission) { s.Hold = hold })
		if !j.OnHold || !j.HoldEnds.Equal(evening) || j.State != release.Held {
			t.Errorf("%s: %+v", name, j)
		}
		if err := h.Cancel(t.Context(), h.Sam, j.ID); err != nil {
			t.Fatal(err)
		}
	}
	j := h.submit(h.Sam, 4, directly(h), heldUntil("evening"))
	if j.HoldUntil != "evening" {
		t.Errorf("held until %q", j.HoldUntil)
	}
	h.pass(9*time.Hour - time.Second)
	if j = h.job(j.ID); j.State != release.Held || !j.OnHold {
		t.Errorf("before its time: %s, on hold %t", j.State, j.OnHold)
	}
	h.pass(time.Second)
	if j = h.state(j.ID, release.Done); j.OnHold || !j.HoldEnds.IsZero() || j.HoldUntil != "" {
		t.Errorf("%+v", j)
	}
	if n := h.balance(h.Sam); n != 96 {
		t.Errorf("the balance is %d", n)
	}
	h.sound()
}

// A time that has come already holds nothing, and one that is too far ahead is refused.
func TestHeldUntilNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.state(h.submit(h.Sam, 1, directly(h), heldUntil("day-time")).ID, release.Done)
	h.state(h.submit(h.Sam, 1, directly(h), func(s *release.Submission) { s.Hold.Time = tuesday.Add(-time.Hour) }).ID, release.Done)
	s := h.submission(h.Sam)
	s.Queue, s.Hold.Time = h.direct, tuesday.Add(release.MaxHold+time.Second)
	wantFault(t, h.validate(s), "hold-too-long")
	j := h.submit(h.Sam, 1, directly(h), onHold)
	_, err := h.Change(t.Context(), h.Sam, j.ID, release.Change{Hold: &s.Hold})
	wantFault(t, err, "hold-too-long")
	if j = h.change(h.Sam, j.ID, until("day-time")); j.State != release.Released {
		t.Errorf("let go, it is %s", j.State)
	}
}

// A hold can be changed, also to another time, until it has ended.
func TestAHoldIsChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Sam, 1, directly(h), heldUntil("evening"))
	if j = h.change(h.Sam, j.ID, until("12:30:00")); j.HoldUntil != "12:30:00" || j.HoldEnds.Hour() != 12 {
		t.Errorf("%+v", j)
	}
	if j = h.change(h.Sam, j.ID, hold); j.HoldUntil != release.Indefinite || !j.HoldEnds.IsZero() {
		t.Errorf("%+v", j)
	}
	h.pass(12 * time.Hour)
	if j = h.job(j.ID); j.State != release.Held {
		t.Errorf("a job on hold for good is %s", j.State)
	}
	h.change(h.Sam, j.ID, letGo)
	h.state(j.ID, release.Done)
}

// A job is not put off for ever: its week begins when it is sent. Six days later it is
// Monday, and the weekend too far away.
func TestAJobIsNotPutOffForEver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Sam, 1, directly(h), func(s *release.Submission) { s.Hold.Time = tuesday.Add(release.MaxHold) })
	h.pass(6 * 24 * time.Hour)
	for _, hold := range []release.HoldUntil{{Name: "weekend"}, {Time: tuesday.Add(release.MaxHold + time.Second)}} {
		_, err := h.Change(t.Context(), h.Sam, j.ID, release.Change{Hold: &hold})
		wantFault(t, err, "hold-too-long")
	}
	if j = h.change(h.Sam, j.ID, until("evening")); j.HoldUntil != "evening" {
		t.Errorf("%+v", j)
	}
	h.pass(9 * time.Hour)
	h.state(j.ID, release.Done)
}

// On a hold queue no time brings a job to a printer.
func TestNoTimeSparesTheKiosk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Sam, 1, heldUntil("evening"))
	if !j.HoldEnds.IsZero() {
		t.Errorf("%+v", j)
	}
	h.pass(24 * time.Hour)
	if j = h.job(j.ID); j.State != release.Held {
		t.Errorf("it is %s", j.State)
	}
	h.release(h.Sam, j.ID)
	h.state(j.ID, release.Done)
}

// What may not be printed when its time comes waits for a station and says why; it
// has an hour for that, even if the school day is over.
func TestAHoldThatEndsInARefusal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dear := h.submit(h.Mia, 6, directly(h), heldUntil("weekend"))
	barred := h.submit(h.Sam, 1, directly(h), heldUntil("weekend"))
	h.clock.Advance(87*time.Hour - time.Minute) // to midnight of Saturday
	h.suspend(h.Sam)
	h.pass(time.Minute)
	for id, c := range map[release.JobID]struct {
		owner  school.Actor
		reason string
	}{dear.ID: {h.Mia, "not-enough"}, barred.ID: {h.Sam, "printing-suspended"}} {
		j := h.job(id)
		if j.State != release.Held || j.OnHold || j.Reason != c.reason || !j.Expires.Equal(h.clock.Now().Add(time.Hour)) {
			t.Errorf("job %d: %+v", id, j)
		}
	}
	if n := h.pagesOut(); n != 0 {
		t.Errorf("%d pages came out", n)
	}
	h.pass(2 * time.Hour)
	h.state(dear.ID, release.Expired)
	h.sound()
}

// A hold that ends while the queue is paused ends all the same; the end of the pause
// lets the job print.
func TestAHoldThatEndsInAPause(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Sam, 1, directly(h), heldUntil("12:00:00"))
	if err := h.Switch(t.Context(), h.IT, h.direct.ID, release.PauseQueue); err != nil {
		t.Fatal(err)
	}
	h.pass(4 * time.Hour)
	if j = h.job(j.ID); j.State != release.Held || j.OnHold {
		t.Errorf("in the pause: %s, on hold %t", j.State, j.OnHold)
	}
	if err := h.Switch(t.Context(), h.IT, h.direct.ID, release.ResumeQueue); err != nil {
		t.Fatal(err)
	}
	h.state(j.ID, release.Done)
}

// A hold that ended while nothing ran is let go when something does.
func TestAHoldThatEndsBetweenRuns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j := h.submit(h.Sam, 3, directly(h), heldUntil("12:00:00"))
	h.close()
	h.clock.Advance(4 * time.Hour)
	h.open()
	h.state(j.ID, release.Done)
	h.sound()
}
