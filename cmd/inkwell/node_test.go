package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"sync"
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

// A berth that was left is free at once, whatever programs are being started at that moment.
func TestALeftBerthIsFree(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	var starts sync.WaitGroup
	for range 4 {
		starts.Go(func() {
			for ctx.Err() == nil {
				_ = exec.CommandContext(ctx, "true").Run()
			}
		})
	}
	dir := t.TempDir()
	for run := range 300 {
		b, err := takeBerth(dir)
		if err != nil {
			t.Fatal(err)
		}
		if b.held == nil {
			t.Errorf("held after run %d", run)
			break
		}
		if err := b.leave(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	starts.Wait()
}
