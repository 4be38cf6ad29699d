package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// A printer's password is sealed for that printer and this installation, and each time
// anew.
func TestLoginsAreSealed(t *testing.T) {
	t.Parallel()
	logins := func(seal byte) key {
		k := keys{Seal: key{ID: "0a0b0c0d", Secret: bytes.Repeat([]byte{seal}, 32)}}
		made, err := k.forLogins()
		if err != nil || bytes.Equal(made.Secret, k.Seal.Secret) {
			t.Fatalf("the key is %x, %v", made.Secret, err)
		}
		return made
	}
	k := logins(7)
	sealed, err := sealLogin(k, 3, "inkwell", "canary")
	if err != nil || strings.Contains(string(sealed), "canary") || strings.Contains(string(sealed), "inkwell") {
		t.Fatalf("%q, %v", sealed, err)
	}
	again, err := sealLogin(k, 3, "inkwell", "canary")
	if err != nil || bytes.Equal(again, sealed) {
		t.Error("sealed twice it looks the same")
	}
	if user, password, err := openLogin(k, 3, sealed); user != "inkwell" || password != "canary" || err != nil {
		t.Errorf("opened: %q %q, %v", user, password, err)
	}
	if user, password, err := openLogin(k, 3, nil); user != "" || password != "" || err != nil {
		t.Errorf("nothing: %q %q, %v", user, password, err)
	}
	other := k
	other.ID = "0a0b0c0e"
	bad := bytes.Clone(sealed)
	bad[len(bad)-1] ^= 1
	for name, open := range map[string]func() error{
		"another printer's":      func() error { _, _, err := openLogin(k, 4, sealed); return err },
		"another installation's": func() error { _, _, err := openLogin(logins(8), 3, sealed); return err },
		"another key's":          func() error { _, _, err := openLogin(other, 3, sealed); return err },
		"damaged":                func() error { _, _, err := openLogin(k, 3, bad); return err },
		"cut off":                func() error { _, _, err := openLogin(k, 3, sealed[:9]); return err },
	} {
		if err := open(); !errors.Is(err, loginUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
