package main

import (
	"testing"

	"inkwell/ipp/ipptest"
)

// The suite of the set operations, as IT, on the hold queue: on one that prints at
// once, a job may be gone before it is changed. What is skipped asks for an attribute
// whose values an administrator defines, and for the time of a message before there
// is one.
func TestConformanceOfSetOperations(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	x := ipptest.NewSuites(t)
	for _, tc := range []struct {
		flag string
		want ipptest.Score
	}{
		{"-C", ipptest.Score{Pass: 22, Skip: 3}},
		{"-L", ipptest.Score{Pass: 23, Skip: 2}},
	} {
		got := x.Run("rfc3380.test", s.queue("it01", "/ipp/print"), "it01", tc.flag)
		if got.Score != tc.want || got.Ended != "" {
			t.Errorf("%s: %+v, want %+v; failed: %q; ended early: %q\n%s", tc.flag, got.Score, tc.want, got.Failed, got.Ended, got.Said)
		}
	}
	acts := rows[string](s, "SELECT string_agg(DISTINCT act, ' ' ORDER BY act) FROM audit WHERE act LIKE 'queue-%' OR act = 'job-remarked'")
	if acts != "job-remarked queue-described queue-paused queue-resumed" {
		t.Errorf("recorded is %q", acts)
	}
}
