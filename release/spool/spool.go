// Package spool keeps the bytes of documents in a folder or an S3 bucket, each
// encrypted to a key of its own. A document is written once, whole or not at all, and
// is read as it was written or not at all: what is damaged, short or another's is an
// error. Its key, wrapped under the installation's, is an object of its own beside it,
// so that destroying the key destroys the document wherever copies of its bytes are.
// No plain byte leaves the process, and no name but one the spool drew.
package spool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"syscall"
	"time"

	"inkwell/internal/fault"
)

// Options say where the spool is and what its keys are wrapped under.
type Options struct {
	Dir    string  // a folder of the spool's alone (0700), made if it is missing
	Bucket *Bucket // where documents are instead of in Dir

	// Keys are those that wrap the documents' keys, the newest first. It is asked each
	// time, so that a key can be replaced while the spool is in use.
	Keys func() ([]Key, error)

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

// Spool is where documents are. It is safe for concurrent use, also by several
// processes on one folder and by several servers on one bucket.
type Spool struct {
	place    place
	keys     func() ([]Key, error)
	current  atomic.Pointer[string] // the name of the key to wrap under, as last read
	headroom uint64
	log      *slog.Logger
	now      func() time.Time
}

// Open opens the spool. It refuses keys other than those the spool was used with
// (spool-key-missing, spool-key-wrong): with them every document would look damaged.
// A bucket that does not answer yet is no error: documents are refused until it does.
func Open(ctx context.Context, o Options) (*Spool, error) {
	s := &Spool{keys: o.Keys, headroom: cmp.Or(o.Headroom, 1<<30), log: o.Log, now: o.Now}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	err := s.tryKeys()
	if err == nil && o.Bucket != nil {
		s.place, err = openBucket(*o.Bucket)
	} else if err == nil {
		s.place, err = openDisk(o.Dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	if err := s.settle(ctx); mute(err) {
		s.log.Warn("the spool's bucket does not answer", "error", err)
	} else if err != nil {
		return nil, fmt.Errorf("open spool: %w", errors.Join(err, s.place.close()))
	}
	return s, nil
}

// tryKeys refuses keys that cannot serve.
func (s *Spool) tryKeys() error {
	all, err := s.keys()
	if err == nil && len(all) == 0 {
		err = errors.New("there is no wrapping key")
	}
	for _, k := range all {
		_, bad := k.wrapping()
		err = errors.Join(err, bad)
	}
	return err
}

// Close gives the folder back. Readers that are open stay usable.
func (s *Spool) Close() error { return s.place.close() }

// Document is what was committed.
type Document struct {
	ID     ID
	Size   int64    // plain bytes
	Digest [32]byte // SHA-256 of the plain bytes
}

// Free is the room on the spool's disk in bytes, and more than any disk's where
// nobody can say, as of a bucket; ok says whether it is more than the headroom, without
// which new documents are refused.
func (s *Spool) Free() (bytes uint64, ok bool, err error) {
	bytes, err = s.place.free()
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
	if err := s.place.destroy(ctx, id); err != nil {
		return fmt.Errorf("destroy document %s: %w", id, refusal(err))
	}
	return nil
}

// refusal turns a place's error into what the asker may know: no room, or no
// place. Refusals and ends of contexts stay as they are; but what is wrong with keys or
// bucket is for IT to know, and no reason to give a document up.
func refusal(err error) error {
	var said *fault.Error
	switch {
	case errors.As(err, &said) && said.Kind != fault.Conflict, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return Full.Because(err)
	}
	return Away.Because(err)
}
