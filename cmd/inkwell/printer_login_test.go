package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"inkwell/internal/sealed"
)

// A printer's password is sealed for that printer and this installation, and each time
// anew.
func TestLoginsAreSealed(t *testing.T) {
	t.Parallel()
	logins := func(seal byte) sealed.Key {
		k := keys{Seal: key{ID: "0a0b0c0d", Secret: bytes.Repeat([]byte{seal}, 32)}}
		made, err := k.forLogins()
		if err != nil || bytes.Equal(made.Secret, k.Seal.Secret) {
			t.Fatalf("the key is %x, %v", made.Secret, err)
		}
		return made
	}
	k := logins(7)
	login, err := sealLogin(k, 3, "inkwell", "canary")
	if err != nil || strings.Contains(string(login), "canary") || strings.Contains(string(login), "inkwell") {
		t.Fatalf("%q, %v", login, err)
	}
	again, err := sealLogin(k, 3, "inkwell", "canary")
	if err != nil || bytes.Equal(again, login) {
		t.Error("sealed twice it looks the same")
	}
	if user, password, err := openLogin(k, 3, login); user != "inkwell" || password != "canary" || err != nil {
		t.Errorf("opened: %q %q, %v", user, password, err)
	}
	if user, password, err := openLogin(k, 3, nil); user != "" || password != "" || err != nil {
		t.Errorf("nothing: %q %q, %v", user, password, err)
	}
	other := k
	other.ID = "0a0b0c0e"
	bad := bytes.Clone(login)
	bad[len(bad)-1] ^= 1
	for name, open := range map[string]func() error{
		"another printer's":      func() error { _, _, err := openLogin(k, 4, login); return err },
		"another installation's": func() error { _, _, err := openLogin(logins(8), 3, login); return err },
		"another key's":          func() error { _, _, err := openLogin(other, 3, login); return err },
		"damaged":                func() error { _, _, err := openLogin(k, 3, bad); return err },
		"cut off":                func() error { _, _, err := openLogin(k, 3, login[:9]); return err },
	} {
		if err := open(); !errors.Is(err, loginUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
