package main

import (
	"fmt"
	"slices"
	"testing"
)

// Who takes a data folder's berth knows the runs before, as long as no other holds it.
func TestABerthNamesTheRunsThatEnded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
	for run := range 12 {
		b, err := takeBerth(dir)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for before := max(0, run-pastRuns); before < run; before++ {
			want = append(want, name(before))
		}
		if !slices.Equal(b.past, want) {
			t.Errorf("run %d knows %v, want %v", run, b.past, want)
		}
		if err := b.enter(name(run)); err != nil {
			t.Fatal(err)
		}
		other, err := takeBerth(dir)
		if err != nil || other.past != nil || other.enter(name(99)) != nil {
			t.Errorf("beside run %d another knows %v, %v", run, other.past, err)
		}
		if err := b.leave(); err != nil {
			t.Fatal(err)
		}
	}
}
