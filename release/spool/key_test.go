package spool_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inkwell/internal/fault"
	"inkwell/release/spool"
)

func TestKeysThatCannotServe(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, _ string) {
		doc := keep(t, open(t, o), strings.NewReader("ink"))
		for name, all := range map[string][]spool.Key{
			"too short":  {{ID: "k1", Secret: master[:31]}},
			"none":       nil,
			"nameless":   {{Secret: master}},
			"a bad name": {{ID: "../k1", Secret: master}},
			"a bad one":  {key1, {ID: "k2"}},
		} {
			bad := o
			bad.Keys = keys(all...)
			if _, err := spool.Open(t.Context(), bad); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
		for code, k := range map[string]spool.Key{"spool-key-wrong": {ID: "k1", Secret: key2.Secret}, "spool-key-missing": key2} {
			other := o
			other.Keys = keys(k)
			if _, err := spool.Open(t.Context(), other); err == nil || fault.As(err).Code != code || fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s: %v", code, err)
			}
		}
		if got, err := read(t, open(t, o), doc.ID); err != nil || string(got) != "ink" {
			t.Errorf("under its own key: %q, %v", got, err)
		}
	})
}

func TestAFolderOfAnothersIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	open(t, options(dir))
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is left open: %v", info.Mode())
	}
	foreign := "/" // root's, unless we are root
	if os.Geteuid() == 0 {
		foreign = filepath.Join(t.TempDir(), "foreign")
		if err := os.Mkdir(foreign, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(foreign, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := spool.Open(t.Context(), options(foreign)); err == nil {
		t.Error("another's folder was taken")
	}
}

// The objects of a document are changed in every way that a disk or a hand could.
func TestWhatIsNotAsItWasWrittenIsNeverRead(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		s := open(t, o)
		plain := noise(1, 200_000) // four pieces, the last one short
		doc, other := keep(t, s, bytes.NewReader(plain)), keep(t, s, bytes.NewReader(noise(2, 200_000)))
		path := func(id spool.ID, end string) string { return filepath.Join(dir, string(id)+end) }
		content := func(path string) []byte {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		bytesOf, keyOf := content(path(doc.ID, ".doc")), content(path(doc.ID, ".key"))
		const piece = 64<<10 + 16
		head := len(bytesOf) - 3*piece - (200_000 - 3<<16 + 16)

		cases := map[string][2][]byte{
			"the other's bytes": {content(path(other.ID, ".doc")), keyOf},
			"the other's key":   {bytesOf, content(path(other.ID, ".key"))},
			"all the other's":   {content(path(other.ID, ".doc")), content(path(other.ID, ".key"))},
			"no bytes":          {{}, keyOf},
			"an empty key":      {bytesOf, {}},
			"a short key":       {bytesOf, keyOf[:len(keyOf)-1]},
			"a byte too many":   {append(bytes.Clone(bytesOf), 0), keyOf},
			"a tail of zeros":   {append(bytes.Clone(bytesOf[:len(bytesOf)-5000]), make([]byte, 5000)...), keyOf},
			"cut after a piece": {bytesOf[:head+2*piece], keyOf},
			"without its end":   {bytesOf[:head+3*piece], keyOf},
			"a piece missing":   {append(bytes.Clone(bytesOf[:head+piece]), bytesOf[head+2*piece:]...), keyOf},
			"the header alone":  {bytesOf[:head], keyOf},
		}
		for _, at := range []int{0, 30, head - 1, head, head + piece + 5, head + 3*piece, len(bytesOf) - 1} {
			cases[fmt.Sprintf("byte %d", at)] = [2][]byte{flip(bytesOf, at), keyOf}
		}
		for _, at := range []int{0, 3, len(keyOf) / 2, len(keyOf) - 1} {
			cases[fmt.Sprintf("key byte %d", at)] = [2][]byte{bytesOf, flip(keyOf, at)}
		}
		for name, c := range cases {
			for end, b := range map[string][]byte{".doc": c[0], ".key": c[1]} {
				if err := os.WriteFile(path(doc.ID, end), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := read(t, s, doc.ID)
			if err == nil || !bytes.HasPrefix(plain, got) {
				t.Errorf("%s: read %d bytes, %v", name, len(got), err)
			}
			if !errors.Is(err, spool.Damaged) && !strings.HasPrefix(name, "key byte") { // the key's name may be hit
				t.Errorf("%s: %v", name, err)
			}
		}

		for end, b := range map[string][]byte{".doc": bytesOf, ".key": keyOf} {
			if err := os.WriteFile(path(doc.ID, end), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := read(t, s, doc.ID); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("put right again: %d bytes, %v", len(got), err)
		}
		if err := os.Remove(path(doc.ID, ".doc")); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, s, doc.ID); !errors.Is(err, spool.Damaged) {
			t.Errorf("a key without bytes: %v", err)
		}
	})
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func TestADocumentCutShortWhileItIsReadIsDamaged(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		s := open(t, o)
		doc := keep(t, s, bytes.NewReader(noise(1, 5<<20))) // more than is read ahead
		r, err := s.Open(t.Context(), doc.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		if err := os.Truncate(filepath.Join(dir, string(doc.ID)+".doc"), 300_000); err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); !errors.Is(err, spool.Damaged) {
			t.Errorf("read %d bytes, %v", n, err)
		}
	})
}
