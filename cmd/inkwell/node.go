package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// berth is a data folder's place among the nodes of an installation. Whoever holds it is
// the folder's only server; so the runs that held it before have ended, however they
// did, and what they had in hand need not be waited for.
type berth struct {
	path string
	held *os.File
	past []string // the runs before, the latest last
}

// pastRuns is how many runs a berth names: some may have ended before they came to tell
// the database of those before them.
const pastRuns = 8

var nodeName = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// takeBerth takes the berth in a folder. One that another server holds, whose database is
// not private, is no error: then this run knows of none before it.
func takeBerth(dir string) (*berth, error) {
	b := &berth{path: filepath.Join(dir, "node")}
	lock, err := os.OpenFile(b.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open node file: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil { // #nosec G115 -- a descriptor
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return b, nil
		}
		return nil, fmt.Errorf("lock node file: %w", err)
	}
	b.held = lock
	text, err := os.ReadFile(b.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("read node file: %w", err), b.leave())
	}
	b.past = nodeName.FindAllString(string(text), -1)
	return b, nil
}

// enter writes down who holds the berth now. A power cut that takes it away costs the
// next run a few seconds.
func (b *berth) enter(node string) error {
	if b.held == nil {
		return nil
	}
	names := slices.Concat(b.past[max(0, len(b.past)-pastRuns+1):], []string{node})
	if err := os.WriteFile(b.path+".new", []byte(strings.Join(names, "\n")+"\n"), 0o600); err != nil {
		return fmt.Errorf("write node file: %w", err)
	}
	return os.Rename(b.path+".new", b.path)
}

// leave gives the berth up; the kernel does when the program is killed. A program that is being
// started has our files until it runs, and would hold the lock that long.
func (b *berth) leave() error {
	if b.held == nil {
		return nil
	}
	return errors.Join(syscall.Flock(int(b.held.Fd()), syscall.LOCK_UN), b.held.Close()) // #nosec G115 -- a descriptor
}
