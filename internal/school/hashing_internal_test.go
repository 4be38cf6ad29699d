package school

import (
	"context"
	"errors"
	"testing"
)

// Whoever gives up while others hash has cost nothing.
func TestASenderWhoGivesUpIsNotHashed(t *testing.T) {
	var all []func()
	for range cap(hashing) {
		all = append(all, mustHash())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mayHash(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it may hash: %v", err)
	}
	for _, leave := range all {
		leave()
	}
	if n := len(hashing); n != 0 {
		t.Errorf("%d have not left", n)
	}
}
