package sealed_test

import (
	"bytes"
	"errors"
	"testing"

	"inkwell/internal/sealed"
)

// TestOnlyTheSameKeyOpens, for the same thing, and what was not changed.
func TestOnlyTheSameKeyOpens(t *testing.T) {
	t.Parallel()
	k := sealed.Key{ID: "0a0b0c0d", Secret: bytes.Repeat([]byte{7}, 32)}
	text, err := k.Seal([]byte("canary"), "row:1")
	if err != nil || bytes.Contains(text, []byte("canary")) {
		t.Fatalf("%q, %v", text, err)
	}
	if plain, err := k.Open(text, "row:1"); string(plain) != "canary" || err != nil {
		t.Errorf("%q, %v", plain, err)
	}
	derived, err := k.For("another purpose")
	if err != nil || bytes.Equal(derived.Secret, k.Secret) {
		t.Fatal(err)
	}
	renamed := sealed.Key{ID: "0a0b0c0e", Secret: k.Secret}
	for i := range text {
		bad := bytes.Clone(text)
		bad[i] ^= 1
		if _, err := k.Open(bad, "row:1"); !errors.Is(err, sealed.ErrUnreadable) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	for what, open := range map[string]func() ([]byte, error){
		"another row":     func() ([]byte, error) { return k.Open(text, "row:2") },
		"another purpose": func() ([]byte, error) { return derived.Open(text, "row:1") },
		"another name":    func() ([]byte, error) { return renamed.Open(text, "row:1") },
		"nothing":         func() ([]byte, error) { return k.Open(nil, "row:1") },
	} {
		if _, err := open(); !errors.Is(err, sealed.ErrUnreadable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
