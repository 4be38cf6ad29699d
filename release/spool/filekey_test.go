package spool

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

func openHere(t *testing.T) *Spool {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), Keys: testKeys, Headroom: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func readAll(t *testing.T, s *Spool, id ID) string {
	t.Helper()
	r, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Each document has a key of its own, and no copy of it is beside the wrapped one.
func TestTheKeyIsOnlyEverWrapped(t *testing.T) {
	t.Parallel()
	s := openHere(t)
	var keys []string
	for range 2 {
		d, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(d, "ink"); err != nil {
			t.Fatal(err)
		}
		doc, err := d.Commit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, s, doc.ID); got != "ink" {
			t.Errorf("read %q", got)
		}
		if len(d.key.secret) != fileKeySize {
			t.Fatalf("a key of %d bytes", len(d.key.secret))
		}
		for _, name := range []string{doc.ID.doc(), doc.ID.key()} {
			b, err := os.ReadFile(filepath.Join(s.place.(*disk).root.Name(), name))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, d.key.secret) || strings.Contains(string(b), d.key.String()) {
				t.Errorf("%s holds the bare key", name)
			}
		}
		keys = append(keys, d.key.String())
	}
	if keys[0] == keys[1] {
		t.Error("two documents have one key")
	}
}

// A document that was written to a public key, as all once were, is still read.
func TestADocumentUnderAPublicKeyIsRead(t *testing.T) {
	t.Parallel()
	s := openHere(t)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "old ink"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	id := NewID()
	if err := s.putKey(t.Context(), id, identity.String()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.place.(*disk).root.Name(), id.doc()), sealed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, s, id); got != "old ink" {
		t.Errorf("read %q", got)
	}
}

func TestWhatIsNoKey(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "00", strings.Repeat("0", 30), strings.Repeat("0", 34), strings.Repeat("x", 32), publicKey + "1"} {
		if _, err := parseIdentity(secret); err == nil {
			t.Errorf("%q was taken", secret)
		}
	}
}
