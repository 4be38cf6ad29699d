package spool_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release/spool"
	"inkwell/release/spool/spooltest"
)

func keys(all ...spool.Key) func() ([]spool.Key, error) {
	return func() ([]spool.Key, error) { return all, nil }
}

var (
	master = bytes.Repeat([]byte{7}, 32)
	key1   = spool.Key{ID: "k1", Secret: master}
	key2   = spool.Key{ID: "k2", Secret: bytes.Repeat([]byte{8}, 32)}
)

func options(dir string) spool.Options {
	return spool.Options{Dir: dir, Keys: keys(key1), Headroom: 1}
}

// inBucket has a store's bucket hold the documents, below the prefix.
func inBucket(store *spooltest.Store, prefix string) spool.Options {
	return spool.Options{Keys: keys(key1), Headroom: 1, Bucket: &spool.Bucket{
		Endpoint: store.Endpoint, Roots: store.Roots, Name: store.Bucket, Prefix: prefix,
		Credentials: func() (spool.BucketCredentials, error) {
			return spool.BucketCredentials{AccessKey: spooltest.AccessKey, SecretKey: spooltest.SecretKey}, nil
		},
	}}
}

// everywhere holds a test in each kind of place. dir is where its objects are found as
// files: those of the folder, or those of the S3 server.
func everywhere(t *testing.T, test func(t *testing.T, o spool.Options, dir string)) {
	t.Parallel()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		test(t, options(dir), dir)
	})
	t.Run("bucket", func(t *testing.T) {
		t.Parallel()
		store := spooltest.New(t)
		test(t, inBucket(store, "here/"), store.Dir("here"))
	})
}

func open(t testing.TB, o spool.Options) *spool.Spool {
	t.Helper()
	s, err := spool.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func keep(t testing.TB, s *spool.Spool, plain io.Reader) spool.Document {
	t.Helper()
	d, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Abort()
	if _, err := io.Copy(d, plain); err != nil {
		t.Fatal(err)
	}
	doc, err := d.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// noise is bytes that do not repeat, the same for the same seed.
func noise(seed uint64, size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

func names(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".check") {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestADocumentComesBackAsItWas(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		s := open(t, o)
		for _, size := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 5 << 20} {
			plain := noise(uint64(size), size)
			doc := keep(t, s, bytes.NewReader(plain))
			if doc.Size != int64(size) || doc.Digest != sha256.Sum256(plain) {
				t.Errorf("%d bytes: committed as %d with digest %x", size, doc.Size, doc.Digest)
			}
			again := open(t, o) // as after a restart
			r, err := again.Open(t.Context(), doc.ID)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, plain) || r.Size() != int64(size) {
				t.Errorf("%d bytes: read %d of %d, %v", size, len(got), r.Size(), err)
			}
			for _, at := range []int{0, size / 3, max(0, size-1), size} {
				part := make([]byte, min(70_000, size-at))
				if n, err := r.ReadAt(part, int64(at)); n != len(part) || err != nil && err != io.EOF || !bytes.Equal(part, plain[at:at+n]) {
					t.Errorf("%d bytes: the range at %d: %d, %v", size, at, n, err)
				}
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
		for _, name := range names(t, dir) {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o600 && o.Bucket == nil {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
	})
}

// pages makes n bytes of documents without having them, and looks at the memory
// in use on its way.
type pages struct {
	n, look int64
	most    uint64
}

func (p *pages) Read(b []byte) (int, error) {
	if p.n == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), p.n)
	p.n -= n
	if p.look -= n; p.look < 0 {
		p.look = 8 << 20
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		p.most = max(p.most, m.HeapInuse)
	}
	return int(n), nil
}

// A document of any size passes through constant memory. With INKWELL_PROVE set
// it is 1 GiB, else 128 MiB, and to the bucket less: the server shares the processors.
func TestALargeDocumentTakesLittleMemory(t *testing.T) {
	store := spooltest.New(t)
	for name, o := range map[string]spool.Options{"folder": options(t.TempDir()), "bucket": inBucket(store, "")} {
		size := int64(128 << 20)
		switch {
		case os.Getenv("INKWELL_PROVE") != "":
			size = 1 << 30
		case o.Bucket != nil:
			size = 24 << 20
		}
		t.Run(name, func(t *testing.T) { large(t, o, size) })
	}
}

func large(t *testing.T, o spool.Options, size int64) {
	s := open(t, o)
	runtime.GC()
	in := &pages{n: size}
	began := time.Now()
	doc := keep(t, s, in)
	wrote := time.Since(began)
	r, err := s.Open(t.Context(), doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	out := &pages{n: size}
	sum := sha256.New()
	began = time.Now()
	n, err := io.Copy(sum, io.TeeReader(r, writer(out.Read)))
	if err != nil || n != size || [32]byte(sum.Sum(nil)) != doc.Digest {
		t.Fatalf("read %d bytes, %v", n, err)
	}
	t.Logf("%d MiB in %v in, %v out, heap at most %d and %d KiB", size>>20, wrote, time.Since(began), in.most>>10, out.most>>10)
	if most := max(in.most, out.most); most > 32<<20 {
		t.Errorf("the heap grew to %d MiB", most>>20)
	}
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestNoPlainByteIsOnTheDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, options(dir))
	marker := []byte("the cat sat on the marker phrase")
	text := bytes.Repeat(marker, 10_000)
	d, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Abort()
	if _, err := d.Write(text); err != nil {
		t.Fatal(err)
	}
	scan := func(when string) {
		bytesSeen := 0
		for _, name := range names(t, dir) {
			found, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			bytesSeen += len(found)
			for _, secret := range [][]byte{marker, marker[:16], []byte("AGE-SECRET-KEY"), master} {
				if bytes.Contains(found, secret) {
					t.Errorf("%s: %q is in %s", when, secret, name)
				}
			}
		}
		if bytesSeen < len(text)/2 {
			t.Errorf("%s: only %d bytes to scan", when, bytesSeen)
		}
	}
	scan("while it is written")
	if _, err := d.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	scan("when it is committed")
}

func TestAnAbortedDraftLeavesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		s := open(t, o)
		d, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Write(noise(1, 1<<20)); err != nil {
			t.Fatal(err)
		}
		d.Abort()
		d.Abort()
		if left := names(t, dir); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
		if _, err := d.Commit(t.Context()); err == nil {
			t.Error("an aborted draft was committed")
		}
		if _, err := d.Write([]byte("x")); err == nil {
			t.Error("an aborted draft took a byte")
		}

		d, err = s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.Commit(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("a commit for nobody: %v", err)
		}
		if left := names(t, dir); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
	})
}

func TestACommitStands(t *testing.T) {
	t.Parallel()
	s := open(t, options(t.TempDir()))
	d, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = d.Write([]byte("ink"))
	first, err := d.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.Abort()
	if again, err := d.Commit(t.Context()); err != nil || again != first {
		t.Errorf("again: %v, %v", again, err)
	}
	if got, err := read(t, s, first.ID); err != nil || string(got) != "ink" {
		t.Errorf("read %q, %v", got, err)
	}
}

func read(t testing.TB, s *spool.Spool, id spool.ID) ([]byte, error) {
	t.Helper()
	r, err := s.Open(t.Context(), id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}

func TestADestroyedDocumentIsGone(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		s := open(t, o)
		kept, gone := keep(t, s, strings.NewReader("kept")), keep(t, s, strings.NewReader("gone"))
		bytesOfGone, err := os.ReadFile(filepath.Join(dir, string(gone.ID)+".doc"))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Destroy(t.Context(), gone.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, gone.ID); !errors.Is(err, spool.Gone) || fault.KindOf(err) != fault.NotFound {
				t.Errorf("a destroyed document: %v", err)
			}
		}
		if left := names(t, dir); len(left) != 2 || !strings.HasPrefix(left[0], string(kept.ID)) {
			t.Errorf("%v is left", left)
		}
		// A copy of the bytes, from a backup say, is of no use.
		if err := os.WriteFile(filepath.Join(dir, string(gone.ID)+".doc"), bytesOfGone, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, s, gone.ID); !errors.Is(err, spool.Gone) {
			t.Errorf("a copy of a destroyed document: %v", err)
		}
		if got, err := read(t, s, kept.ID); err != nil || string(got) != "kept" {
			t.Errorf("the other one: %q, %v", got, err)
		}
	})
}

func TestOnlyNamesOfItsOwnReachTheDisk(t *testing.T) {
	t.Parallel()
	s := open(t, options(t.TempDir()))
	for _, name := range []spool.ID{"", "../../etc/passwd", "k1", spool.ID(strings.Repeat("A", 32))} {
		if _, err := s.Open(t.Context(), name); !errors.Is(err, spool.Gone) {
			t.Errorf("Open(%q): %v", name, err)
		}
		if err := s.Destroy(t.Context(), name); err == nil {
			t.Errorf("Destroy(%q) did something", name)
		}
	}
	if id := spool.NewID(); len(id) != 32 {
		t.Errorf("an ID of %d digits", len(id))
	} else if got, err := spool.ParseID(string(id)); err != nil || got != id {
		t.Errorf("ParseID: %v, %v", got, err)
	}
}

func TestTheListForTheSweep(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		now := time.Now()
		o.Now = func() time.Time { return now }
		s := open(t, o)
		whole, onlyKey, onlyBytes := keep(t, s, strings.NewReader("a")), keep(t, s, strings.NewReader("b")), keep(t, s, strings.NewReader("c"))
		at := func(name string, age time.Duration) {
			if err := os.Chtimes(filepath.Join(dir, name), now, now.Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		_ = os.Remove(filepath.Join(dir, string(onlyKey.ID)+".doc"))
		_ = os.Remove(filepath.Join(dir, string(onlyBytes.ID)+".key"))
		at(string(whole.ID)+".doc", 3*time.Hour)
		at(string(whole.ID)+".key", 2*time.Hour)
		at(string(onlyKey.ID)+".key", time.Minute)
		at(string(onlyBytes.ID)+".doc", 0)
		fresh, stale := string(spool.NewID())+".tmp", string(spool.NewID())+".tmp"
		for name, age := range map[string]time.Duration{fresh: 59 * time.Minute, stale: 61 * time.Minute, "notes.txt": 90 * time.Hour} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			at(name, age)
		}

		got := map[spool.ID]time.Duration{}
		for e, err := range s.IDs(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got[e.ID] = e.Age.Round(time.Minute) // a store may leave fractions of seconds out
		}
		want := map[spool.ID]time.Duration{whole.ID: 2 * time.Hour, onlyKey.ID: time.Minute, onlyBytes.ID: 0}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("listed %v, want %v", got, want)
		}
		left := strings.Join(names(t, dir), " ")
		if o.Bucket == nil && strings.Contains(left, stale) || !strings.Contains(left, fresh) || !strings.Contains(left, "notes.txt") {
			t.Errorf("left: %s", left)
		}
		for id := range want {
			if err := s.Destroy(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		if left := strings.Join(names(t, dir), " "); strings.Contains(left, ".doc") || strings.Contains(left, ".key") {
			t.Errorf("left after the sweep: %v", left)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		keep(t, s, strings.NewReader("d"))
		for _, err := range s.IDs(ended) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a list for nobody: %v", err)
			}
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		a, b := open(t, o), open(t, o) // two processes, as it were
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				here, there := a, b
				if i%2 == 0 {
					here, there = b, a
				}
				for j := range 3 {
					plain := noise(uint64(i*100+j), 100_000+i*7919)
					doc := keep(t, here, bytes.NewReader(plain))
					if got, err := read(t, there, doc.ID); err != nil || !bytes.Equal(got, plain) {
						t.Errorf("read %d of %d bytes, %v", len(got), len(plain), err)
					}
					for range a.IDs(t.Context()) {
					}
					if err := there.Destroy(t.Context(), doc.ID); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if left := names(t, dir); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
}
