package signin

import (
	"strings"
	"testing"
	"time"
)

// TestCodesOfTheStandard: RFC 6238, appendix B, of which apps show the last six digits.
func TestCodesOfTheStandard(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := codeAt(secret, stepAt(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

// TestACodeIsForItsMinute: one step on either side of now, and never the same one twice.
func TestACodeIsForItsMinute(t *testing.T) {
	t.Parallel()
	secret, now := []byte("12345678901234567890"), time.Unix(1_800_000_000, 0)
	for off := int64(-3); off <= 3; off++ {
		at := stepAt(now) + off
		got := stepOf(secret, codeAt(secret, at), now, 0)
		if near := off >= -1 && off <= 1; (got == at) != near {
			t.Errorf("a code %d steps away is of step %d", off, got-stepAt(now))
		}
		if stepOf(secret, codeAt(secret, at), now, at) != 0 {
			t.Errorf("a code %d steps away is taken twice", off)
		}
	}
	for _, wrong := range []string{"", "0", "000000", "1234567", strings.Repeat("9", 400)} {
		if stepOf(secret, wrong, now, 0) != 0 {
			t.Errorf("%q is taken", wrong)
		}
	}
}
