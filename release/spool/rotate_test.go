package spool_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inkwell/internal/fault"
	"inkwell/release/spool"
	"inkwell/release/spool/spooltest"
)

// ring is the file of keys that every server of an installation has.
type ring struct{ all atomic.Pointer[[]spool.Key] }

func newRing(all ...spool.Key) *ring {
	r := &ring{}
	r.hold(all...)
	return r
}

func (r *ring) hold(all ...spool.Key)      { r.all.Store(&all) }
func (r *ring) keys() ([]spool.Key, error) { return *r.all.Load(), nil }

func TestARotationWrapsEveryKeyAnew(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		r := newRing(key1)
		o.Keys = r.keys
		s := open(t, o)
		docs := map[spool.ID]string{}
		for _, text := range []string{"", "red ink", "blue ink"} {
			docs[keep(t, s, strings.NewReader(text)).ID] = text
		}
		file := func(id spool.ID, end string) []byte {
			b, err := os.ReadFile(filepath.Join(dir, string(id)+end))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		before := map[spool.ID][]byte{}
		for id := range docs {
			before[id] = file(id, ".doc")
		}
		spoilt := keep(t, s, strings.NewReader("spoilt"))
		if err := os.WriteFile(filepath.Join(dir, string(spoilt.ID)+".key"), []byte("k1\nrubbish"), 0o600); err != nil {
			t.Fatal(err)
		}

		r.hold(key2, key1)
		if got, err := read(t, s, spoilt.ID); !errors.Is(err, spool.Damaged) {
			t.Errorf("spoilt: %q, %v", got, err)
		}
		done, err := s.Rotate(t.Context())
		if err != nil || done != (spool.Rotation{Under: "k2", Wrapped: 3, Lost: 1}) {
			t.Errorf("%+v, %v", done, err)
		}
		if again, err := s.Rotate(t.Context()); err != nil || again.Wrapped != 0 {
			t.Errorf("again: %+v, %v", again, err)
		}
		r.hold(key2)
		for id, text := range docs {
			if got, err := read(t, s, id); err != nil || string(got) != text {
				t.Errorf("under the new key: %q, %v", got, err)
			}
			if !bytes.Equal(file(id, ".doc"), before[id]) {
				t.Error("the document was touched")
			}
			if !bytes.HasPrefix(file(id, ".key"), []byte("k2\n")) {
				t.Error("the key is not under the new one")
			}
		}
		if doc := keep(t, s, strings.NewReader("new")); !bytes.HasPrefix(file(doc.ID, ".key"), []byte("k2\n")) {
			t.Error("a new document is not under the new key")
		}
		r.hold(key1)
		if _, err := try(t, s, []byte("ink")); !errors.Is(err, spool.Away) {
			t.Errorf("on a server that was not given the new key: %v", err)
		}
		for id := range docs {
			if _, err := read(t, s, id); !errors.Is(err, spool.Away) || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("read there: %v", err)
			}
		}
		if _, err := spool.Open(t.Context(), o); err == nil || fault.As(err).Code != "spool-key-missing" {
			t.Errorf("a start there: %v", err)
		}
	})
}

// Servers write, read and destroy while keys are replaced, several times over. In the
// end all that is left opens under the last key alone, and nothing else is left.
func TestRotationsWhileServersWork(t *testing.T) {
	everywhere(t, func(t *testing.T, o spool.Options, dir string) {
		r := newRing(key1)
		o.Keys = r.keys
		servers := []*spool.Spool{open(t, o), open(t, o)}
		var mu sync.Mutex
		kept := map[spool.ID][]byte{}
		stop := make(chan struct{})
		var all sync.WaitGroup
		var written atomic.Int64
		for w := range 4 {
			all.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					plain := noise(uint64(w<<8+i), 1000)
					doc, err := try(t, servers[i%2], plain)
					if err != nil {
						t.Errorf("write: %v", err)
						return
					}
					written.Add(1)
					if got, err := read(t, servers[(i+1)%2], doc.ID); err != nil || !bytes.Equal(got, plain) {
						t.Errorf("read %d bytes, %v", len(got), err)
					}
					if i%4 == 3 {
						mu.Lock()
						kept[doc.ID] = plain
						mu.Unlock()
					} else if err := servers[i%2].Destroy(t.Context(), doc.ID); err != nil {
						t.Errorf("destroy: %v", err)
					}
				}
			})
		}
		command := open(t, o)
		older := key1
		for i := byte(0); i < 4; i++ {
			for began := written.Load(); written.Load() < began+8 && !t.Failed(); {
				time.Sleep(time.Millisecond) // between two looks
			}
			newer := spool.Key{ID: "n" + string('0'+rune(i)), Secret: bytes.Repeat([]byte{i}, 32)}
			r.hold(newer, older)
			if _, err := command.Rotate(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.hold(newer)
			older = newer
		}
		close(stop)
		all.Wait()
		for id, plain := range kept {
			if got, err := read(t, servers[0], id); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("under the last key: %d bytes, %v", len(got), err)
			}
		}
		if left := documentsOf(names(t, dir)); len(left) != 2*len(kept) || len(kept) == 0 {
			t.Errorf("%d objects of %d documents", len(left), len(kept))
		}
	})
}

// hook runs once, just before the first request of that kind is passed on.
func hook(method, end string, act func()) spooltest.Fault {
	return spooltest.Only(method, end, spooltest.Times(1, func(http.ResponseWriter, *http.Request) bool {
		act()
		return false
	}))
}

// The worst moments, played one by one: who is in the middle of what when the other
// does all of theirs.
func TestTheWorstMomentsOfARotation(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	for name, c := range map[string]struct {
		method, end string
		rotating    bool // the rotation is what is interrupted
		submitting  bool // a submission is; else the document's destruction
	}{
		"the document is destroyed before its new key is written": {http.MethodPut, ".key", true, false},
		"its key is written again between key and bytes":          {http.MethodDelete, ".doc", false, false},
		"the key is changed before the submission's is written":   {http.MethodPut, ".key", false, true},
		"the key is changed before the submission looks again":    {http.MethodGet, "current.check", false, true},
	} {
		prefix := strings.ReplaceAll(name, " ", "-") + "/"
		r := newRing(key1)
		o := inBucket(store, prefix)
		o.Keys = r.keys
		server, command := open(t, o), open(t, o)
		doc := keep(t, server, strings.NewReader("ink"))
		r.hold(key2, key1)
		rotate := func() {
			if _, err := command.Rotate(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		destroy := func() {
			if err := server.Destroy(t.Context(), doc.ID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		want := 0
		switch {
		case c.rotating:
			store.Fail(hook(c.method, c.end, destroy))
			rotate()
		case c.submitting:
			store.Fail(hook(c.method, c.end, func() { rotate(); r.hold(key2, key1) }))
			next := keep(t, server, strings.NewReader("next"))
			r.hold(key2)
			if got, err := read(t, server, next.ID); err != nil || string(got) != "next" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			want = 4
		default:
			store.Fail(hook(c.method, c.end, rotate))
			destroy()
		}
		store.Fail(nil)
		if left := documentsOf(names(t, store.Dir(prefix))); len(left) != want {
			t.Errorf("%s: left %v", name, left)
		}
	}
}
