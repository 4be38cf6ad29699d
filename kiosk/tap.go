package kiosk

import (
	"context"
	"time"

	"inkwell/internal/fault"
	"inkwell/release"
)

// tapKept is how long the answer to a tap is good for a page that has lost its connection. It keeps
// the tap itself for less.
const tapKept = 30 * time.Second

// reader is where badges are held to: a station's own screen, or a browser that is paired with it.
type reader struct {
	slug   string
	device release.DeviceID // 0 on this machine
}

// tapped is a tap and, once done is closed, what came of it.
type tapped struct {
	id    string
	badge uint64 // hash of the badge
	until time.Time
	done  chan struct{}
	came  SignedIn
}

// carryOut makes a call. A tap that a page sends again under the same number, over another connection,
// because it never saw the answer, is not made again: it is given the answer to the first.
func (l *line) carryOut(ctx context.Context, e Effect) Input {
	in, ok := e.(SignIn)
	if !ok || in.Tap == "" {
		return e.run(ctx, l.k.desk, l.slug)
	}
	for {
		t, first := l.k.tapped(reader{l.slug, l.device.ID}, in)
		if first {
			t.came, _ = in.run(ctx, l.k.desk, l.slug).(SignedIn)
			close(t.done)
			time.AfterFunc(tapKept, func() { l.k.forget(reader{l.slug, l.device.ID}, t) })
			return t.came
		}
		select {
		case <-t.done:
		case <-ctx.Done():
			return SignedIn{Turn: in.Turn, Err: ctx.Err()}
		}
		if t.counted() {
			return SignedIn{Turn: in.Turn, Visitor: t.came.Visitor, Err: t.came.Err}
		}
		l.k.forget(reader{l.slug, l.device.ID}, t)
	}
}

// counted says whether a tap has come to its end: somebody is let in, or it counts as a wrong one.
// Everything else may be tried again.
func (t *tapped) counted() bool {
	return t.came.Err == nil || fault.KindOf(t.came.Err) == fault.Unauthenticated
}

// tapped is the tap that was made already under this number at a reader, or, first, this one.
func (k *Kiosk) tapped(at reader, in SignIn) (t *tapped, first bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, badge := k.clock(), k.digestBadge(in.Key.Badge)
	if t = k.taps[at]; t != nil && t.id == in.Tap && t.badge == badge && now.Before(t.until) {
		return t, false
	}
	t = &tapped{id: in.Tap, badge: badge, until: now.Add(tapKept), done: make(chan struct{})}
	k.taps[at] = t
	return t, true
}

// forget has a tap that came to nothing be made anew.
func (k *Kiosk) forget(at reader, t *tapped) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.taps[at] == t {
		delete(k.taps, at)
	}
}
