package document

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"

	"inkwell/internal/fault"
)

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	open := filepath.Join(t.TempDir(), "open")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o777)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, opts := range map[string]Options{
		"no cache folder":        {},
		"anybody's cache folder": {CacheDir: open},
		"a file":                 {CacheDir: file},
		"negative workers":       {CacheDir: sharedCache, Workers: -1},
		"negative time":          {CacheDir: sharedCache, Timeout: -1},
		"negative pages":         {CacheDir: sharedCache, MaxPages: -1},
	} {
		if e, err := New(opts); err == nil {
			t.Errorf("%s: accepted", name)
			_ = e.Close()
		}
	}
}

// What goes wrong on our side is never told as the document's fault.
func TestOurOwnErrorsAreInternal(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken disk")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	good := func() io.Reader { return bytes.NewReader(pdfPages(1).file()) }
	for name, c := range map[string]struct {
		ctx    context.Context
		change func(*Options)
		in     io.Reader
		out    io.Writer
		want   error
	}{
		"no such binary":   {change: func(o *Options) { o.Executable = "/nonexistent" }, want: os.ErrNotExist},
		"a wrong binary":   {change: func(o *Options) { o.Executable = "/bin/true" }},
		"unreadable input": {in: iotest.ErrReader(broken), want: broken},
		"input that ends":  {in: io.MultiReader(good(), iotest.ErrReader(broken)), want: broken},
		"full output":      {out: failingWriter{broken}, want: broken},
		"nobody waits":     {ctx: cancelled, want: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, func(o *Options) {
				if c.change != nil {
					o.CacheDir = t.TempDir()
					c.change(o)
				}
			})
			if c.ctx == nil {
				c.ctx = context.Background()
			}
			if c.in == nil {
				c.in = good()
			}
			if c.out == nil {
				c.out = new(bytes.Buffer)
			}
			_, err := e.Prepare(c.ctx, c.in, Work{}, c.out)
			if err == nil || fault.KindOf(err) != fault.Internal || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("ended with %v, want an internal error of %v", err, c.want)
			}
		})
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// Many at once: each gets its own answer.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(o *Options) { o.Workers = 4 })
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			if i%6 == 5 {
				_, _, err := prepared(t, e, pdfPages(0).file())
				if fault.As(err) == nil || fault.As(err).Code != "document-empty" {
					t.Errorf("document %d: %v", i, err)
				}
				return
			}
			facts, _, err := prepared(t, e, pdfPages(i+1).file())
			if err != nil || facts.Pages != i+1 {
				t.Errorf("document %d: %+v, %v", i, facts, err)
			}
		})
	}
	all.Wait()
}

// Close ends what runs, and nothing starts after it.
func TestClose(t *testing.T) {
	t.Parallel()
	const mark = 64
	e := newEngine(t, func(o *Options) { o.CPUSeconds = mark; o.Workers = 1 })
	ended := make(chan error, 2)
	for range 2 { // one at work and one waiting
		go func() {
			_, err := e.Prepare(context.Background(), bytes.NewReader(endless()), Work{}, new(bytes.Buffer))
			ended <- err
		}()
	}
	awaitShut(t, awaitChild(t, os.Getpid(), mark))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-ended; !errors.Is(err, errClosed) {
			t.Errorf("a document ended with %v", err)
		}
	}
	if _, err := e.Prepare(context.Background(), bytes.NewReader(endless()), Work{}, new(bytes.Buffer)); !errors.Is(err, errClosed) {
		t.Errorf("a closed engine says %v", err)
	}
}

// A damaged cache is our trouble: the document that meets it is not blamed, and the
// next one finds the cache made again.
func TestADamagedCacheIsMadeAgain(t *testing.T) {
	t.Parallel()
	if raceDetector() {
		t.Skip("with the race detector the engine compiles for a minute; the plain run does this")
	}
	own := filepath.Join(t.TempDir(), "cache")
	copyCache(t, own, os.Geteuid())
	e := newEngine(t, func(o *Options) { o.CacheDir = own })
	if _, _, err := prepared(t, e, pdfPages(1).file()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(own, "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the cache holds %v, %v", files, err)
	}
	for _, file := range files { // of the tests themselves, too
		if err := os.Truncate(file, 1000); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := prepared(t, e, pdfPages(1).file()); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("the document that met it: %v", err)
	}
	if facts, _, err := prepared(t, e, pdfPages(2).file()); err != nil || facts.Pages != 2 {
		t.Errorf("the next document: %+v, %v", facts, err)
	}
}
