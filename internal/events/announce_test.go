package events

import (
	"slices"
	"strings"
	"testing"
)

func TestPayloadsComeBack(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 400, 5000} {
		var sent, got []change
		for i := range n {
			sent = append(sent, change{int64(i) * 1e9, Person(int64(i) * 1e12), 7})
		}
		for _, p := range payloads(sent) {
			if len(p) >= 8000 {
				t.Errorf("%d changes: a payload of %d bytes", n, len(p))
			}
			got = append(got, readPayload(p)...)
		}
		if !slices.Equal(sent, got) {
			t.Errorf("%d changes: got back %d", n, len(got))
		}
	}
}

func TestReadPayloadLeavesOutStrangers(t *testing.T) {
	t.Parallel()
	got := readPayload("x " + strings.Repeat("9", 40) + "/person:1 / 5/ 7 /y 8/printer:3 9/printer:3/x 12/printer:3/1  13/deliveries/2")
	if want := []change{{12, "printer:3", 1}, {13, "deliveries", 2}}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// TestBacklogIsBounded: with nobody to announce, the rest is left to the poll.
func TestBacklogIsBounded(t *testing.T) {
	t.Parallel()
	h := New(nil, nil)
	for range 3 {
		h.say(make([]change, backlog/2))
	}
	if len(h.unsaid) != backlog {
		t.Errorf("%d wait", len(h.unsaid))
	}
}
