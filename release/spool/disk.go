package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"inkwell/internal/crash"
	"inkwell/internal/fault"
)

// disk is a folder as the place of documents.
type disk struct {
	root *os.Root
	folder
}

// folder is the disk as far as it is changed. The order of these steps is what a
// power cut finds, so the tests watch them and fail each.
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

// tmp is a file while it is being written, which nobody reads.
func (id ID) tmp() string { return string(id) + tmpEnd }

const tmpEnd = ".tmp"

// forgotten is the age at which a file that was being written counts as left by
// a crash: since its last byte, so a slow upload is none.
const forgotten = time.Hour

// openDisk makes the folder if need be. It must be ours alone.
func openDisk(dir string) (*disk, error) {
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
	return &disk{root, diskFolder{root}}, nil
}

// syncAt makes the names in a folder durable.
func syncAt(dir string) error {
	f, err := os.Open(dir) // #nosec G304 -- the operator's own folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d *disk) close() error { return d.root.Close() }

// diskUpload is a file under a name of its own until it is whole.
type diskUpload struct {
	file
	d  *disk
	id ID
}

func (d *disk) create(_ context.Context, id ID) (upload, error) {
	f, err := d.folder.create(id.tmp())
	if err != nil {
		return nil, err
	}
	return &diskUpload{f, d, id}, nil
}

func (u *diskUpload) keep(context.Context) error {
	if err := u.file.Sync(); err != nil {
		return err
	}
	crash.At("document-synced")
	if err := u.file.Close(); err != nil {
		return err
	}
	return u.d.rename(u.id.tmp(), u.id.doc())
}

func (u *diskUpload) drop(context.Context) {
	_ = u.file.Close() // it may be closed
	_ = u.d.remove(u.id.tmp())
}

// put writes beside and renames, so that a key is never there in part. Its sync of
// the folder makes a document's name durable with that of its key.
func (d *disk) put(_ context.Context, name string, b []byte, _ bool) error {
	tmp := NewID().tmp()
	err := d.write(tmp, b)
	if err == nil {
		err = d.rename(tmp, name)
	}
	if err != nil {
		_ = d.remove(tmp) // it may not be there
		return err
	}
	return d.sync()
}

func (d *disk) write(name string, b []byte) error {
	f, err := d.folder.create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (d *disk) destroy(_ context.Context, id ID) error {
	if _, err := d.gone(id.key()); err != nil {
		return err
	}
	if err := d.sync(); err != nil {
		return err
	}
	crash.At("key-destroyed")
	if _, err := d.gone(id.doc()); err != nil {
		return err
	}
	if was, err := d.gone(id.key()); err != nil || !was {
		return err
	}
	return d.sync()
}

// gone removes a name and says whether it was there.
func (d *disk) gone(name string) (was bool, err error) {
	err = d.remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// diskContent is a file that is read.
type diskContent struct {
	*os.File
	size int64
}

// Size is that when it was opened.
func (c diskContent) Size() int64 { return c.size }

func (d *disk) open(_ context.Context, name string) (content, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return diskContent{f, info.Size()}, nil
}

func (d *disk) list(ctx context.Context) iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		dir, err := d.root.Open(".")
		if err != nil {
			yield(object{}, err)
			return
		}
		files, err := dir.ReadDir(-1)
		if err := errors.Join(err, dir.Close()); err != nil {
			yield(object{}, err)
			return
		}
		for _, f := range files {
			info, err := d.root.Lstat(f.Name())
			if errors.Is(err, fs.ErrNotExist) {
				continue // destroyed meanwhile
			}
			if err = errors.Join(err, ctx.Err()); err != nil {
				yield(object{}, err)
				return
			}
			if !yield(object{f.Name(), info.ModTime()}, nil) {
				return
			}
		}
	}
}

func (d *disk) tidy(ctx context.Context, now time.Time) error {
	for o, err := range d.list(ctx) {
		if err != nil {
			return err
		}
		name, half := strings.CutSuffix(o.name, tmpEnd)
		if _, err := ParseID(name); err == nil && half && now.Sub(o.changed) > forgotten {
			_ = d.remove(o.name) // the next time tries again
		}
	}
	return nil
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
