package release

import "testing"

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
