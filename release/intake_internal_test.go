package release

import (
	"errors"
	"testing"
)

// Counting gives way while jobs flood in, and no longer than that.
func TestAFloodPasses(t *testing.T) {
	t.Parallel()
	var i intake
	second := func(jobs int64) bool {
		i.entered.Add(jobs)
		during := i.flooded()
		_ = i.tick(t.Context())
		return during
	}
	for n, c := range []struct {
		jobs    int64
		flooded bool
	}{{flood, false}, {flood + 1, true}, {0, true}, {0, false}, {10 * flood, true}, {10 * flood, true}, {1, true}, {1, false}} {
		if got := second(c.jobs); got != c.flooded {
			t.Errorf("second %d: flooded %t", n, got)
		}
	}
}

// Who was told before a panic is not told twice, and the others hear of it.
func TestEveryArrivalIsToldOnce(t *testing.T) {
	t.Parallel()
	told, waits := &arrival{done: make(chan struct{})}, &arrival{done: make(chan struct{})}
	finish([]*arrival{told}, nil)
	finish([]*arrival{told, waits}, errors.New("a panic"))
	<-told.done
	<-waits.done
	if told.err != nil || waits.err == nil {
		t.Errorf("told %v and %v", told.err, waits.err)
	}
}
