package main

import (
	"os"
	"runtime"
	"testing"
	"time"

	"inkwell/ipp/wire"
)

// A class signs in at the same moment, none of whom this node remembers, and then once
// more. Cold it cannot be quicker than the hashes are: what is held to is the ratio to
// that floor in the same run, and that nobody is hashed who is remembered. With
// INKWELL_PROVE set it is a class of 200, and the figures are for the machine it has to
// itself.
func TestAClassSignsInAtOnce(t *testing.T) {
	s := serveDemo(t)
	class := 40
	if os.Getenv("INKWELL_PROVE") != "" {
		class = 200
	}
	ask := func(first, last, connections int) heard {
		t.Helper()
		h := traffic{Address: s.ipp, Path: "/ipp/print", Operation: wire.OpValidateJob, Password: demoPassword,
			Connections: connections, Requests: last - first + 1, First: first, Last: last}.run(t)
		if len(h.Times) != last-first+1 {
			t.Fatalf("%d of them were signed in: %v", len(h.Times), h.Refused)
		}
		return h
	}
	one, warmOne := ask(1001, 1008, 1), ask(1001, 1008, 1)
	cold, warm := ask(1, class, class), ask(1, class, class)
	few := ask(1, class, 20)
	hash := (half(one) + half(ask(1009, 1016, 1))) / 2 // before and after, as others use the machine too
	cores := time.Duration(runtime.NumCPU())
	floor := hash * time.Duration(class) * 95 / 100 / cores
	t.Logf("one pupil: cold %s, warm %s (medians of 8); %d cores", hash, half(warmOne), cores)
	t.Logf("%d at once, cold: median %s, p95 %s; the hashes alone take %s, ratio %.2f", class, half(cold), nearlyAll(cold), floor, nearlyAll(cold).Seconds()/floor.Seconds())
	t.Logf("%d at once, warm: median %s, p95 %s; by 20 at a time: median %s, p95 %s", class, half(warm), nearlyAll(warm), half(few), nearlyAll(few))
	if nearlyAll(cold) > 4*floor {
		t.Errorf("the class waits for more than its hashes")
	}
	if 4*warmOne.Times[0] > one.Times[0] || 4*half(warm) > half(cold) {
		t.Errorf("somebody who is remembered is hashed")
	}
}

// half and nearlyAll are the median and the 95th percentile.
func half(h heard) time.Duration      { return h.Times[len(h.Times)/2] }
func nearlyAll(h heard) time.Duration { return h.Times[len(h.Times)*95/100] }
