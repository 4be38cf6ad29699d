package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"inkwell/internal/fault"
)

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	first, err := openKeys(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for name, k := range first.files() {
		if len(k.Secret) != 32 || len(k.ID) != 8 || seen[string(k.Secret)] || bytes.Equal(k.Secret, make([]byte, 32)) {
			t.Errorf("%s: id %q, %d bytes", name, k.ID, len(k.Secret))
		}
		seen[string(k.Secret)] = true
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	again, err := openKeys(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range first.files() {
		if other := again.files()[name]; other.ID != k.ID || !bytes.Equal(other.Secret, k.Secret) {
			t.Errorf("%s has changed", name)
		}
	}
}

func TestLostOrOpenOrDamagedKeysAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, code string
		spoil      func(dir string) error
	}{
		{"lost", "keys-missing", os.RemoveAll},
		{"open to others", "key-open", func(dir string) error { return os.Chmod(filepath.Join(dir, "spool.key"), 0o644) }},
		{"cut short", "key-damaged", func(dir string) error { return os.Truncate(filepath.Join(dir, "seal.key"), 40) }},
		{"two keys where one belongs", "key-damaged", func(dir string) error {
			text, err := os.ReadFile(filepath.Join(dir, "badges.key"))
			return errors.Join(err, os.WriteFile(filepath.Join(dir, "seal.key"), append(text, text...), 0o600))
		}},
		{"empty", "key-damaged", func(dir string) error { return os.Truncate(filepath.Join(dir, "badges.key"), 0) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "keys")
			if _, err := openKeys(dir, true); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := openKeys(dir, false); err == nil || fault.As(err).Code != c.code {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAHalfMadeSetOfKeysIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := os.Mkdir(dir+".new", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeKey(filepath.Join(dir+".new", "spool.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := openKeys(dir, true); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir + ".new"); err == nil {
		t.Error("the half made folder is still there")
	}
}

func TestANewBadgeKeyStandsAboveTheOlderOnes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	first, err := openKeys(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		id, err := newKeyAbove(dir, badgeKeyFile)
		if err != nil {
			t.Fatal(err)
		}
		now, err := openKeys(dir, false)
		if err != nil {
			t.Fatal(err)
		}
		k := now.Badges.forSchool()
		if k.ID != id || len(k.Older) != n+1 || k.Older[n].ID != first.Badges.ID || !bytes.Equal(k.Older[n].Secret, first.Badges.Secret) {
			t.Errorf("after %d: %s above %d", n+1, k.ID, len(k.Older))
		}
	}
	if info, err := os.Stat(filepath.Join(dir, badgeKeyFile)); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}
