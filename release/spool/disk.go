package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"inkwell/internal/fault"
)

// folder is the spool's disk as far as it is changed. The order of these steps is
// what a power cut finds, so the tests watch them and fail each.
type folder interface {
	create(name string) (file, error) // a new file, 0600
	rename(from, to string) error
	remove(name string) error
	sync() error // makes the names durable
	free() (bytes uint64, err error)
}

// file is a file that is being written.
type file interface {
	io.WriteCloser
	Sync() error
}

// The objects of a document, and the document while it is being written.
func (id ID) doc() string { return string(id) + docEnd }
func (id ID) key() string { return string(id) + keyEnd }
func (id ID) tmp() string { return string(id) + tmpEnd }

const docEnd, keyEnd, tmpEnd = ".doc", ".key", ".tmp"

// openFolder makes the folder if need be. It must be ours alone.
func openFolder(dir string) (*os.Root, error) {
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		err = syncAt(filepath.Dir(dir)) // a power cut must not take the folder with all that is in it
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(".")
	if err == nil && int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		err = fault.New(fault.Conflict, "spool-foreign", "The folder %s belongs to another user than the one this program runs as.", dir)
	}
	if err == nil && info.Mode().Perm() != 0o700 {
		err = root.Chmod(".", 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

// syncAt makes the names in a folder durable.
func syncAt(dir string) error {
	f, err := os.Open(dir) // #nosec G304 -- the operator's own folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// diskFolder is the real thing.
type diskFolder struct{ root *os.Root }

func (d diskFolder) create(name string) (file, error) {
	return d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

func (d diskFolder) rename(from, to string) error { return d.root.Rename(from, to) }

func (d diskFolder) remove(name string) error { return d.root.Remove(name) }

func (d diskFolder) sync() error {
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d diskFolder) free() (uint64, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return 0, err
	}
	var stat syscall.Statfs_t
	err = errors.Join(syscall.Fstatfs(int(f.Fd()), &stat), f.Close())
	return stat.Bavail * uint64(stat.Bsize), err // #nosec G115 -- a block has a size above zero
}
