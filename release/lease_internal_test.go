package release

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestALeaseThatLapsedIsAnother: a process that was stopped, and whose heartbeat is the first
// to go on, does not take for its own what others may have taken meanwhile.
func TestALeaseThatLapsedIsAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l lease
		took := func() error { return nil }
		renew := func() {
			if err := l.renew(took); err != nil {
				t.Fatal(err)
			}
		}
		renew()
		term := l.term()
		for range 10 {
			time.Sleep(beatEvery)
			renew()
		}
		time.Sleep(nodeExpires - time.Millisecond)
		if !l.holds(term) {
			t.Error("it is lost while the node beats")
		}
		time.Sleep(time.Millisecond)
		if l.holds(term) {
			t.Error("it holds though others take the node for dead")
		}
		renew()
		if l.holds(term) || !l.holds(l.term()) {
			t.Error("a heartbeat that came too late has given it back")
		}
		time.Sleep(beatEvery)
		slow := func() error { time.Sleep(nodeExpires); return nil }
		term = l.term()
		if err := l.renew(slow); err != nil || l.holds(term) {
			t.Errorf("a heartbeat that took too long has kept it, %v", err)
		}
	})
}
