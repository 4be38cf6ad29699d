package spool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"inkwell/internal/fault"
	"inkwell/release/spool"
	"inkwell/release/spool/spooltest"
)

const partSize = 5 << 20

// The pauses between tries are the client's own; here they are short.
func TestMain(m *testing.M) {
	minio.DefaultRetryUnit = 10 * time.Millisecond
	os.Exit(m.Run())
}

// try is a submission of plain.
func try(t *testing.T, s *spool.Spool, plain []byte) (spool.Document, error) {
	t.Helper()
	d, err := s.Create(t.Context())
	if err != nil {
		return spool.Document{}, err
	}
	defer d.Abort()
	if _, err := d.Write(plain); err != nil {
		return spool.Document{}, err
	}
	return d.Commit(t.Context())
}

// A store that refuses, goes away or has no room is told to whoever prints in one of
// the sentences there are, and nothing is left there.
func TestAStoreThatRefusesLeavesNothing(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	s := open(t, inBucket(store, ""))
	kept, err := try(t, s, []byte("ink"))
	if err != nil {
		t.Fatal(err)
	}
	small, large := noise(1, 1000), noise(2, partSize+1)
	for name, c := range map[string]struct {
		fault spooltest.Fault
		want  *fault.Error
	}{
		"gone":            {spooltest.Cut, spool.Away},
		"sick":            {spooltest.Answer(http.StatusInternalServerError, "InternalError"), spool.Away},
		"busy":            {spooltest.Answer(http.StatusServiceUnavailable, "SlowDown"), spool.Away},
		"closed to us":    {spooltest.Answer(http.StatusForbidden, "AccessDenied"), spool.Away},
		"taken away":      {spooltest.Answer(http.StatusNotFound, "NoSuchBucket"), spool.Away},
		"full":            {spooltest.Answer(http.StatusInsufficientStorage, "InsufficientStorage"), spool.Full},
		"full in MinIO's": {spooltest.Answer(http.StatusInsufficientStorage, "XMinioStorageFull"), spool.Full},
		"over its quota":  {spooltest.Answer(http.StatusForbidden, "QuotaExceeded"), spool.Full},
	} {
		for part, meets := range map[string]spooltest.Fault{
			"documents": spooltest.Only(http.MethodPut, ".doc", c.fault),
			"keys":      spooltest.Only(http.MethodPut, ".key", c.fault),
			"parts":     spooltest.Only(http.MethodPost, ".doc", c.fault),
		} {
			plain := small
			if part == "parts" {
				plain = large
			}
			store.Fail(meets)
			if _, err := try(t, s, plain); !errors.Is(err, c.want) || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s for its %s: %v", name, part, err)
			}
			store.Fail(nil)
			if left := names(t, store.Dir("")); len(documentsOf(left)) != 2 {
				t.Errorf("%s for its %s: left %v", name, part, left)
			}
		}
	}
	if left := uploads(t, store); len(left) > 0 {
		t.Errorf("uploads are left: %v", left)
	}
	if got, err := read(t, s, kept.ID); err != nil || string(got) != "ink" {
		t.Errorf("the one from before: %q, %v", got, err)
	}
}

func documentsOf(names []string) (of []string) {
	for _, n := range names {
		if strings.HasSuffix(n, ".doc") || strings.HasSuffix(n, ".key") {
			of = append(of, n)
		}
	}
	return of
}

func uploads(t *testing.T, store *spooltest.Store) (left []string) {
	t.Helper()
	for u := range store.S3.ListIncompleteUploads(t.Context(), store.Bucket, "", true) {
		if u.Err != nil {
			t.Fatal(u.Err)
		}
		left = append(left, u.Key)
	}
	return left
}

// A trouble that passes is not noticed: requests are made again, and one that was done
// although its answer was lost is no document twice and no refusal.
func TestAStumblingStoreIsTriedAgain(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	s := open(t, inBucket(store, "two/levels/"))
	small, large := noise(3, 70_000), noise(3, partSize+70_000)
	for name, f := range map[string]spooltest.Fault{
		"cut":                    spooltest.Times(2, spooltest.Cut),
		"sick":                   spooltest.Times(2, spooltest.Answer(http.StatusInternalServerError, "InternalError")),
		"busy":                   spooltest.Times(3, spooltest.Answer(http.StatusServiceUnavailable, "SlowDown")),
		"a lost part":            spooltest.Only(http.MethodPut, ".doc", spooltest.Times(1, store.Lost)),
		"a lost completion":      completion(spooltest.Times(1, store.Lost)),
		"a lost key":             spooltest.Only(http.MethodPut, ".key", spooltest.Times(1, store.Lost)),
		"a lost look at the key": spooltest.Only(http.MethodGet, "current.check", spooltest.Times(1, store.Lost)),
	} {
		plain := small
		if strings.HasSuffix(name, "part") || strings.HasSuffix(name, "completion") {
			plain = large
		}
		store.Fail(f)
		doc, err := try(t, s, plain)
		store.Fail(nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for reading, f := range map[string]spooltest.Fault{
			"whole": nil, "cut": spooltest.Times(2, spooltest.Cut),
			"broken off": spooltest.Only(http.MethodGet, ".doc", spooltest.Times(2, store.Half)),
		} {
			store.Fail(f)
			if got, err := read(t, s, doc.ID); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s, read %s: %d bytes, %v", name, reading, len(got), err)
			}
			store.Fail(nil)
		}
		store.Fail(spooltest.Only(http.MethodDelete, "", spooltest.Times(1, store.Lost)))
		if err := s.Destroy(t.Context(), doc.ID); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		store.Fail(nil)
	}
	if left := documentsOf(names(t, store.Dir("two/levels"))); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// completion has a fault meet the request that ends an upload in parts.
func completion(f spooltest.Fault) spooltest.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPost && r.URL.Query().Has("uploadId") && f(w, r)
	}
}

// What cannot be read now is not damaged: nobody's document is given up for it.
func TestAStoreThatIsAwayWhileItIsRead(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	s := open(t, inBucket(store, ""))
	plain := noise(4, 5<<19) // three blocks, of which the one in the middle is not read ahead
	doc := keep(t, s, bytes.NewReader(plain))
	r, err := s.Open(t.Context(), doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for name, f := range map[string]spooltest.Fault{
		"gone": spooltest.Cut, "sick": spooltest.Answer(http.StatusInternalServerError, "InternalError"),
		"closed to us": spooltest.Answer(http.StatusForbidden, "AccessDenied"), "breaking off": store.Half,
	} {
		store.Fail(f)
		p := make([]byte, 100)
		if n, err := r.ReadAt(p, 3<<19); err == nil || errors.Is(err, spool.Damaged) || errors.Is(err, spool.Gone) {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
		if _, err := s.Open(t.Context(), doc.ID); err == nil || errors.Is(err, spool.Damaged) || errors.Is(err, spool.Gone) {
			t.Errorf("%s, opened: %v", name, err)
		}
		if name != "breaking off" { // there it is done, and the answer's body is empty
			if err := s.Destroy(t.Context(), doc.ID); !errors.Is(err, spool.Away) {
				t.Errorf("%s, destroyed: %v", name, err)
			}
		}
		store.Fail(nil)
		if got, err := read(t, s, doc.ID); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("after %s: %d bytes, %v", name, len(got), err)
		}
	}
}

// A request that nobody answers ends with whoever asked.
func TestAStoreThatHangs(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	s := open(t, inBucket(store, ""))
	arrived := make(chan struct{}, 1)
	store.Fail(func(_ http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not see its client go
		select {
		case arrived <- struct{}{}:
		default:
		}
		<-r.Context().Done()
		return true
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		store.Fail(nil)
		cancel()
	}()
	d, err := s.Create(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left := documentsOf(names(t, store.Dir(""))); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A server that starts before its store prints as soon as that is there. One whose
// settings are wrong does not start.
func TestABucketThatIsNotThere(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	store.Fail(spooltest.Cut)
	s := open(t, inBucket(store, ""))
	if _, err := try(t, s, []byte("ink")); !errors.Is(err, spool.Away) {
		t.Errorf("without its store: %v", err)
	}
	store.Fail(nil)
	if doc, err := try(t, s, []byte("ink")); err != nil {
		t.Errorf("with its store: %v", err)
	} else if got, err := read(t, s, doc.ID); err != nil || string(got) != "ink" {
		t.Errorf("read %q, %v", got, err)
	}

	wrong := func(change func(b *spool.Bucket)) error {
		o := inBucket(store, "")
		change(o.Bucket)
		s, err := spool.Open(t.Context(), o)
		if err == nil {
			_ = s.Close()
		}
		return err
	}
	if err := wrong(func(b *spool.Bucket) { b.Name = "no-such-bucket" }); err == nil || fault.As(err).Code != "spool-bucket" {
		t.Errorf("another bucket: %v", err)
	}
	if err := wrong(func(b *spool.Bucket) { b.Endpoint = &url.URL{Scheme: "http", Host: "s3.school.example"} }); err == nil || fault.As(err).Code != "spool-plain" {
		t.Errorf("no TLS: %v", err)
	}
	if err := wrong(func(b *spool.Bucket) {
		b.Credentials = func() (spool.BucketCredentials, error) {
			return spool.BucketCredentials{AccessKey: spooltest.AccessKey, SecretKey: "a wrong secret"}, nil
		}
	}); err == nil || strings.Contains(err.Error(), "a wrong secret") {
		t.Errorf("a wrong secret: %v", err)
	}
	if err := wrong(func(b *spool.Bucket) { b.Roots = nil }); err != nil { // a certificate may be put right: no request is made to it
		t.Errorf("a certificate that we do not trust: %v", err)
	}
}

// What a process that died has begun and not completed goes after a day.
func TestUploadsThatWereLeft(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	o := inBucket(store, "here/")
	now := time.Now()
	o.Now = func() time.Time { return now }
	s := open(t, o)
	core := minio.Core{Client: store.S3}
	for _, key := range []string{"here/" + string(spool.NewID()) + ".doc", "here/letter.doc", "elsewhere/" + string(spool.NewID()) + ".doc"} {
		if _, err := core.NewMultipartUpload(t.Context(), store.Bucket, key, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		after time.Duration
		left  int
	}{{23 * time.Hour, 3}, {25 * time.Hour, 2}} {
		now = time.Now().Add(c.after)
		for _, err := range s.IDs(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if left := uploads(t, store); len(left) != c.left {
			t.Errorf("after %v: %v", c.after, left)
		}
	}
}

func TestWhatABucketKeeps(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	s := open(t, inBucket(store, ""))
	is := func(when string, want spool.Retention) {
		t.Helper()
		if got, err := s.Retention(t.Context()); err != nil || got != want {
			t.Errorf("%s: it keeps %q, %v", when, got, err)
		}
	}
	is("new", spool.KeepsNothing)
	if err := store.S3.EnableVersioning(t.Context(), store.Bucket); err != nil {
		t.Fatal(err)
	}
	is("with versions", spool.KeepsVersions)
	if err := store.S3.SuspendVersioning(t.Context(), store.Bucket); err != nil {
		t.Fatal(err)
	}
	is("suspended", spool.KeptVersions)
	locked := inBucket(store, "")
	locked.Bucket.Name = "locked"
	if err := store.S3.MakeBucket(t.Context(), "locked", minio.MakeBucketOptions{ObjectLocking: true}); err != nil {
		t.Fatal(err)
	}
	if got, err := open(t, locked).Retention(t.Context()); err != nil || got != spool.KeepsLocked {
		t.Errorf("locked: %q, %v", got, err)
	}
	store.Fail(spooltest.Answer(http.StatusForbidden, "AccessDenied"))
	is("not for us to know", spool.KeepsUnknown)
	store.Fail(spooltest.Cut)
	if _, err := s.Retention(t.Context()); !errors.Is(err, spool.Away) {
		t.Errorf("away: %v", err)
	}
	store.Fail(nil)
	if got, err := open(t, options(t.TempDir())).Retention(t.Context()); err != nil || got != spool.KeepsNothing {
		t.Errorf("a folder: %q, %v", got, err)
	}
}

// A real store on a real disk that is full, which only root can make.
func TestARealFullStore(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: the full stores of the other tests are played")
		return
	}
	dir, err := os.MkdirTemp("", "inkwell-s3-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	store := spooltest.On(t, dir)
	s := open(t, inBucket(store, ""))
	var kept []spool.Document
	var full error
	plain := noise(5, 3<<19)
	for full == nil && len(kept) < 10 {
		var doc spool.Document
		if doc, full = try(t, s, plain); full == nil {
			kept = append(kept, doc)
		}
	}
	if !errors.Is(full, spool.Full) || len(kept) == 0 {
		t.Fatalf("after %d documents: %v", len(kept), full)
	}
	if _, err := try(t, s, noise(6, 6<<20)); !errors.Is(err, spool.Full) {
		t.Errorf("in parts: %v", err)
	}
	if left := documentsOf(names(t, store.Dir(""))); len(left) != 2*len(kept) {
		t.Errorf("%d documents, and left are %v", len(kept), left)
	}
	if left := uploads(t, store); len(left) > 0 {
		t.Errorf("uploads are left: %v", left)
	}
	for _, doc := range kept {
		if got, err := read(t, s, doc.ID); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if err := s.Destroy(t.Context(), doc.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := try(t, s, plain); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// Ranges come from a large document without the rest of it.
func TestARangeOfALargeDocument(t *testing.T) {
	t.Parallel()
	store := spooltest.New(t)
	s := open(t, inBucket(store, ""))
	plain := noise(7, 2*partSize)
	doc := keep(t, s, bytes.NewReader(plain))
	asked := 0
	store.Fail(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, ".doc") {
			asked++
		}
		return false
	})
	r, err := s.Open(t.Context(), doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	part := make([]byte, 300_000)
	if _, err := r.ReadAt(part, 7<<20-150_000); err != nil || !bytes.Equal(part, plain[7<<20-150_000:7<<20+150_000]) {
		t.Error(err)
	}
	if asked > 5 {
		t.Errorf("a short range took %d requests", asked)
	}
	if fmt.Sprint(r.Size()) != fmt.Sprint(len(plain)) {
		t.Errorf("its size is %d", r.Size())
	}
}
