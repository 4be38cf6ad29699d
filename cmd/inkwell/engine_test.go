package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"inkwell/release/document"
	"inkwell/release/document/documenttest"
)

// compiledEngine is the PDF engine as the real program compiles it, kept between runs: a
// server in a fresh folder takes longer to make it than most tests to look at the server.
var compiledEngine struct {
	once sync.Once
	dir  string
	err  error
}

// seed makes a data folder that a server has run in before, as far as the PDF engine goes.
func seed(t *testing.T, dir string) {
	t.Helper()
	e := &compiledEngine
	e.once.Do(func() { e.dir, e.err = compileEngine(t.Context(), binary(t)) })
	if e.err != nil {
		t.Fatal(e.err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "engine"), os.DirFS(e.dir)); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		return
	}
	u, err := serviceUser("")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, u.uid, u.gid)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compileEngine(ctx context.Context, program string) (dir string, err error) {
	if dir, err = os.UserCacheDir(); err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "inkwell-test-program")
	e, err := document.New(document.Options{CacheDir: dir, Executable: program})
	if err != nil {
		return "", err
	}
	defer e.Close() //nolint:errcheck // nothing is left in it
	_, err = e.Prepare(ctx, strings.NewReader(string(documenttest.PDF(1))), document.Work{Format: document.PDF}, io.Discard)
	return dir, err
}
