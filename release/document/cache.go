package document

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// compileTime bounds one compilation of the engine.
const compileTime = 5 * time.Minute

// compiled is the state of the compiled engine on disk. Only a child that never
// sees a document writes it. A child that will see one reads it through a folder
// handle, before it looks at the document and gives up opening anything.
type compiled struct {
	turn chan struct{} // held while full is read or written
	full bool
}

// prepareCacheDir makes the folder, and refuses one that another user could put
// code into: what is in it will be executed.
func prepareCacheDir(dir string) error {
	if dir == "" {
		return errors.New("no cache folder is set")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("create cache folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at cache folder: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("cache folder %s must belong to this user and be writable by nobody else", dir)
	}
	return nil
}

// warm compiles the engine into the cache folder unless that was done, one caller
// at a time, in a child, so that the server never holds the 0.3 GB it takes.
func (e *Engine) warm(ctx context.Context) error {
	select {
	case e.cache.turn <- struct{}{}:
		defer func() { <-e.cache.turn }()
	case <-ctx.Done():
		return fmt.Errorf("wait for the document engine: %w", context.Cause(ctx))
	}
	if e.cache.full {
		return nil
	}
	limited, cancel := context.WithTimeoutCause(ctx, compileTime, errTimeout)
	defer cancel()
	if err := e.compile(limited); err != nil {
		return fmt.Errorf("compile document engine: %w", errors.Join(err, context.Cause(limited)))
	}
	e.cache.full = true
	return nil
}

// forget has the next document check the cache again.
func (e *Engine) forget() {
	e.cache.turn <- struct{}{}
	e.cache.full = false
	<-e.cache.turn
}

// openCache lets the unprivileged child read what was compiled. It is code that
// anybody may have, and the folders above it may stay closed: the child gets a
// handle.
func openCache(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if entry.IsDir() {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
}

// clearCache removes what the engine's runtime keeps in the cache folder.
func clearCache(dir string) error {
	kept, err := filepath.Glob(filepath.Join(dir, "wazero-*"))
	if err != nil {
		return fmt.Errorf("list cache folder: %w", err)
	}
	for _, path := range kept {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("clear cache folder: %w", err)
		}
	}
	return nil
}
