package wire

import (
	"testing"

	"github.com/OpenPrinting/goipp"
)

// Our names and numbers against an independent table of the same registry.
func TestStatusNames(t *testing.T) {
	t.Parallel()
	for s := range Status(0x0600) {
		want := goipp.Status(s).String()
		ours, ok := statusNames[s]
		if ok && ours != want && (s < 0x049c || s > 0x049f) {
			t.Errorf("0x%04x is %s, want %s", uint16(s), ours, want)
		}
		if !ok && s >= 0x0400 && want[0] != '0' {
			t.Errorf("0x%04x %s is missing", uint16(s), want)
		}
	}
	if StatusAccountLimitReached != 0x041e || StatusCUPSAccountLimitReached != 0x049e {
		t.Error("account statuses moved")
	}
	if got := Status(0x04ff).String(); got != "0x04ff" {
		t.Errorf("unregistered: %s", got)
	}
	if !StatusOKConflicting.OK() || StatusBadRequest.OK() || Status(0x0200).OK() {
		t.Error("OK")
	}
}

func TestOpNames(t *testing.T) {
	t.Parallel()
	for op, name := range opNames {
		want := goipp.Op(op).String()
		if op == OpGetUserPrinterAttributes || op == OpGetJobAttributes { // not there, and misspelt there
			continue
		}
		if name != want {
			t.Errorf("0x%04x is %s, want %s", uint16(op), name, want)
		}
	}
	if got := Op(0x7fff).String(); got != "0x7fff" {
		t.Errorf("unlisted: %s", got)
	}
}

func TestJobEnded(t *testing.T) {
	t.Parallel()
	for state := range 12 {
		if JobEnded(state) != (state == JobCanceled || state == JobAborted || state == JobCompleted) {
			t.Errorf("job-state %d", state)
		}
	}
}
