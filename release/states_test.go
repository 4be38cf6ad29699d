package release

import (
	"os"
	"strings"
	"testing"
)

// Every pair of states is either a move that docs/job-states.md draws or none.
func TestEveryMoveIsDrawn(t *testing.T) {
	drawn, err := os.ReadFile("../docs/job-states.md")
	if err != nil {
		t.Fatal(err)
	}
	walk(t, string(drawn), jobMoves, []JobState{Receiving, Counting, Held, Released, Done, Cancelled, Expired, Refused})
	walk(t, string(drawn), deliveryMoves, []DeliveryState{Reserved, Sending, Printing, Settled, Void, Unclear})
}

func walk[S ~string](t *testing.T, drawn string, moves map[S][]S, all []S) {
	t.Helper()
	reached := map[S]bool{all[0]: true}
	for _, from := range all {
		for _, to := range all {
			allowed := false
			for _, m := range moves[from] {
				allowed = allowed || m == to
			}
			if line := "    " + string(from) + " --> " + string(to) + "\n"; allowed != strings.Contains(drawn, line) {
				t.Errorf("%s --> %s: allowed %t, drawn %t", from, to, allowed, !allowed)
			}
			reached[to] = reached[to] || allowed
		}
	}
	for _, s := range all {
		if !reached[s] {
			t.Errorf("nothing leads to %s", s)
		}
	}
}

func TestEndedJobsStayEnded(t *testing.T) {
	for _, s := range []JobState{Done, Cancelled, Expired, Refused} {
		if !s.Ended() {
			t.Errorf("%s can move on", s)
		}
	}
	for _, s := range []DeliveryState{Settled, Void} {
		if !s.Ended() {
			t.Errorf("%s can move on", s)
		}
	}
	if Held.Ended() || Unclear.Ended() {
		t.Error("something unfinished counts as ended")
	}
}
