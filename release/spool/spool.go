// Package spool keeps the bytes of documents on disk, each encrypted to a key of
// its own. A document is written once, whole or not at all, and is read as it was
// written or not at all: what is damaged, short or another's is an error. Its key,
// wrapped under the installation's, is an object of its own beside it, so that
// destroying the key destroys the document wherever copies of its bytes are. No
// plain byte reaches the disk, and no name but one the spool drew.
package spool

import (
	"cmp"
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"syscall"
	"time"

	"inkwell/internal/fault"
)

// Options say where the spool is and what its keys are wrapped under.
type Options struct {
	Dir      string           // a folder of the spool's alone (0700), made if it is missing
	Master   []byte           // 32 bytes that wrap the documents' keys; not to be kept on the same disk
	KeyID    string           // names Master: 1 to 32 of a-z, 0-9 and hyphen
	Headroom uint64           // bytes of the disk that are left to others; 0 means 1 GiB
	Log      *slog.Logger     // nil means silence
	Now      func() time.Time // for the age of what is there; nil means time.Now
}

// The refusals of the spool.
var (
	Full    = fault.New(fault.Unavailable, "spool-full", "The print server has no room for this document just now. Please try again later, or tell IT.")
	Away    = fault.New(fault.Unavailable, "spool-away", "The print server cannot keep documents just now. Please try again later, or tell IT.")
	Gone    = fault.New(fault.NotFound, "document-gone", "This document is no longer kept.")
	Damaged = fault.New(fault.Internal, "document-damaged", "This document was damaged on our side and cannot be printed. Please send it again.")
)

// Spool is a folder of documents. It is safe for concurrent use, also by several
// processes on one folder.
type Spool struct {
	root     *os.Root
	disk     folder
	wrapping cipher.AEAD
	keyID    string
	headroom uint64
	log      *slog.Logger
	now      func() time.Time
}

// Open opens the spool in o.Dir. It refuses a master key other than the one of
// that name that the folder was used with (spool-key-wrong): with it every
// document would look damaged.
func Open(o Options) (*Spool, error) {
	wrapping, err := newWrapping(o.Master, o.KeyID)
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	root, err := openFolder(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	s := &Spool{
		root: root, disk: diskFolder{root}, wrapping: wrapping, keyID: o.KeyID,
		headroom: cmp.Or(o.Headroom, 1<<30), log: o.Log, now: o.Now,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.checkMaster(); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("open spool: %w", err)
	}
	return s, nil
}

// Close gives the folder back. Readers that are open stay usable.
func (s *Spool) Close() error { return s.root.Close() }

// Document is what was committed.
type Document struct {
	ID     ID
	Size   int64    // plain bytes
	Digest [32]byte // SHA-256 of the plain bytes
}

// Free is the room on the spool's disk in bytes; ok says whether it is more than
// the headroom, without which new documents are refused.
func (s *Spool) Free() (bytes uint64, ok bool, err error) {
	bytes, err = s.disk.free()
	if err != nil {
		return 0, false, fmt.Errorf("measure spool: %w", err)
	}
	return bytes, bytes > s.headroom, nil
}

// room refuses with Full when there is only the headroom left.
func (s *Spool) room() error {
	bytes, ok, err := s.Free()
	if err == nil && !ok {
		err = Full.Because(fmt.Errorf("%d bytes left of a headroom of %d", bytes, s.headroom))
	}
	return err
}

// Destroy makes a document unreadable for good and removes it. The key goes
// first and durably; the bytes that a crash then leaves nobody can read, and the
// sweep finds them. Destroying what is not there is no error.
func (s *Spool) Destroy(ctx context.Context, id ID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := ParseID(string(id)); err != nil {
		return fmt.Errorf("destroy document: %w", err)
	}
	for _, step := range []func() error{
		func() error { return s.disk.remove(id.key()) },
		s.disk.sync,
		func() error { return s.disk.remove(id.doc()) },
	} {
		if err := step(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("destroy document %s: %w", id, refusal(err))
		}
	}
	return nil
}

// refusal turns a disk's error into what the asker may know: no room, or no
// disk. Refusals and ends of contexts stay as they are.
func refusal(err error) error {
	var said *fault.Error
	switch {
	case errors.As(err, &said), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return Full.Because(err)
	}
	return Away.Because(err)
}
