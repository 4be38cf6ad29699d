package quota_test

import (
	"testing"

	"pgregory.net/rapid"

	"inkwell/quota"
)

// TestAShareIsNeverMoreThanThePrice and is something of what cost something.
func TestAShareIsNeverMoreThanThePrice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		paid, of := rapid.Int64Range(0, 1_000_000).Draw(t, "paid"), rapid.IntRange(1, 5000).Draw(t, "of")
		some := rapid.IntRange(0, of).Draw(t, "some")
		got := quota.Back(paid, some, of)
		if got < 0 || got > paid || some == of && got != paid || (got > 0) != (paid > 0 && some > 0) {
			t.Fatalf("%d of %d cost %d of %d", some, of, got, paid)
		}
	})
}
