package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"inkwell/internal/fault"
)

// watched is a disk that writes down each step, and from step failAt on fails:
// that one step, or as after a crash every later one too.
type watched struct {
	folder
	steps  []string
	failAt int // 0 is never
	crash  bool
	err    error
}

func (w *watched) step(format string, args ...any) error {
	w.steps = append(w.steps, fmt.Sprintf(format, args...))
	if w.failAt == len(w.steps) || w.crash && w.failAt > 0 && len(w.steps) > w.failAt {
		return &os.PathError{Op: "step", Path: w.steps[len(w.steps)-1], Err: w.err}
	}
	return nil
}

func (w *watched) create(name string) (file, error) {
	if err := w.step("create %s", filepath.Ext(name)); err != nil {
		return nil, err
	}
	f, err := w.folder.create(name)
	return &watchedFile{f, w, filepath.Ext(name)}, err
}

func (w *watched) rename(from, to string) error {
	if err := w.step("rename %s %s", filepath.Ext(from), filepath.Ext(to)); err != nil {
		return err
	}
	return w.folder.rename(from, to)
}

func (w *watched) remove(name string) error {
	if err := w.step("remove %s", filepath.Ext(name)); err != nil {
		return err
	}
	return w.folder.remove(name)
}

func (w *watched) sync() error {
	if err := w.step("sync folder"); err != nil {
		return err
	}
	return w.folder.sync()
}

type watchedFile struct {
	file
	w    *watched
	name string
}

func (f *watchedFile) Write(p []byte) (int, error) {
	if err := f.w.step("write %s", f.name); err != nil {
		n, _ := f.file.Write(p[:len(p)/2]) // a disk takes what still fits
		return n, err
	}
	return f.file.Write(p)
}

func (f *watchedFile) Sync() error {
	if err := f.w.step("sync %s", f.name); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f *watchedFile) Close() error {
	_ = f.file.Close()
	return f.w.step("close %s", f.name)
}

func testKeys() ([]Key, error) { return []Key{{"k1", make([]byte, 32)}}, nil }

func watch(t *testing.T, dir string) (*Spool, *watched) {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir, Keys: testKeys, Headroom: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := s.place.(*disk)
	w := &watched{folder: d.folder, err: syscall.EIO}
	d.folder = w
	return s, w
}

var text = bytes.Repeat([]byte("ink"), 100_000)

func submit(t *testing.T, s *Spool) (Document, error) {
	t.Helper()
	d, err := s.Create(t.Context())
	if err != nil {
		return Document{}, err
	}
	defer d.Abort()
	if _, err := d.Write(text); err != nil {
		return Document{}, err
	}
	return d.Commit(t.Context())
}

// before fails unless each step comes, last time, before the next one's first.
func before(t *testing.T, steps []string, order ...string) {
	t.Helper()
	for i := range len(order) - 1 {
		first, second := slices.Index(steps, order[i+1]), len(steps)-1
		for second >= 0 && steps[second] != order[i] {
			second--
		}
		if first < 0 || second < 0 || second > first {
			t.Errorf("%q does not come before %q in %q", order[i], order[i+1], steps)
		}
	}
}

func TestThePowerCutFindsTheRightOrder(t *testing.T) {
	t.Parallel()
	s, w := watch(t, t.TempDir())
	doc, err := submit(t, s)
	if err != nil {
		t.Fatal(err)
	}
	named := slices.Index(w.steps, "rename .tmp .doc")
	if named < 0 {
		t.Fatalf("submitted by %q", w.steps)
	}
	before(t, w.steps[:named+1], "write .tmp", "sync .tmp", "rename .tmp .doc")
	if want := []string{"create .tmp", "write .tmp", "sync .tmp", "close .tmp", "rename .tmp .key", "sync folder"}; !slices.Equal(w.steps[named+1:], want) {
		t.Errorf("the key came by %q, want %q", w.steps[named+1:], want)
	}
	if last := w.steps[len(w.steps)-1]; last != "sync folder" {
		t.Errorf("acknowledged after %q", last)
	}
	w.steps = nil
	if err := s.Destroy(t.Context(), doc.ID); err != nil {
		t.Fatal(err)
	}
	if want := []string{"remove .key", "sync folder", "remove .doc", "remove .key"}; !slices.Equal(w.steps, want) {
		t.Errorf("destroyed by %q, want %q", w.steps, want)
	}
}

// Every step of a submission fails once, by a sick disk and by a full one.
func TestAFailingStepLeavesNothing(t *testing.T) {
	t.Parallel()
	for want, cause := range map[*fault.Error]error{Full: syscall.ENOSPC, Away: syscall.EIO} {
		dir := t.TempDir()
		s, w := watch(t, dir)
		kept, err := submit(t, s)
		if err != nil {
			t.Fatal(err)
		}
		w.err = cause
		steps := slices.Clone(w.steps)
		for at := range steps {
			w.steps, w.failAt = nil, at+1
			if _, err := submit(t, s); !errors.Is(err, want) || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%v at %q: %v", cause, steps[at], err)
			}
			w.failAt = 0
			if left, _ := filepath.Glob(filepath.Join(dir, "????????????????????????????????.*")); len(left) != 2 {
				t.Errorf("%v at %q leaves %q", cause, steps[at], left)
			}
		}
		if r, err := s.Open(t.Context(), kept.ID); err != nil {
			t.Errorf("the document from before: %v", err)
		} else {
			_ = r.Close()
		}
	}
}

// The process dies at every step of a submission and of a destruction. What is
// found afterwards is whole or an error, and the sweep clears it.
func TestACrashAtAnyStep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, w := watch(t, dir)
	doc, err := submit(t, s)
	if err != nil {
		t.Fatal(err)
	}
	submission := len(w.steps)
	for at := 1; at <= submission; at++ {
		w.steps, w.failAt, w.crash = nil, at, true
		_, _ = submit(t, s)
	}
	for at := 1; at <= 3; at++ {
		w.steps, w.failAt = nil, 0
		gone, err := submit(t, s)
		if err != nil {
			t.Fatal(err)
		}
		w.steps, w.failAt = nil, at
		_ = s.Destroy(t.Context(), gone.ID)
		if r, err := s.Open(t.Context(), gone.ID); at > 1 && !errors.Is(err, Gone) {
			t.Errorf("a destruction that died at step %d: %v", at, err)
		} else if r != nil {
			_ = r.Close()
		}
	}

	w.failAt = 0
	found := 0
	for e, err := range s.IDs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		found++
		if r, err := s.Open(t.Context(), e.ID); err == nil {
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
				t.Errorf("half a document: %d bytes, %v", len(got), err)
			}
			_ = r.Close()
		}
		if e.ID != doc.ID {
			if err := s.Destroy(t.Context(), e.ID); err != nil {
				t.Error(err)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d documents and remains were found: the crashes left no trace", found)
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if end := filepath.Ext(e.Name()); end != ".check" && end != ".tmp" && !strings.HasPrefix(e.Name(), string(doc.ID)) {
			t.Errorf("%s is left after the sweep", e.Name())
		}
	}
}

func TestTheHeadroomIsLeftToOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, w := watch(t, dir)
	room := uint64(100)
	w.folder = roomy{w.folder, &room}
	s.headroom = 100
	if _, ok, err := s.Free(); ok || err != nil {
		t.Errorf("no room, and Free says %v, %v", ok, err)
	}
	if _, err := submit(t, s); !errors.Is(err, Full) {
		t.Errorf("no room: %v", err)
	}
	room = 101
	if _, err := submit(t, s); err != nil {
		t.Errorf("room: %v", err)
	}
	d, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	room = 100 // another writer was faster
	var wrote int
	for err == nil && wrote < 4*stride {
		var n int
		n, err = d.Write(make([]byte, 1<<20))
		wrote += n
	}
	if !errors.Is(err, Full) || wrote > stride+1<<20 {
		t.Errorf("took %d bytes of headroom, %v", wrote, err)
	}
	if _, err := d.Commit(t.Context()); !errors.Is(err, Full) {
		t.Errorf("and committed: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
}

type roomy struct {
	folder
	room *uint64
}

func (r roomy) free() (uint64, error) { return *r.room, nil }

// A real disk that is full, which only root can make.
func TestARealFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: the full disks of the other tests are played")
		return
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m,nr_inodes=64"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	s, err := Open(t.Context(), Options{Dir: dir, Keys: testKeys, Headroom: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var kept []Document
	var full error
	for full == nil && len(kept) < 100 {
		var doc Document
		if doc, full = submit(t, s); full == nil {
			kept = append(kept, doc)
		}
	}
	if !errors.Is(full, Full) || len(kept) == 0 {
		t.Fatalf("after %d documents: %v", len(kept), full)
	}
	entries, _ := os.ReadDir(dir)
	if want := 2*len(kept) + 1; len(entries) != want {
		t.Errorf("%d files for %d documents", len(entries), len(kept))
	}
	for _, doc := range kept { // those from before are whole, and can go
		r, err := s.Open(t.Context(), doc.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		_ = r.Close()
		if err := s.Destroy(t.Context(), doc.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := submit(t, s); err != nil {
		t.Errorf("with room again: %v", err)
	}
	for i := 0; ; i++ { // no names left, and bytes enough
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600); err != nil {
			break
		}
	}
	if _, err := submit(t, s); !errors.Is(err, Full) {
		t.Errorf("without names: %v", err)
	}
}

// The process dies at every step of a rotation of keys. The next one finishes it, and
// between the two every document can be read.
func TestARotationThatDiesIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	s, w := watch(t, t.TempDir())
	older, newer := Key{"k1", make([]byte, 32)}, Key{"k2", bytes.Repeat([]byte{2}, 32)}
	var docs []Document
	for range 3 {
		doc, err := submit(t, s)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	whole := func(when string) {
		t.Helper()
		for _, doc := range docs {
			if got := readAll(t, s, doc.ID); got != string(text) {
				t.Errorf("%s: read %d bytes", when, len(got))
			}
		}
	}
	steps := 1
	for at := 1; at <= steps; at++ {
		s.keys = func() ([]Key, error) { return []Key{newer, older}, nil }
		w.steps, w.failAt, w.crash = nil, at, true
		_, err := s.Rotate(t.Context())
		if at == 1 {
			w.steps, w.failAt = nil, 0
			_, err := s.Rotate(t.Context())
			if steps = len(w.steps); err != nil || steps < 4*5 {
				t.Fatalf("%d steps, %v", steps, err)
			}
		} else if err == nil {
			t.Errorf("died at step %d and said it was done", at)
		}
		w.failAt = 0
		whole(fmt.Sprintf("died at step %d", at))
		if done, err := s.Rotate(t.Context()); err != nil || done.Lost > 0 {
			t.Errorf("after step %d: %+v, %v", at, done, err)
		}
		s.keys = func() ([]Key, error) { return []Key{newer}, nil }
		whole(fmt.Sprintf("finished after step %d", at))
		older, newer = newer, Key{fmt.Sprintf("k%d", at+2), bytes.Repeat([]byte{byte(at + 2)}, 32)}
	}
}
